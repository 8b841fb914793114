package access

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

var ctx = context.Background()

func (d *desk) events() []EventKind {
	var all []EventKind
	for _, e := range d.mem.state.events {
		all = append(all, e.What)
	}
	return all
}

func TestSignInAndOut(t *testing.T) {
	d := newDesk(t)
	bearer := d.signIn(t)
	if !strings.HasPrefix(bearer, "szs_630105_") || len(bearer) != bearerLen {
		t.Errorf("token %s", bearer)
	}
	if text := fmt.Sprintf("%+v", d.mem.state); strings.Contains(text, bearer) || strings.Contains(text, bearer[11:]) || strings.Contains(text, goodPassword) || strings.Contains(text, "王小明") {
		t.Error("the store holds a token, a password or a name in clear")
	}
	signed := d.in(t, bearer, "after signing in")
	want := kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: d.account.ID, Name: "王*", Posts: d.mem.posts[d.account.ID], Lang: kernel.Chinese}
	if diff := cmp.Diff(want, signed.Actor); diff != "" {
		t.Error(diff)
	}
	if name, err := d.NameOf(d.account); err != nil || name != "王小明" {
		t.Errorf("name %q, %v", name, err)
	}
	if err := d.SignOut(ctx, signed); err != nil {
		t.Fatal(err)
	}
	d.out(t, bearer, "after signing out")
	if err := d.SignOut(ctx, signed); !kernel.Is(err, kernel.KindNotFound) {
		t.Errorf("signing out twice: %v", err)
	}
	if diff := cmp.Diff([]EventKind{AccountMade, SignedIn, SignedOut}, d.events()); diff != "" {
		t.Error(diff)
	}
}

func TestSignInRefuses(t *testing.T) {
	tests := []struct {
		name string
		in   SignIn
		say  string
	}{
		{"wrong password", SignIn{Tenant: "630105", User: "wang", Password: "湟水河边九棵树7"}, wrongPassword().Error()},
		{"unknown user", SignIn{Tenant: "630105", User: "zhang", Password: goodPassword}, wrongPassword().Error()},
		{"no user name at all", SignIn{Tenant: "630105", User: " ", Password: goodPassword}, wrongPassword().Error()},
		{"another tenant", SignIn{Tenant: "630104", User: "wang", Password: goodPassword}, wrongPassword().Error()},
		{"empty password", SignIn{Tenant: "630105", User: "wang"}, wrongPassword().Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			bearer, _, err := d.SignIn(ctx, tt.in)
			if bearer != "" || !kernel.Is(err, kernel.KindUnsigned) || err.Error() != tt.say {
				t.Fatalf("%q, %v", bearer, err)
			}
			last := d.mem.state.events[len(d.mem.state.events)-1]
			if last.What != SignInFailed || len(d.mem.state.sessions) != 0 {
				t.Errorf("recorded %+v", last)
			}
			if strings.Contains(fmt.Sprint(last), "zhang") {
				t.Error("what an unknown user typed is recorded")
			}
		})
	}
}

func TestSignInSlowsDown(t *testing.T) {
	d := newDesk(t)
	try := func(password string) error {
		_, _, err := d.SignIn(ctx, SignIn{Tenant: "630105", User: "wang", Password: password, Address: "10.0.0.1"})
		return err
	}
	for range 5 {
		if err := try("some guess"); !kernel.Is(err, kernel.KindUnsigned) {
			t.Fatal(err)
		}
	}
	if err := try(goodPassword); !kernel.Is(err, kernel.KindTooMany) {
		t.Fatalf("the right password, too early: %v", err)
	}
	if n := len(d.mem.state.events); n != 6 {
		t.Errorf("%d records: what the throttle refuses is not recorded one by one", n)
	}
	d.clock.Advance(2 * time.Second)
	if err := try(goodPassword); err != nil {
		t.Fatal(err)
	}
	if err := try("some guess"); !kernel.Is(err, kernel.KindUnsigned) {
		t.Errorf("after a success: %v", err)
	}
}

