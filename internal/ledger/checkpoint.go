package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sanzhi/internal/kernel"
)

// keyName is the name under which an installation signs. The tenant stands in the checkpoint's origin, so that one public
// key serves all tenants of the installation.
const keyName = "sanzhi"

// Checkpoint says which rows a tenant's ledger had at an instant. Its signed form is a note (golang.org/x/mod/sumdb/note)
// over the lines of C2SP's tlog-checkpoint: origin, size, root in base64, and one further line with the time.
type Checkpoint struct {
	Tenant kernel.Tenant
	Size   int64
	Root   tlog.Hash
	At     time.Time
	Note   string // the signed text
}

const timeForm = "2006-01-02T15:04:05.000Z"

func origin(t kernel.Tenant) string { return keyName + "/" + string(t) }

// signCheckpoint signs the root of a tree.
func signCheckpoint(s note.Signer, t kernel.Tenant, tree *Tree, at time.Time) (*Checkpoint, error) {
	c := &Checkpoint{Tenant: t, Size: tree.Size(), Root: tree.Root(), At: at.UTC().Truncate(time.Millisecond)}
	text := fmt.Sprintf("%s\n%d\n%s\ntime %s\n", origin(t), c.Size, c.Root, c.At.Format(timeForm))
	b, err := note.Sign(&note.Note{Text: text}, s)
	c.Note = string(b)
	return c, err
}

// ErrForged says that a checkpoint is not what the holder of the key signed.
var ErrForged = errors.New("ledger: the checkpoint does not bear the signature of this key")

// OpenCheckpoint reads a signed checkpoint and checks its signature; ErrForged when that does not hold, another error when
// the text has not the form of a checkpoint.
func OpenCheckpoint(text string, v note.Verifier) (*Checkpoint, error) {
	n, err := note.Open([]byte(text), note.VerifierList(v))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForged, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return nil, fmt.Errorf("ledger: a checkpoint has four lines")
	}
	c := &Checkpoint{Note: text}
	name, ok := strings.CutPrefix(lines[0], keyName+"/")
	if c.Tenant, err = kernel.ParseTenant(name); err != nil || !ok {
		return nil, fmt.Errorf("ledger: checkpoint of %q", lines[0])
	}
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || lines[1] != strconv.FormatInt(c.Size, 10) {
		return nil, fmt.Errorf("ledger: checkpoint with the size %q", lines[1])
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return nil, fmt.Errorf("ledger: checkpoint with the root %q", lines[2])
	}
	when, ok := strings.CutPrefix(lines[3], "time ")
	if c.At, err = time.Parse(timeForm, when); err != nil || !ok {
		return nil, fmt.Errorf("ledger: checkpoint with the line %q", lines[3])
	}
	return c, nil
}

// NewSigner makes the signer of checkpoints from the installation's Ed25519 key.
func NewSigner(key ed25519.PrivateKey) (note.Signer, error) {
	half, _ := key.Public().(ed25519.PublicKey) // which it always is
	public, err := PublicKey(half)
	if err != nil {
		return nil, err
	}
	// A verifier's key is name+hash+key; a signer's has the same hash and the seed.
	parts := strings.SplitN(public, "+", 3)
	seed := append([]byte{1}, key.Seed()...) // 1: Ed25519
	return note.NewSigner("PRIVATE+KEY+" + parts[0] + "+" + parts[1] + "+" + base64.StdEncoding.EncodeToString(seed))
}

// PublicKey is the public key in the form of package note, which anyone may have: sanzhi+HASH+BASE64.
func PublicKey(key ed25519.PublicKey) (string, error) {
	return note.NewEd25519VerifierKey(keyName, key)
}

// Verifier checks signatures of one installation, on checkpoints and on receipts.
type Verifier struct {
	Notes note.Verifier
	key   ed25519.PublicKey
}

// ParsePublicKey reads what PublicKey wrote.
func ParsePublicKey(text string) (*Verifier, error) {
	text = strings.TrimSpace(text)
	bad := kernel.Invalid("public", kernel.T("公钥读不了，请用 sanzhi keys public 打印的那一行", "the public key cannot be read; use the line that sanzhi keys public prints"))
	v, err := note.NewVerifier(text)
	if err != nil || v.Name() != keyName {
		return nil, bad
	}
	parts := strings.SplitN(text, "+", 3)
	b, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(b) != 1+ed25519.PublicKeySize {
		return nil, bad
	}
	return &Verifier{Notes: v, key: ed25519.PublicKey(b[1:])}, nil
}

// NewVerifier makes the verifier of a key.
func NewVerifier(key ed25519.PublicKey) (*Verifier, error) {
	text, err := PublicKey(key)
	if err != nil {
		return nil, err
	}
	return ParsePublicKey(text)
}
