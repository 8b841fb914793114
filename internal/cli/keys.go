package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sanzhi/internal/vault"
)

// keyFile is what stands in keys.json: the keys that seal personal fields, and the key that signs receipts and checkpoints.
// Without it the store's personal fields cannot be read by anybody.
type keyFile struct {
	Keyring json.RawMessage `json:"keyring"`
	Sign    []byte          `json:"sign"` // Ed25519 seed
}

// keys are the opened keys.
type keys struct {
	ring *vault.Keyring
	sign ed25519.PrivateKey
}

func (g *globals) keyPath() string {
	if g.Keys != "" {
		return g.Keys
	}
	return filepath.Join(g.Data, "keys.json")
}

// openKeys reads the key file, or makes it when make is set and there is none yet.
func (g *globals) openKeys(makeNew bool) (*keys, error) {
	path := g.keyPath()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && makeNew {
		return g.makeKeys(path)
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %w (personal fields cannot be read without them; see docs/operate.md)", err)
	}
	var f keyFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("keys: %s: %w", path, err)
	}
	if len(f.Sign) != ed25519.SeedSize {
		return nil, fmt.Errorf("keys: %s: the signing key has %d bytes, must have %d", path, len(f.Sign), ed25519.SeedSize)
	}
	ring, err := vault.ParseKeyring(f.Keyring)
	if err != nil {
		return nil, fmt.Errorf("keys: %s: %w", path, err)
	}
	return &keys{ring: ring, sign: ed25519.NewKeyFromSeed(f.Sign)}, nil
}

func (g *globals) makeKeys(path string) (*keys, error) {
	ring, err := vault.NewKeyring(rand.Reader)
	if err != nil {
		return nil, err
	}
	k := &keys{ring: ring, sign: ed25519.NewKeyFromSeed(randomSeed())}
	err = k.put(path, os.Link) // which takes no other file's place
	if errors.Is(err, fs.ErrExist) {
		return g.openKeys(false) // another process made them in the same moment
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

func randomSeed() []byte {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails: crypto/rand ends the program instead
	return seed
}

// write puts the keys into place durably and whole: a half-written key file would lose everything that is sealed.
func (k *keys) write(path string) error { return k.put(path, os.Rename) }

func (k *keys) put(path string, place func(from, to string) error) error {
	ring, err := k.ring.Marshal()
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(keyFile{Keyring: ring, Sign: k.sign.Seed()}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeDurably(path, b, 0o600, place)
}

// writeDurably writes a file beside its place, syncs it, and puts it there: os.Rename takes the place of a file that is
// there, os.Link refuses.
func writeDurably(path string, b []byte, mode fs.FileMode, place func(from, to string) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already after the rename
	if err := errors.Join(tmp.Chmod(mode), write(tmp, b), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := place(tmp.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func write(f *os.File, b []byte) error {
	_, err := f.Write(b)
	return err
}