// While a password is being hashed, nobody waits for the store, and a store that waits does not hold the hasher.
func TestHashingIsOutsideOfTransactions(t *testing.T) {
	d := newDesk(t)
	if err := d.Hasher.enter(ctx); err != nil { // hold the only slot: whoever hashes now stands still
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, _, err := d.SignIn(ctx, SignIn{Tenant: "630105", User: "wang", Password: goodPassword})
		done <- err
	}()
	for d.Hasher.waiting.Load() == 0 {
		select {
		case err := <-done:
			t.Fatalf("did not hash: %v", err)
		default:
		}
	}
	if !d.mem.mu.TryLock() {
		t.Error("a transaction is open while the password is hashed")
	} else {
		d.mem.mu.Unlock()
	}
	d.Hasher.leave()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A password that is changed while the old one is being checked lets nobody in.
func TestPasswordChangedMeanwhile(t *testing.T) {
	d := newDesk(t)
	fresh, err := d.Hasher.Hash(ctx, "另一个好密码99")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Hasher.enter(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, _, err := d.SignIn(ctx, SignIn{Tenant: "630105", User: "wang", Password: goodPassword})
		done <- err
	}()
	for d.Hasher.waiting.Load() == 0 {
		runtime.Gosched()
	}
	if err := d.mem.Update(ctx, "630105", func(tx kernel.Tx) error { return d.mem.SetPasswordPHC(tx, d.account.ID, fresh) }); err != nil {
		t.Fatal(err)
	}
	d.Hasher.leave()
	if err := <-done; !kernel.Is(err, kernel.KindUnsigned) || len(d.mem.state.sessions) != 0 {
		t.Errorf("the old password: %v", err)
	}
}

func TestSessionEnds(t *testing.T) {
	d := newDesk(t)
	idle := d.signIn(t)
	d.clock.Advance(30*time.Minute - time.Millisecond)
	d.in(t, idle, "just before idle")
	d.clock.Advance(30 * time.Minute)
	d.out(t, idle, "idle for half an hour")

	busy := d.signIn(t)
	for range 12*60/20 - 1 {
		d.clock.Advance(20 * time.Minute)
		d.in(t, busy, "in use")
	}
	d.clock.Advance(20 * time.Minute)
	d.out(t, busy, "after twelve hours, however busy")
}

func TestTouchIsSeldom(t *testing.T) {
	d := newDesk(t)
	bearer := d.signIn(t)
	seen := func() time.Time { return d.mem.state.sessions[hashBearer(bearer)].LastSeen }
	d.clock.Advance(59 * time.Second)
	d.in(t, bearer, "within a minute")
	if !seen().Equal(noon) {
		t.Error("written within the minute")
	}
	d.clock.Advance(time.Second)
	d.in(t, bearer, "after a minute")
	if !seen().Equal(noon.Add(time.Minute)) {
		t.Errorf("last seen %s", seen())
	}
}

func TestAuthenticateRefusesMalformed(t *testing.T) {
	d := newDesk(t)
	good := d.signIn(t)
	for _, bad := range []string{"", "szs_", strings.Repeat("x", bearerLen), good[:len(good)-1], good + "A", "szt_" + good[4:], strings.Replace(good, "630105", "630104", 1),
		strings.Replace(good, "630105", "63o105", 1), good[:20] + flip(good[20]) + good[21:], hashBearer(good)} {
		d.out(t, bad, fmt.Sprintf("%.20q", bad))
	}
	d.in(t, good, "the good one")
}

func flip(b byte) string {
	if b == 'A' {
		return "B"
	}
	return "A"
}

func TestRevocation(t *testing.T) {
	by := kernel.System("630105")
	cuts := map[string]struct {
		cut   func(*desk) error
		event EventKind
		token bool // does the personal token end too
	}{
		"all":      {func(d *desk) error { return d.RevokeAll(ctx, by, d.account.ID) }, AllRevoked, true},
		"disabled": {func(d *desk) error { return d.SetDisabled(ctx, by, d.account.ID, true) }, AccountOff, true},
		"password": {func(d *desk) error { return d.SetPassword(ctx, by, d.account.ID, "另一个好密码99") }, PasswordSet, true},
		"changed": {func(d *desk) error {
			return d.ChangePassword(ctx, kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: d.account.ID}, "10.0.0.1", goodPassword, "另一个好密码99")
		}, PasswordSet, true},
		"one": {func(d *desk) error {
			for _, s := range d.mem.state.sessions {
				if err := d.RevokeSession(ctx, by, d.account.ID, s.ID); err != nil {
					return err
				}
			}
			return nil
		}, SessionRevoked, false},
	}
	for name, c := range cuts {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			session := d.signIn(t)
			token, _, err := d.CreateToken(ctx, by, d.account.ID, "报表", 48*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			d.in(t, token, "the token")
			if err := c.cut(d); err != nil {
				t.Fatal(err)
			}
			d.out(t, session, "the session")
			if c.token {
				d.out(t, token, "the token")
			} else {
				d.in(t, token, "the token")
			}
			if !slices.Contains(d.events(), c.event) {
				t.Errorf("recorded %v", d.events())
			}
		})
	}
}

