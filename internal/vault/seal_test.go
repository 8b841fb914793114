package vault

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func ring(tb testing.TB) *Keyring {
	tb.Helper()
	k, err := NewKeyring(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

var here = Field{Tenant: "630105", Table: "cases", ID: "01H00000000000000000000001", Field: "contact_phone"}

func TestSealOpens(t *testing.T) {
	s := NewSealer(ring(t))
	for _, plain := range []string{"", "13812345678", strings.Repeat("长", 5000)} {
		a, err := s.SealText(plain, here)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := s.SealText(plain, here)
		if a == b {
			t.Errorf("two seals of %.10q are equal: the nonce is not random", plain)
		}
		if got, err := s.OpenText(a, here); err != nil || got != plain {
			t.Errorf("OpenText = %.10q, %v", got, err)
		}
		if plain != "" && strings.Contains(a, plain) {
			t.Errorf("the plain value shows in %.40s", a)
		}
	}
}

func TestOpenRefusesMovedValues(t *testing.T) {
	s := NewSealer(ring(t))
	sealed, _ := s.SealText("13812345678", here)
	moved := map[string]Field{
		"tenant": {"630104", here.Table, here.ID, here.Field},
		"table":  {here.Tenant, "accounts", here.ID, here.Field},
		"row":    {here.Tenant, here.Table, "01H00000000000000000000002", here.Field},
		"field":  {here.Tenant, here.Table, here.ID, "contact_name"},
		// The same characters, cut elsewhere.
		"border": {here.Tenant, here.Table + string(here.ID[0]), here.ID[1:], here.Field},
	}
	for name, at := range moved {
		if _, err := s.Open(sealed, at); !errors.Is(err, ErrTampered) {
			t.Errorf("moved to another %s: %v", name, err)
		}
	}
}

func TestOpenRefusesEveryChangedByte(t *testing.T) {
	k := ring(t)
	if err := k.AddKey(nil); err != nil {
		t.Fatal(err)
	}
	s := NewSealer(k)
	sealed, _ := s.SealText("张三", here)
	head := len("v1:k2:")
	body, err := base64.RawURLEncoding.DecodeString(sealed[head:])
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		for bit := range 8 {
			c := bytes.Clone(body)
			c[i] ^= 1 << bit
			if _, err := s.Open(sealed[:head]+base64.RawURLEncoding.EncodeToString(c), here); !errors.Is(err, ErrTampered) {
				t.Fatalf("byte %d bit %d changed: %v", i, bit, err)
			}
		}
	}
	for text, want := range map[string]error{
		"v1:k1" + sealed[len("v1:k2"):]: ErrTampered, // the other key's id
		"v1:k9" + sealed[len("v1:k2"):]: ErrUnknownKey,
		"v2" + sealed[2:]:               ErrNotSealed,
		"v1:k2:":                        ErrTampered,
		"":                              ErrNotSealed,
		"张三":                            ErrNotSealed,
		sealed + "\n":                   ErrNotSealed,
		sealed[:len(sealed)-1]:          nil,
	} {
		_, err := s.Open(text, here)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("Open(%.20q) = %v, want %v", text, err, want)
		}
	}
}

func TestRotate(t *testing.T) {
	k := ring(t)
	s := NewSealer(k)
	old, _ := s.SealText("张三", here)
	if same, changed, err := s.Rotate(old, here); err != nil || changed || same != old {
		t.Fatalf("rotation without a new key: %v %v", changed, err)
	}
	if err := k.AddKey(nil); err != nil {
		t.Fatal(err)
	}
	anew, changed, err := s.Rotate(old, here)
	if err != nil || !changed {
		t.Fatalf("rotation: %v %v", changed, err)
	}
	if id, _ := KeyIDOf(anew); id != "k2" {
		t.Errorf("sealed anew with %s", id)
	}
	if err := k.Drop("k2"); err == nil {
		t.Error("the current key could be dropped")
	}
	if err := k.Drop("k1"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.OpenText(anew, here); err != nil || got != "张三" {
		t.Errorf("after dropping the old key: %q, %v", got, err)
	}
	if _, err := s.OpenText(old, here); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("old value after its key is gone: %v", err)
	}
	// A dropped id is not given again while it could still name old values of a backup.
	if err := k.AddKey(nil); err != nil || k.CurrentID == "k2" {
		t.Errorf("new key %s, %v", k.CurrentID, err)
	}
}

