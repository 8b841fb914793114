package vault

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// KeySize is the length of every key in bytes: AES-256 and HMAC-SHA-256.
const KeySize = 32

// Keys gives the keys that fields are sealed with. A Keyring is one; a hardware module may be another.
type Keys interface {
	// Current is the key that new values are sealed with, and its id.
	Current() (id string, key []byte)
	// ByID is the key with the id, or false when it is not held.
	ByID(id string) (key []byte, ok bool)
}

// Keyring holds all the secrets of one installation. The sealing keys rotate; IndexKey and TrackKey do not, because what
// is stored under them is a hash that cannot be made anew without the plain value.
type Keyring struct {
	// CurrentID names the key in Sealing that new values use.
	CurrentID string `json:"current"`
	// Sealing maps a key's id to its bytes (base64 in JSON). Old keys stay until every value is sealed anew.
	Sealing map[string][]byte `json:"sealing"`
	// IndexKey keys the blind index of telephone numbers.
	IndexKey []byte `json:"index"`
	// TrackKey keys the hash that tracking codes are stored by.
	TrackKey []byte `json:"track"`
}

var _ Keys = (*Keyring)(nil)

// NewKeyring makes fresh keys from random (nil is the system's generator).
func NewKeyring(random io.Reader) (*Keyring, error) {
	k := &Keyring{Sealing: map[string][]byte{}}
	if err := k.AddKey(random); err != nil {
		return nil, err
	}
	var err error
	if k.IndexKey, err = newKey(random); err != nil {
		return nil, err
	}
	if k.TrackKey, err = newKey(random); err != nil {
		return nil, err
	}
	return k, k.check()
}

// AddKey makes a new sealing key, under the next id (k1, k2 …), and makes it current. Values sealed before still open.
func (k *Keyring) AddKey(random io.Reader) error {
	key, err := newKey(random)
	if err != nil {
		return err
	}
	// After the highest number, not in a gap: values of an old backup may still name a key that was dropped.
	n := 0
	for held := range k.Sealing {
		if m, err := strconv.Atoi(strings.TrimPrefix(held, "k")); err == nil {
			n = max(n, m)
		}
	}
	id := fmt.Sprintf("k%d", n+1)
	k.Sealing[id] = key
	k.CurrentID = id
	return nil
}

// Drop removes a sealing key that no value uses any more. The current key cannot be dropped.
func (k *Keyring) Drop(id string) error {
	if id == k.CurrentID {
		return fmt.Errorf("vault: key %s is current and cannot be dropped", id)
	}
	if k.Sealing[id] == nil {
		return fmt.Errorf("%w: %s", ErrUnknownKey, id)
	}
	delete(k.Sealing, id)
	return nil
}

// Current gives the key for new values.
func (k *Keyring) Current() (string, []byte) { return k.CurrentID, k.Sealing[k.CurrentID] }

// ByID gives the key with the id.
func (k *Keyring) ByID(id string) ([]byte, bool) {
	key, ok := k.Sealing[id]
	return key, ok
}

// String tells only the ids, so that a keyring printed by mistake shows no key.
func (k *Keyring) String() string {
	ids := make([]string, 0, len(k.Sealing))
	for id := range k.Sealing {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return "keyring(" + strings.Join(ids, ",") + "; current " + k.CurrentID + ")"
}

// GoString is String, for %#v.
func (k *Keyring) GoString() string { return k.String() }

// Marshal gives the keyring as JSON, keys in base64. What it returns is secret.
func (k *Keyring) Marshal() ([]byte, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	return json.MarshalIndent(k, "", "  ")
}

// ParseKeyring reads what Marshal wrote. It refuses a keyring with a key missing, of a wrong length, or used twice.
func ParseKeyring(data []byte) (*Keyring, error) {
	var k Keyring
	if err := json.Unmarshal(data, &k); err != nil {
		// The decoder's own error may quote a part of the key, so it is not passed on.
		return nil, fmt.Errorf("vault: the keyring is not valid JSON")
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	return &k, nil
}

func (k *Keyring) check() error {
	if k.Sealing[k.CurrentID] == nil {
		return fmt.Errorf("vault: keyring: the current key %q is not in it", k.CurrentID)
	}
	seen := map[string]string{}
	one := func(name string, key []byte) error {
		if len(key) != KeySize {
			return fmt.Errorf("vault: keyring: key %q has %d bytes, not %d", name, len(key), KeySize)
		}
		if other, ok := seen[string(key)]; ok {
			return fmt.Errorf("vault: keyring: keys %q and %q are the same", other, name)
		}
		seen[string(key)] = name
		return nil
	}
	for id, key := range k.Sealing {
		if !validKeyID(id) {
			return fmt.Errorf("vault: keyring: key id %q: use 1 to 16 lower-case letters and digits", id)
		}
		if err := one(id, key); err != nil {
			return err
		}
	}
	if err := one("index", k.IndexKey); err != nil {
		return err
	}
	return one("track", k.TrackKey)
}

func validKeyID(id string) bool {
	if id == "" || len(id) > 16 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func newKey(random io.Reader) ([]byte, error) {
	if random == nil {
		random = rand.Reader
	}
	key := make([]byte, KeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("vault: no randomness for a key: %w", err)
	}
	return key, nil
}

// Mark is a keyed hash of parts for a purpose, in hex: what the program shows and later knows again as its own, such as the
// code of a check-in. The purpose keeps it apart from tracking codes.
func (k *Keyring) Mark(purpose string, parts ...string) string {
	return keyedHash(k.TrackKey, append([]string{"mark", purpose}, parts...)...)
}