func TestDisabledAccount(t *testing.T) {
	d := newDesk(t)
	by := kernel.System("630105")
	// Disabled behind the service's back, the session still does not pass.
	bearer := d.signIn(t)
	a := d.mem.state.accounts[d.account.ID]
	a.Disabled = true
	d.mem.state.accounts[a.ID] = a
	d.out(t, bearer, "a session of a disabled account")
	_, _, err := d.SignIn(ctx, SignIn{Tenant: "630105", User: "wang", Password: goodPassword})
	if !kernel.Is(err, kernel.KindUnsigned) || err.Error() != accountOff().Error() || d.events()[len(d.events())-1] != SignInFailed {
		t.Errorf("%v, recorded %v", err, d.events())
	}
	if _, _, err := d.CreateToken(ctx, by, a.ID, "x", time.Hour); !kernel.Is(err, kernel.KindConflict) {
		t.Errorf("a token for a disabled account: %v", err)
	}
	if err := d.SetDisabled(ctx, by, a.ID, false); err != nil {
		t.Fatal(err)
	}
	d.signIn(t)
}

func TestTokens(t *testing.T) {
	d := newDesk(t)
	by := kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: d.account.ID}
	bearer, token, err := d.CreateToken(ctx, by, d.account.ID, " 报表 ", 48*time.Hour)
	if err != nil || !strings.HasPrefix(bearer, "szt_630105_") || token.Name != "报表" {
		t.Fatalf("%s %+v %v", bearer, token, err)
	}
	d.clock.Advance(47 * time.Hour) // no idle limit
	if s := d.in(t, bearer, "unused for long"); s.Token != token.ID || s.Session != "" || !s.Expires.Equal(token.Expires) {
		t.Errorf("%+v", s)
	}
	d.clock.Advance(time.Hour)
	d.out(t, bearer, "after its end")
	bearer, token, _ = d.CreateToken(ctx, by, d.account.ID, "二", time.Hour)
	if err := d.RevokeToken(ctx, by, "SOMEBODY", token.ID); !kernel.Is(err, kernel.KindNotFound) {
		t.Errorf("somebody else's token: %v", err)
	}
	if err := d.RevokeToken(ctx, by, d.account.ID, token.ID); err != nil {
		t.Fatal(err)
	}
	d.out(t, bearer, "revoked")
	for name, life := range map[string]time.Duration{"": time.Hour, "x": 0, "y": -time.Hour, "z": 366 * 24 * time.Hour} {
		if _, _, err := d.CreateToken(ctx, by, d.account.ID, name, life); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("token %q for %s: %v", name, life, err)
		}
	}
}

