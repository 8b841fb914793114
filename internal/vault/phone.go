package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"

	"sanzhi/internal/kernel"
)

// Mainland numbers (工信部《电信网编号计划》2017): mobiles have 11 digits from 13 to 19; a landline is an area code of three
// digits (010 and 02x) with 8 digits, or of four (03xx–09xx) with 7 or 8. A local number begins with 2 to 8.
var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^(?:(010|02\d)([2-8]\d{7})|(0[3-9]\d{2})([2-8]\d{6,7}))$`)
)

// NormalisePhone gives a mainland number as digits alone: a mobile's eleven, or a landline's with its area code. It
// accepts full-width digits, spaces, hyphens, brackets and the prefixes +86, 0086 and 86. Anything else is refused for
// the named field.
func NormalisePhone(field, s string) (string, error) {
	var b strings.Builder
	for _, r := range s {
		r = halfWidth(r)
		switch {
		case r >= '0' && r <= '9', r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '(', r == ')', r == '.':
		default:
			return "", badPhone(field)
		}
	}
	for _, prefix := range []string{"", "+86", "0086", "86"} {
		d, ok := strings.CutPrefix(b.String(), prefix)
		if !ok {
			continue
		}
		if mobile.MatchString(d) || landline.MatchString(d) {
			return d, nil
		}
		// Abroad, the area code is dialled without its 0.
		if prefix != "" && landline.MatchString("0"+d) {
			return "0" + d, nil
		}
	}
	return "", badPhone(field)
}

func badPhone(field string) error {
	return kernel.Invalid(field, kernel.T("电话号码不对：手机号请填 11 位数字，固定电话请带区号",
		"this telephone number is not valid: give the 11 digits of a mobile, or a landline with its area code"))
}

// PhoneIndex is the exact-match index of a normalised number: HMAC-SHA-256 under its own key, cut to 128 bits, in hex.
// The tenant is part of it, so that the same person cannot be followed from one district to the next.
func (k *Keyring) PhoneIndex(t kernel.Tenant, normalised string) string {
	return keyedHash(k.IndexKey, "phone", string(t), normalised)[:32]
}

// keyedHash is HMAC-SHA-256 over parts that are each ended by a zero byte, in hex. No part holds a zero byte.
func keyedHash(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write([]byte(p))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// halfWidth folds the full-width forms that Chinese input methods give (U+FF01–U+FF5E, U+3000) to ASCII.
func halfWidth(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000:
		return ' '
	default:
		return r
	}
}
