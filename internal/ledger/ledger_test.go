package ledger

import (
	"crypto/ed25519"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func testKey(tb testing.TB, seed string) (ed25519.PrivateKey, *Verifier) {
	tb.Helper()
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat(seed, ed25519.SeedSize)))
	v, err := NewVerifier(key.Public().(ed25519.PublicKey))
	if err != nil {
		tb.Fatal(err)
	}
	return key, v
}

// TestCanonical holds the writer to the examples of RFC 8785 (3.2.2, 3.2.3 and appendix B).
func TestCanonical(t *testing.T) {
	for want, v := range map[string]any{
		`{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin","€":"Euro Sign","😀":"Emoji","` + "\ufb33" + `":"Hebrew"}`: map[string]any{
			"€": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew", "1": "One", "😀": "Emoji", "\u0080": "Control", "ö": "Latin"},
		`"€$\u000f\nA'B\"\\\\\"/"`:                  "€$\u000f\nA'B\"\\\\\"/",
		`[333333333.3333333,1e+30,4.5,0.002,1e-27]`: []any{333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001},
		`[null,true,false,7,-7]`:                    []any{nil, true, false, 7, int64(-7)},
		`[0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,1e+23,1e+21,0.000001,1e-7]`: []any{math.Copysign(0, -1), math.SmallestNonzeroFloat64,
			math.MaxFloat64, 9007199254740992.0, 295147905179352830000.0, 1e23, 1e21, 0.000001, 1e-7},
		`["a","中文"]`: []string{"a", "中文"},
	} {
		got, err := Canonical(v)
		if d := cmp.Diff(want, string(got)); d != "" || err != nil {
			t.Errorf("%v: %s", err, d)
		}
	}
	for _, v := range []any{math.NaN(), math.Inf(1), "\xff", map[string]any{"a": struct{}{}}, []any{"\xff"}} {
		if b, err := Canonical(v); err == nil {
			t.Errorf("%v has the form %s", v, b)
		}
	}
}

// Members stand in the order of their UTF-16 code units, also where that of the bytes is another.
func TestOrderOfMembers(t *testing.T) {
	letters := rapid.StringOf(rapid.SampledFrom([]rune("aé中一\ud7ff\ue000\ufb33\uffff\U00010000😀\U0010ffff")))
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		if got := compareUTF16(a, b); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}

// TestRecordIsGolden: the record of a row is frozen, since receipts that people hold name its hash.
func TestRecordIsGolden(t *testing.T) {
	r := &Row{ID: "01KT0B3PM004YMJMP3XD7QWBTH", Object: "01KT0B3RJGFM97Y85X2EJ4VTF7", At: time.Date(2026, 6, 1, 1, 0, 0, 5e6, time.UTC), Actor: "account:x", Act: "accept",
		Version: 4, Public: `{"from":"dispatch","to":"accept"}`, Digest: "d", Salt: "s", Personal: "p", Seq: 9}
	const want = `{"act":"accept","actor_ref":"account:x","at":1780275600005,"digest":"d","id":"01KT0B3PM004YMJMP3XD7QWBTH",` +
		`"object":"01KT0B3RJGFM97Y85X2EJ4VTF7","public":{"from":"dispatch","to":"accept"},"tenant":"630105","v":1,"version":4}`
	got, err := Record("630105", r)
	if d := cmp.Diff(want, string(got)); d != "" || err != nil {
		t.Error(err, d)
	}
}

func TestCheckpointIsRead(t *testing.T) {
	key, v := testKey(t, "k")
	_, stranger := testKey(t, "x")
	signer, err := NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	tree := &Tree{}
	tree.Append(tlog.RecordHash([]byte("a")))
	c, err := signCheckpoint(signer, "630105", tree, time.Date(2026, 6, 1, 1, 0, 0, 5e6+7, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenCheckpoint(c.Note, v.Notes)
	if d := cmp.Diff(c, got); d != "" || err != nil {
		t.Error(err, d)
	}
	if _, err := OpenCheckpoint(c.Note, stranger.Notes); !errors.Is(err, ErrForged) {
		t.Errorf("another's key gives %v", err)
	}
	for _, x := range [][2]string{{"630105", "630104"}, {"\n1\n", "\n2\n"}, {"time 2026", "time 2025"}, {"sanzhi/", "sanzhi+"}, {"— sanzhi", "— other"}} {
		if _, err := OpenCheckpoint(strings.Replace(c.Note, x[0], x[1], 1), v.Notes); err == nil {
			t.Errorf("%s for %s is not seen", x[1], x[0])
		}
	}
}

// FuzzCheckpoint: a text that is not signed is no checkpoint, whatever it is.
func FuzzCheckpoint(f *testing.F) {
	key, v := testKey(f, "k")
	signer, err := NewSigner(key)
	if err != nil {
		f.Fatal(err)
	}
	c, err := signCheckpoint(signer, "630105", &Tree{}, time.UnixMilli(0))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.Note)
	f.Add(strings.Replace(c.Note, "0\n", "1\n", 1))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := OpenCheckpoint(text, v.Notes); err == nil && (got.Size != 0 || got.Tenant != "630105" || got.Root != c.Root) {
			t.Errorf("%q is taken for %+v", text, got)
		}
	})
}

// FuzzReceipt: a receipt from anybody is checked without falling over, and holds only with a signature that was made.
func FuzzReceipt(f *testing.F) {
	_, v := testKey(f, "k")
	f.Add([]byte(`{"tenant":"630105","ledger":"x","leaf":"` + strings.Repeat("0", 64) + `","signature":"AAAA"}`))
	f.Add([]byte(`{"tenant":"630105","ledger":"x","leaf":"` + strings.Repeat("0", 64) + `","proof":{"seq":9223372036854775807,"path":["AAAA"],"checkpoint":"x\n\n— sanzhi x\n"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseReceipt(b, "")
		if err != nil {
			if !kernel.Is(err, kernel.KindMalformed) {
				t.Error(err)
			}
			return
		}
		if got, err := v.Check(r); err == nil {
			t.Errorf("%s holds: %+v", b, got)
		}
	})
}

func TestPublicKeyIsRead(t *testing.T) {
	key, _ := testKey(t, "k")
	text, err := PublicKey(key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePublicKey(" " + text + "\n"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "x", "other" + strings.TrimPrefix(text, "sanzhi"), text[:len(text)-4], strings.Replace(text, "+", "+0", 1)} {
		if _, err := ParsePublicKey(bad); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q gives %v", bad, err)
		}
	}
}