func TestCreateAccountRefuses(t *testing.T) {
	d := newDesk(t)
	by := kernel.System("630105")
	for _, tt := range []struct {
		in    NewAccount
		kind  kernel.Kind
		field string
	}{
		{NewAccount{User: "WANG ", Name: "王", Password: goodPassword}, kernel.KindConflict, ""},
		{NewAccount{User: "a", Name: "王", Password: goodPassword}, kernel.KindInvalid, "user"},
		{NewAccount{User: "a b", Name: "王", Password: goodPassword}, kernel.KindInvalid, "user"},
		{NewAccount{User: "li", Name: " ", Password: goodPassword}, kernel.KindInvalid, "name"},
		{NewAccount{User: "li", Name: "李", Password: "1234567"}, kernel.KindInvalid, "password"},
	} {
		_, err := d.CreateAccount(ctx, by, tt.in)
		var e *kernel.Error
		if !errors.As(err, &e) || e.Kind != tt.kind || e.Field != tt.field {
			t.Errorf("%+v: %v", tt.in, err)
		}
	}
	if _, err := d.CreateAccount(ctx, kernel.System("630104"), NewAccount{User: "wang", Name: "王", Password: goodPassword}); err != nil {
		t.Errorf("the same name in another tenant: %v", err)
	}
}

func TestChangePasswordNeedsTheOld(t *testing.T) {
	d := newDesk(t)
	by := kernel.Actor{Kind: kernel.ActorAccount, Tenant: "630105", Account: d.account.ID}
	for range 5 {
		if err := d.ChangePassword(ctx, by, "10.0.0.1", "guess", "另一个好密码99"); !kernel.Is(err, kernel.KindInvalid) {
			t.Fatal(err)
		}
	}
	if err := d.ChangePassword(ctx, by, "10.0.0.1", goodPassword, "另一个好密码99"); !kernel.Is(err, kernel.KindTooMany) {
		t.Errorf("guessing is not slowed down: %v", err)
	}
	d.signInFails(t, "另一个好密码99")
}

func (d *desk) signInFails(t *testing.T, password string) {
	t.Helper()
	if _, _, err := d.SignIn(ctx, SignIn{Tenant: "630105", User: "wang", Password: password}); err == nil {
		t.Errorf("%q signs in", password)
	}
}

func TestRehashAtSignIn(t *testing.T) {
	d := newDesk(t)
	old := d.mem.state.accounts[d.account.ID].PasswordPHC
	d.Hasher = hasher(t, Params{MemoryKiB: 128, Time: 1, Threads: 1}, 1, 1)
	d.signIn(t)
	fresh := d.mem.state.accounts[d.account.ID].PasswordPHC
	if fresh == old || d.Hasher.NeedsRehash(fresh) {
		t.Errorf("still %s", fresh)
	}
	d.signIn(t)
	if d.mem.state.accounts[d.account.ID].PasswordPHC != fresh {
		t.Error("hashed anew without need")
	}
}

// An act whose record cannot be written does not happen.
func TestNothingHappensUnrecorded(t *testing.T) {
	d := newDesk(t)
	bearer := d.signIn(t)
	d.mem.failNext = errors.New("ledger closed")
	by := kernel.System("630105")
	for name, act := range map[string]func() error{
		"sign in": func() error {
			_, _, err := d.SignIn(ctx, SignIn{Tenant: "630105", User: "wang", Password: goodPassword})
			return err
		},
		"revoke":   func() error { return d.RevokeAll(ctx, by, d.account.ID) },
		"disable":  func() error { return d.SetDisabled(ctx, by, d.account.ID, true) },
		"password": func() error { return d.SetPassword(ctx, by, d.account.ID, "另一个好密码99") },
		"token": func() error {
			_, _, err := d.CreateToken(ctx, by, d.account.ID, "x", time.Hour)
			return err
		},
	} {
		if err := act(); !errors.Is(err, d.mem.failNext) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.in(t, bearer, "the session of before")
	if len(d.mem.state.sessions) != 1 || len(d.mem.state.tokens) != 0 {
		t.Error("something was kept")
	}
}
