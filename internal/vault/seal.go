package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"sanzhi/internal/kernel"
)

// Errors of opening. All mean that a value in the store is not what this program put there with the keys it now has.
var (
	// ErrNotSealed: the text does not have the form of a sealed value.
	ErrNotSealed = errors.New("vault: not a sealed value")
	// ErrUnknownKey: the value is sealed with a key that is not in the keyring.
	ErrUnknownKey = errors.New("vault: unknown key")
	// ErrTampered: the value was changed, or moved from another field, row, table or tenant.
	ErrTampered = errors.New("vault: the value was changed or moved")
)

// version is the form of a sealed value; a change of algorithm gets the next one.
const version = "v1"

// Field is the one position that a sealed value belongs to. It is authenticated with the value, so that a value copied
// to another row does not open there.
type Field struct {
	Tenant kernel.Tenant
	Table  string
	ID     kernel.ID
	Field  string
}

// aad joins the position with the header. Each part carries its length, so that no two positions share one encoding.
func (f Field) aad(keyID string) []byte {
	b := make([]byte, 0, 128)
	for _, part := range []string{version, keyID, string(f.Tenant), f.Table, string(f.ID), f.Field} {
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(b, ':')
		b = append(b, part...)
		b = append(b, '|')
	}
	return b
}

// Sealer seals and opens fields with AES-256-GCM under a random 96-bit nonce (NIST SP 800-38D; one key may seal 2^32
// values, far more than a district has before its yearly rotation).
type Sealer struct {
	keys Keys
	// ready holds the cipher of each key that was used, by the key itself: preparing one costs more than sealing a few words.
	ready sync.Map // [KeySize]byte → cipher.AEAD
}

// NewSealer makes a sealer over keys.
func NewSealer(keys Keys) *Sealer { return &Sealer{keys: keys} }

// Seal encrypts plain for the position at, as "v1:KEYID:BASE64" (base64url without padding, over nonce, ciphertext, tag).
// An empty plain is sealed too, so that emptiness is not readable.
func (s *Sealer) Seal(plain []byte, at Field) (string, error) {
	id, key := s.keys.Current()
	gcm, err := s.gcm(key)
	if err != nil {
		return "", fmt.Errorf("vault: key %q: %w", id, err)
	}
	out := gcm.Seal(nil, nil, plain, at.aad(id))
	return version + ":" + id + ":" + base64.RawURLEncoding.EncodeToString(out), nil
}

// Open decrypts what Seal made for the same position. It fails with ErrNotSealed, ErrUnknownKey or ErrTampered.
func (s *Sealer) Open(sealed string, at Field) ([]byte, error) {
	id, body, err := split(sealed)
	if err != nil {
		return nil, err
	}
	key, ok := s.keys.ByID(id)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
	}
	gcm, err := s.gcm(key)
	if err != nil {
		return nil, fmt.Errorf("vault: key %q: %w", id, err)
	}
	plain, err := gcm.Open(nil, nil, body, at.aad(id))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// SealText is Seal for a text.
func (s *Sealer) SealText(plain string, at Field) (string, error) { return s.Seal([]byte(plain), at) }

// OpenText is Open for a text.
func (s *Sealer) OpenText(sealed string, at Field) (string, error) {
	plain, err := s.Open(sealed, at)
	return string(plain), err
}

// Rotate gives the value sealed with the current key, and whether that differs from what was given.
func (s *Sealer) Rotate(sealed string, at Field) (string, bool, error) {
	id, _, err := split(sealed)
	if err != nil {
		return "", false, err
	}
	// A value under the current key is opened all the same: rotation is also the yearly check that all values open.
	plain, err := s.Open(sealed, at)
	if err != nil {
		return "", false, err
	}
	if current, _ := s.keys.Current(); id == current {
		return sealed, false, nil
	}
	anew, err := s.Seal(plain, at)
	return anew, err == nil, err
}

// KeyIDOf tells which key a value is sealed with, so that a rotation can be watched to its end.
func KeyIDOf(sealed string) (string, error) {
	id, _, err := split(sealed)
	return id, err
}

func split(sealed string) (id string, body []byte, err error) {
	rest, ok := strings.CutPrefix(sealed, version+":")
	if !ok {
		return "", nil, ErrNotSealed
	}
	id, text, ok := strings.Cut(rest, ":")
	if !ok || !validKeyID(id) {
		return "", nil, ErrNotSealed
	}
	// Strict refuses the spare bits of the last character, which would give one value several spellings.
	body, err = base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return "", nil, ErrNotSealed
	}
	return id, body, nil
}

func (s *Sealer) gcm(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("a sealing key has %d bytes, not %d", KeySize, len(key))
	}
	if gcm, ok := s.ready.Load([KeySize]byte(key)); ok {
		return gcm.(cipher.AEAD), nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err == nil {
		s.ready.Store([KeySize]byte(key), gcm)
	}
	return gcm, err
}
