// Package ledger records what was done, by whom. A row is appended in the act's own transaction and is at once the line
// of the case's time line; later one sealer gives rows their sequence and a place in the tenant's Merkle tree, so that
// anyone can check that nothing was changed, removed or cut off. The personal part of a row stands beside it, sealed, with
// a salt: erasing both leaves every proof whole.
package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Version is the version of the record's form.
const Version = 1

// Row is one line of the ledger as the store keeps it.
type Row struct {
	ID      kernel.ID
	Object  kernel.ID
	At      time.Time
	Actor   string // kernel.Actor.Ref
	Act     string
	Version int
	// Public is canonical JSON of what anyone may know.
	Public string
	// Digest is the hexadecimal SHA-256 of salt and personal part, or empty when there is none.
	Digest string
	Salt   string
	// Personal is the sealed personal part; empty when there is none or when it was erased.
	Personal string
	// Seq is the row's place in the Merkle tree, from 0; -1 until it is sealed.
	Seq int64
}

// Entry is what an act writes.
type Entry struct {
	Actor    kernel.Actor
	Act      string
	Object   kernel.ID
	Version  int
	Public   map[string]any
	Personal map[string]any
}

// Repo keeps the rows.
type Repo interface {
	Append(tx kernel.Tx, r *Row) error
	// OfObject gives the rows of an object, oldest first.
	OfObject(tx kernel.Tx, object kernel.ID) ([]*Row, error)
}

// Log writes and reads the ledger.
type Log struct {
	repo   Repo
	sealer *vault.Sealer
}

// NewLog joins the ledger to its repository and to the keys that seal personal parts.
func NewLog(repo Repo, sealer *vault.Sealer) *Log { return &Log{repo: repo, sealer: sealer} }

// Append writes one row in the act's own unit of work and returns it.
func (l *Log) Append(tx kernel.Tx, e Entry) (*Row, error) {
	r := &Row{ID: kernel.NewID(tx.Now()), Object: e.Object, At: tx.Now(), Actor: e.Actor.Ref(), Act: e.Act, Version: e.Version, Seq: -1}
	if e.Public == nil {
		e.Public = map[string]any{}
	}
	pub, err := Canonical(e.Public)
	if err != nil {
		return nil, kernel.Internal("ledger public part", err)
	}
	r.Public = string(pub)
	if len(e.Personal) > 0 {
		if err := l.sealPersonal(tx.Tenant(), r, e.Personal); err != nil {
			return nil, err
		}
	}
	return r, l.repo.Append(tx, r)
}

func (l *Log) sealPersonal(t kernel.Tenant, r *Row, personal map[string]any) error {
	plain, err := Canonical(personal)
	if err != nil {
		return kernel.Internal("ledger personal part", err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	r.Salt = hex.EncodeToString(salt)
	r.Digest = PersonalDigest(r.Salt, plain)
	r.Personal, err = l.sealer.Seal(plain, personalField(t, r.ID))
	return err
}

func personalField(t kernel.Tenant, id kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "ledger", ID: id, Field: "personal"}
}

// PersonalDigest binds a row to its personal part: SHA-256 over the salt's text, a zero byte, and the canonical JSON.
func PersonalDigest(salt string, canonical []byte) string {
	h := sha256.New()
	h.Write([]byte(salt))
	h.Write([]byte{0})
	h.Write(canonical)
	return hex.EncodeToString(h.Sum(nil))
}

// Personal opens the personal part of a row: nil when there is none or it was erased.
func (l *Log) Personal(t kernel.Tenant, r *Row) (map[string]any, error) {
	if r.Personal == "" {
		return nil, nil
	}
	plain, err := l.sealer.Open(r.Personal, personalField(t, r.ID))
	if err != nil {
		return nil, err
	}
	var m map[string]any
	return m, json.Unmarshal(plain, &m)
}

// OfObject gives the rows of an object, oldest first.
func (l *Log) OfObject(tx kernel.Tx, object kernel.ID) ([]*Row, error) {
	return l.repo.OfObject(tx, object)
}

// Record gives the canonical JSON of a row, whose SHA-256 is the leaf of the Merkle tree: {v, tenant, id, at, actor_ref, act,
// object, version, public, digest}. It leaves out the salt, the personal part and the sequence, so that neither erasing
// nor sealing changes it.
func Record(t kernel.Tenant, r *Row) ([]byte, error) {
	var pub any
	if err := json.Unmarshal([]byte(r.Public), &pub); err != nil {
		return nil, err
	}
	return Canonical(map[string]any{"v": Version, "tenant": string(t), "id": string(r.ID), "at": r.At.UnixMilli(),
		"actor_ref": r.Actor, "act": r.Act, "object": string(r.Object), "version": r.Version, "public": pub, "digest": r.Digest})
}

// LeafHash is the hexadecimal SHA-256 of the record, which a receipt names.
func LeafHash(t kernel.Tenant, r *Row) (string, error) {
	rec, err := Record(t, r)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(rec)
	return hex.EncodeToString(sum[:]), nil
}
