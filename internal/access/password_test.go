package access

import (
	"context"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

var cheap = Params{MemoryKiB: 64, Time: 1, Threads: 1}

func hasher(tb testing.TB, p Params, slots, queue int) *Hasher {
	tb.Helper()
	h, err := NewHasher(p, slots, queue)
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

func TestHasher(t *testing.T) {
	ctx := context.Background()
	h := hasher(t, cheap, 2, 2)
	phc, err := h.Hash(ctx, "正确的密码123")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := h.Hash(ctx, "正确的密码123")
	if phc == again {
		t.Error("no salt")
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("form: %s", phc)
	}
	for password, want := range map[string]bool{"正确的密码123": true, "正确的密码124": false, "": false, "正确的密码123 ": false} {
		if got, err := h.Verify(ctx, phc, password); err != nil || got != want {
			t.Errorf("Verify(%q) = %v, %v", password, got, err)
		}
	}
	if h.NeedsRehash(phc) || !hasher(t, DefaultParams, 1, 0).NeedsRehash(phc) || !h.NeedsRehash("") {
		t.Error("NeedsRehash")
	}
	// A hash of older parameters still verifies.
	if ok, err := hasher(t, DefaultParams, 1, 0).Verify(ctx, phc, "正确的密码123"); err != nil || !ok {
		t.Errorf("older parameters: %v %v", ok, err)
	}
	if ok, err := h.Verify(ctx, "", ""); ok || err != nil {
		t.Errorf("nobody signs in: %v %v", ok, err)
	}
	h.dummy = phc // even if somebody came upon the password of the dummy
	if ok, err := h.Verify(ctx, "", "正确的密码123"); ok || err != nil {
		t.Errorf("the dummy signs in: %v %v", ok, err)
	}
	if _, err := h.Verify(ctx, "md5", "x"); !kernel.Is(err, kernel.KindInternal) {
		t.Errorf("a broken hash: %v", err)
	}
	for _, p := range []Params{{}, {1 << 30, 1, 1}, {64, 99, 1}, {8, 1, 4}} {
		if _, err := NewHasher(p, 1, 1); err == nil {
			t.Errorf("parameters %+v accepted", p)
		}
	}
}

func TestParsePHC(t *testing.T) {
	const good = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	p, salt, key, err := parsePHC(good)
	if err != nil || p != DefaultParams || string(salt) != "somesaltsomesalt" || len(key) != 32 {
		t.Fatalf("%+v %q %d %v", p, salt, len(key), err)
	}
	for _, bad := range []string{"", "$", "$argon2i" + good[9:], strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=19456", "m=99999999", 1),
		strings.Replace(good, "m=19456", "m=+19456", 1), strings.Replace(good, "t=2", "t=0", 1), strings.Replace(good, "p=1", "p=0", 1),
		strings.Replace(good, "p=1", "p=1,x=2", 1), good + "$", good[:60], strings.Replace(good, "c29tZXNhbHRzb21lc2FsdA", "c2", 1), strings.Replace(good, "c29", "?29", 1)} {
		if _, _, _, err := parsePHC(bad); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, key, err := parsePHC(s)
		if err == nil && (p.MemoryKiB > maxMemoryKiB || p.Time < 1 || p.Time > maxTime || p.Threads < 1 || p.Threads > maxThreads || len(salt) < 8 || len(key) < 16) {
			t.Fatalf("%q asks for %+v", s, p)
		}
	})
}

func TestHasherLine(t *testing.T) {
	h := hasher(t, cheap, 1, 1)
	ctx := context.Background()
	if err := h.enter(ctx); err != nil { // the only slot
		t.Fatal(err)
	}
	waiting := make(chan error)
	go func() { _, err := h.Hash(ctx, "密码密码密码"); waiting <- err }()
	for h.waiting.Load() == 0 {
		select {
		case err := <-waiting:
			t.Fatalf("did not wait: %v", err)
		default:
		}
	}
	if _, err := h.Verify(ctx, "", "x"); !kernel.Is(err, kernel.KindTooMany) {
		t.Errorf("beyond the line: %v", err)
	}
	h.leave()
	if err := <-waiting; err != nil {
		t.Errorf("who waited: %v", err)
	}
	// Who goes away leaves the line.
	if err := h.enter(ctx); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := h.Hash(gone, "密码密码密码"); err == nil || h.waiting.Load() != 0 {
		t.Errorf("a cancelled caller: %v, %d waiting", err, h.waiting.Load())
	}
}

func TestCheckPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"correct horse": true, "湟水河边八棵树啊": true, "Xk29-aab": true, "湟水河边八棵": false, "short77": false, "": false, "wangwei01": false, "WangWei01": false,
		"12345678": false, "1234567890": false, "87654321": false, "aaaaaaaaaa": false, "abcdefgh": false, "Password123": false, "admin888": false,
		strings.Repeat("长", 128): false, strings.Repeat("长a", 64): true, strings.Repeat("长a", 65): false,
	} {
		err := CheckPassword("wangwei01", password)
		if (err == nil) != ok {
			t.Errorf("CheckPassword(%q) = %v", password, err)
		}
		if err != nil && !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q: kind %s", password, kernel.KindOf(err))
		}
	}
	for _, c := range common {
		if len(c) < MinPassword || c != strings.ToLower(c) {
			t.Errorf("%q in the list can never match", c)
		}
	}
}
