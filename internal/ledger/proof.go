package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"sanzhi/internal/kernel"
)

// Receipt is a signed promise that a row will be sealed and, once it is, the proof that it was. Whoever has it and the
// public key checks it without asking anybody.
type Receipt struct {
	Tenant kernel.Tenant `json:"tenant"`
	// Ledger is the row's id.
	Ledger kernel.ID `json:"ledger"`
	// Leaf is the hexadecimal SHA-256 of the row's record.
	Leaf string `json:"leaf"`
	// Signature is Ed25519 in base64 over PromiseText.
	Signature string `json:"signature,omitempty"`
	// Record is the row's canonical JSON; left out, the receipt proves that a row is there but does not show it.
	Record string `json:"record,omitempty"`
	// Proof is there when the row is sealed.
	Proof *Inclusion `json:"proof,omitempty"`
}

// Inclusion proves that a leaf stands in the tree that a checkpoint was signed for (RFC 6962, 2.1.1).
type Inclusion struct {
	Seq int64 `json:"seq"`
	// Path are the neighbours' hashes from the leaf up, in base64.
	Path []string `json:"path"`
	// Checkpoint is the signed note.
	Checkpoint string `json:"checkpoint"`
}

// PromiseText is what a receipt's signature covers.
func PromiseText(t kernel.Tenant, leaf string) []byte {
	return []byte("sanzhi receipt v1\n" + string(t) + "\n" + leaf)
}

// ProofRepo is what a proof is made from.
type ProofRepo interface {
	// Row gives one row, KindNotFound when there is none.
	Row(tx kernel.Tx, id kernel.ID) (*Row, error)
	SealRepo
}

// Proof makes the receipt of a row, signed with key, with the proof that it is in the tree of the last checkpoint when it is
// sealed. KindNotFound when there is no such row.
func Proof(tx kernel.Tx, repo ProofRepo, v *Verifier, key ed25519.PrivateKey, id kernel.ID) (*Receipt, error) {
	row, err := repo.Row(tx, id)
	if err != nil {
		return nil, err
	}
	rec, err := Record(tx.Tenant(), row)
	if err != nil {
		return nil, broken("row %s: %w", id, err)
	}
	sum := sha256.Sum256(rec)
	r := &Receipt{Tenant: tx.Tenant(), Ledger: id, Leaf: hex.EncodeToString(sum[:]), Record: string(rec)}
	r.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, PromiseText(r.Tenant, r.Leaf)))
	if row.Seq < 0 {
		return r, nil
	}
	last, err := repo.LastMark(tx)
	if err != nil {
		return nil, err
	}
	if sizeOf(last) <= row.Seq {
		return nil, broken("row %s has the sequence %d, the last checkpoint %d rows", id, row.Seq, sizeOf(last))
	}
	path, err := tlog.ProveRecord(last.Size, row.Seq, packReader(func(rows []int64) (map[int64]string, error) { return repo.Packs(tx, rows) }))
	if err != nil {
		return nil, broken("%w", err)
	}
	r.Proof = &Inclusion{Seq: row.Seq, Path: []string{}, Checkpoint: last.Note}
	for _, h := range path {
		r.Proof.Path = append(r.Proof.Path, h.String())
	}
	// What does not convince us convinces nobody else either.
	if _, err := v.Check(r); err != nil {
		return nil, broken("%w", err)
	}
	return r, nil
}

// ParseReceipt reads a receipt; KindMalformed when it is none. One that names no tenant is taken for one of t.
func ParseReceipt(b []byte, t kernel.Tenant) (*Receipt, error) {
	var r Receipt
	bad := kernel.Malformed("receipt", kernel.T("这不是一张收据：要有 tenant、ledger、leaf 三项的 JSON", "this is no receipt: it must be JSON with tenant, ledger and leaf"))
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, bad
	}
	if r.Tenant == "" {
		r.Tenant = t
	}
	if _, err := kernel.ParseTenant(string(r.Tenant)); err != nil || r.Ledger == "" {
		return nil, bad
	}
	if _, err := leafOf(r.Leaf); err != nil {
		return nil, bad
	}
	return &r, nil
}

// Checked tells what a receipt was found to prove.
type Checked struct {
	// Promise: the installation signed that the row will be sealed.
	Promise bool `json:"promise"`
	// Shown: the record in the receipt is the one that the leaf stands for.
	Shown bool `json:"shown"`
	// Checkpoint is set when the row is proved to be in the tree that was signed.
	Checkpoint *Checkpoint `json:"-"`
}

// Check checks a receipt offline. What is not in it is not proved; what is in it and does not hold is an error.
func (v *Verifier) Check(r *Receipt) (*Checked, error) {
	c := &Checked{}
	if r.Signature != "" {
		sig, err := base64.StdEncoding.DecodeString(r.Signature)
		if err != nil || !ed25519.Verify(v.key, PromiseText(r.Tenant, r.Leaf), sig) {
			return nil, fmt.Errorf("ledger: the signature of the receipt does not hold")
		}
		c.Promise = true
	}
	if r.Record != "" {
		if err := shows(r); err != nil {
			return nil, err
		}
		c.Shown = true
	}
	if r.Proof != nil {
		var err error
		if c.Checkpoint, err = v.included(r); err != nil {
			return nil, err
		}
	}
	if !c.Promise && c.Checkpoint == nil {
		return nil, fmt.Errorf("ledger: the receipt has neither a signature nor a proof")
	}
	return c, nil
}

// shows checks that the record is the leaf's, and that it is of the row and tenant that the receipt names.
func shows(r *Receipt) error {
	sum := sha256.Sum256([]byte(r.Record))
	if hex.EncodeToString(sum[:]) != r.Leaf {
		return fmt.Errorf("ledger: the record in the receipt is not the one of the leaf")
	}
	var rec struct {
		ID     kernel.ID     `json:"id"`
		Tenant kernel.Tenant `json:"tenant"`
	}
	if err := json.Unmarshal([]byte(r.Record), &rec); err != nil || rec.ID != r.Ledger || rec.Tenant != r.Tenant {
		return fmt.Errorf("ledger: the record in the receipt is of another row")
	}
	return nil
}

func (v *Verifier) included(r *Receipt) (*Checkpoint, error) {
	c, err := OpenCheckpoint(r.Proof.Checkpoint, v.Notes)
	if err != nil {
		return nil, err
	}
	if c.Tenant != r.Tenant {
		return nil, fmt.Errorf("ledger: the checkpoint is of the tenant %s, the receipt of %s", c.Tenant, r.Tenant)
	}
	path := make(tlog.RecordProof, len(r.Proof.Path))
	for i, s := range r.Proof.Path {
		if path[i], err = tlog.ParseHash(s); err != nil {
			return nil, fmt.Errorf("ledger: the path of the proof cannot be read")
		}
	}
	leaf, err := leafOf(r.Leaf)
	if err != nil {
		return nil, err
	}
	// tlog panics on sizes that cannot be.
	if r.Proof.Seq < 0 || r.Proof.Seq >= c.Size {
		return nil, fmt.Errorf("ledger: the checkpoint has %d rows, the row is number %d", c.Size, r.Proof.Seq)
	}
	if err := tlog.CheckRecord(path, c.Size, c.Root, r.Proof.Seq, leaf); err != nil {
		return nil, fmt.Errorf("ledger: the proof does not lead from the row to the signed root")
	}
	return c, nil
}