func TestKeyringText(t *testing.T) {
	k := ring(t)
	data, err := k.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseKeyring(data)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := NewSealer(k).SealText("x", here)
	if got, err := NewSealer(back).OpenText(sealed, here); err != nil || got != "x" {
		t.Errorf("a keyring read back does not open: %v", err)
	}
	secret := base64.StdEncoding.EncodeToString(k.Sealing["k1"])
	for _, f := range []string{"%v", "%s", "%+v", "%#v"} {
		if s := fmt.Sprintf(f, k); strings.Contains(s, secret) || strings.Contains(s, string(k.Sealing["k1"])) || !strings.Contains(s, "k1") {
			t.Errorf("%s shows %s", f, s)
		}
	}
	short := strings.Replace(string(data), secret, base64.StdEncoding.EncodeToString([]byte("short")), 1)
	twice := strings.Replace(string(data), base64.StdEncoding.EncodeToString(k.IndexKey), secret, 1)
	for name, bad := range map[string]string{"empty": "", "no keys": "{}", "short key": short, "one key for two uses": twice,
		"current missing": strings.Replace(string(data), `"current": "k1"`, `"current": "k7"`, 1)} {
		if bad == string(data) {
			t.Fatalf("%s: nothing was changed", name)
		}
		_, err := ParseKeyring([]byte(bad))
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error shows a key", name)
		}
	}
}

func TestNewKeyringRefusesABrokenGenerator(t *testing.T) {
	if _, err := NewKeyring(zeros{}); err == nil {
		t.Error("a generator that gives only zeros made a keyring")
	}
	if _, err := NewKeyring(strings.NewReader("too short")); err == nil {
		t.Error("a generator that ends made a keyring")
	}
}

func TestPhoneIndex(t *testing.T) {
	k, other := ring(t), ring(t)
	a := k.PhoneIndex("630105", "13812345678")
	if len(a) != 32 || a != k.PhoneIndex("630105", "13812345678") {
		t.Fatalf("index %q is not stable", a)
	}
	for name, b := range map[string]string{"number": k.PhoneIndex("630105", "13812345679"), "tenant": k.PhoneIndex("630104", "13812345678"),
		"key": other.PhoneIndex("630105", "13812345678")} {
		if a == b {
			t.Errorf("another %s gives the same index", name)
		}
	}
}

func TestSealProperty(t *testing.T) {
	s := NewSealer(ring(t))
	field := rapid.Custom(func(t *rapid.T) Field {
		part := rapid.StringMatching(`[0-9a-z|:]{0,4}`)
		return Field{kernel.Tenant(part.Draw(t, "tenant")), part.Draw(t, "table"), kernel.ID(part.Draw(t, "id")), part.Draw(t, "field")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := field.Draw(t, "a"), field.Draw(t, "b")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := s.Seal(plain, a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Open(sealed, b)
		if (err == nil) != (a == b) || err == nil && !bytes.Equal(got, plain) {
			t.Fatalf("sealed at %v, opened at %v: %v", a, b, err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	s := NewSealer(ring(f))
	good, _ := s.SealText("13812345678", here)
	for _, seed := range []string{good, "v1:k1:", "v1::", "v1:k1:AAAA", "", ":::", "v1:K1:AA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, err := s.Open(text, here)
		if err == nil && (text != good || string(plain) != "13812345678") {
			t.Fatalf("%q opened", text)
		}
		if err != nil && !errors.Is(err, ErrNotSealed) && !errors.Is(err, ErrTampered) && !errors.Is(err, ErrUnknownKey) {
			t.Fatalf("%q: unknown error %v", text, err)
		}
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
