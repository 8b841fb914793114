package vault

import (
	"crypto/rand"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"sanzhi/internal/kernel"
)

// alphabet is Crockford's base 32: no I, L, O or U, so that a code can be read out on the telephone.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	trackTenant = 4  // 6 decimal digits fit into 20 bits
	trackRandom = 10 // 50 bits
	trackLen    = trackTenant + trackRandom + 1
)

// TrackCode is a tracking code in canonical form: 15 Crockford characters without hyphens (4 of the tenant, 10 random, 1
// check). Who holds it may follow and rate one case, so it is a secret: it prints masked, is stored only as its hash, and
// is shown by Grouped.
type TrackCode string

// String gives only the tenant's part, because codes must not reach logs.
func (c TrackCode) String() string {
	if len(c) != trackLen {
		return "track(?)"
	}
	return string(c[:trackTenant]) + "-****-****-***"
}

// GoString is String, for %#v.
func (c TrackCode) GoString() string { return c.String() }

// Grouped gives the code as people see it: XXXX-XXXX-XXXX-XXX.
func (c TrackCode) Grouped() string {
	if len(c) != trackLen {
		return string(c)
	}
	return string(c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:])
}

// NewTrackCode makes a code for a case of the tenant from random (nil is the system's generator).
func NewTrackCode(t kernel.Tenant, random io.Reader) (TrackCode, error) {
	if _, err := kernel.ParseTenant(string(t)); err != nil {
		return "", err
	}
	n, err := strconv.ParseUint(string(t), 10, 20)
	if err != nil {
		return "", fmt.Errorf("vault: tenant %q: %w", t, err)
	}
	var v [trackLen]byte
	for i := trackTenant - 1; i >= 0; i-- {
		v[i] = byte(n & 31)
		n >>= 5
	}
	if err := randomDigits(random, v[trackTenant:trackLen-1]); err != nil {
		return "", err
	}
	v[trackLen-1] = checkDigit(v[:trackLen-1])
	var b [trackLen]byte
	for i, d := range v {
		b[i] = alphabet[d]
	}
	return TrackCode(b[:]), nil
}

// ParseTrackCode reads a code as a person types it: any case, with spaces and hyphens anywhere, full-width, I and L for 1,
// O for 0. It gives the code and its tenant, or an error for the field "code" when a character is wrong or missing.
func ParseTrackCode(s string) (TrackCode, kernel.Tenant, error) {
	var v [trackLen]byte
	n := 0
	for _, r := range s {
		r = halfWidth(r)
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			continue
		}
		d, ok := digitOf(r)
		if !ok || n == trackLen {
			return "", "", badCode()
		}
		v[n] = d
		n++
	}
	if n != trackLen || checkDigit(v[:trackLen-1]) != v[trackLen-1] {
		return "", "", badCode()
	}
	tenant := 0
	for _, d := range v[:trackTenant] {
		tenant = tenant<<5 | int(d)
	}
	if tenant > 999999 {
		return "", "", badCode()
	}
	var b [trackLen]byte
	for i, d := range v {
		b[i] = alphabet[d]
	}
	return TrackCode(b[:]), kernel.Tenant(fmt.Sprintf("%06d", tenant)), nil
}

func badCode() error {
	return kernel.Invalid("code", kernel.T("查询码不对，请照着回执再输一遍（共 15 位，不分大小写）",
		"this tracking code is not right; type it again as the receipt shows it (15 characters, capitals or not)"))
}

// TrackHash is what the store keeps instead of a tracking code: HMAC-SHA-256 under its own key, in hex (64 characters).
func (k *Keyring) TrackHash(c TrackCode) string { return keyedHash(k.TrackKey, "track", string(c)) }

// NewCaseSuffix makes the five characters that end a case number, from random (nil is the system's generator). They are
// not secret and not gapless; the store's unique key and a new try make them unique within a tenant and day.
func NewCaseSuffix(random io.Reader) (string, error) {
	var v [5]byte
	if err := randomDigits(random, v[:]); err != nil {
		return "", err
	}
	for i, d := range v {
		v[i] = alphabet[d]
	}
	return string(v[:]), nil
}

func randomDigits(random io.Reader, v []byte) error {
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, v); err != nil {
		return fmt.Errorf("vault: no randomness for a code: %w", err)
	}
	for i := range v {
		v[i] &= 31
	}
	return nil
}

func digitOf(r rune) (byte, bool) {
	if r > unicode.MaxASCII {
		return 0, false
	}
	r = unicode.ToUpper(r)
	switch r {
	case 'I', 'L':
		r = '1'
	case 'O':
		r = '0'
	}
	i := strings.IndexRune(alphabet, r)
	return byte(i), i >= 0
}

// checkDigit is the character c that makes Σ αⁱ·dᵢ = 0 over GF(2⁵), counting the digits from 1 and c as position 0, with α a
// root of x⁵+x²+1. α has order 31, so all fifteen weights differ and none is zero: every change of one character and
// every exchange of two is detected (a one-digit Reed–Solomon code; a sum modulo 32 cannot do both).
func checkDigit(v []byte) byte {
	var sum byte
	for _, d := range v {
		sum = timesAlpha(sum ^ d)
	}
	return sum
}

func timesAlpha(x byte) byte {
	x <<= 1
	if x&32 != 0 {
		x ^= 0b100101
	}
	return x
}
