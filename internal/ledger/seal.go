package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
	"golang.org/x/mod/sumdb/note"

	"sanzhi/internal/kernel"
)

// Sealed is a row that gets its place: its sequence, and the hashes that it completes in the tree.
type Sealed struct {
	ID   kernel.ID
	Seq  int64
	Pack string
}

// Mark is a checkpoint as it is kept: what stands beside the note repeats it, so that it can be found.
type Mark struct {
	Size int64
	At   time.Time
	Note string
}

// SealRepo keeps what the sealer needs.
type SealRepo interface {
	// Pending tells how many rows are unsealed, counting no further than most, and the smallest id of those counted.
	Pending(tx kernel.Tx, most int) (n int, oldest kernel.ID, err error)
	// Unsealed gives rows without a sequence, by id, after the one given.
	Unsealed(tx kernel.Tx, after kernel.ID, limit int) ([]*Row, error)
	// Size is one more than the highest sequence given.
	Size(tx kernel.Tx) (int64, error)
	// Packs gives the hashes stored with the rows of the sequences given, as far as there are.
	Packs(tx kernel.Tx, seqs []int64) (map[int64]string, error)
	// Seal gives rows their sequence and stores their hashes. It tells how many rows were still unsealed and were sealed.
	Seal(tx kernel.Tx, rows []Sealed) (int64, error)
	AddMark(tx kernel.Tx, m Mark) error
	// LastMark gives the mark of the greatest size; nil when there is none.
	LastMark(tx kernel.Tx) (*Mark, error)
	// MarksAfter gives the marks of more than size rows, by size.
	MarksAfter(tx kernel.Tx, size int64, limit int) ([]Mark, error)
}

// Outside keeps checkpoints where a change of the database does not reach.
type Outside interface {
	// Last gives the text of the last checkpoint kept; empty when there is none.
	Last(t kernel.Tenant) (string, error)
	// Append adds checkpoints durably.
	Append(t kernel.Tenant, notes []string) error
}

// Sealer gives rows their place in the tenant's Merkle tree and signs checkpoints. One works on a tenant at a time (a
// lease); should two meet all the same, unique keys let one of them fail whole.
type Sealer struct {
	Store    kernel.Store
	Repo     SealRepo
	Signer   note.Signer
	Verifier *Verifier
	Outside  Outside
}

// How sealing is paced. A checkpoint costs a row and a signature, so rows wait for company: many, or a minute.
const (
	// Unit is the most rows that one unit of work seals.
	Unit = 500
	// Patience is the longest that a row waits while few are pending.
	Patience = time.Minute
)

// Due reports whether there is enough to seal.
func (s *Sealer) Due(ctx context.Context, t kernel.Tenant) (due bool, err error) {
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		n, oldest, err := s.Repo.Pending(tx, Unit)
		if err != nil || n == 0 {
			return err
		}
		made, bad := ulid.ParseStrict(string(oldest))
		// An id that is none must not stop the sealing.
		due = n >= Unit || bad != nil || tx.Now().Sub(ulid.Time(made.Time())) >= Patience
		return nil //nolint:nilerr // as said above
	})
	return due, err
}

// Seal seals what is unsealed, in at most that many units of work, and tells how many rows. Each unit ends with a checkpoint,
// which is kept outside as well. It refuses to build on a ledger that is not what the last checkpoint says.
func (s *Sealer) Seal(ctx context.Context, t kernel.Tenant, units int) (sealed int, err error) {
	if err := s.catchUp(ctx, t); err != nil {
		return 0, err
	}
	for range units {
		n, err := s.unit(ctx, t)
		sealed += n
		if err != nil || n < Unit {
			return sealed, err
		}
	}
	return sealed, nil
}

// broken says that the ledger was changed behind the program's back.
func broken(format string, args ...any) error {
	return &kernel.Error{Kind: kernel.KindConflict, Cause: fmt.Errorf(format, args...), Say: kernel.T(
		"台账和已经签名的检查点对不上，已停止封存。请运行 sanzhi verify 查看是哪一行",
		"the ledger is not what its signed checkpoint says, so sealing has stopped; run sanzhi verify to see which row it is")}
}

// catchUp writes outside the checkpoints that are only in the database yet, as after a stop between the two.
func (s *Sealer) catchUp(ctx context.Context, t kernel.Tenant) error {
	const page = 1000
	for {
		text, err := s.Outside.Last(t)
		if err != nil {
			return err
		}
		size := int64(0)
		if text != "" {
			c, err := OpenCheckpoint(text, s.Verifier.Notes)
			if err != nil || c.Tenant != t {
				return broken("the last checkpoint outside the database: %w", cmp.Or(err, ErrForged))
			}
			size = c.Size
		}
		var notes []string
		err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
			last, err := s.Repo.LastMark(tx)
			if err != nil {
				return err
			}
			if has := sizeOf(last); has < size {
				return broken("the checkpoint outside the database has %d rows, the one inside %d", size, has)
			}
			marks, err := s.Repo.MarksAfter(tx, size, page)
			for _, m := range marks {
				notes = append(notes, m.Note)
			}
			return err
		})
		if err != nil || len(notes) == 0 {
			return err
		}
		if err := s.Outside.Append(t, notes); err != nil {
			return err
		}
	}
}

func sizeOf(m *Mark) int64 {
	if m == nil {
		return 0
	}
	return m.Size
}

// unit seals one unit of work. The hashing is done before it, since the rows do not change and other writers wait.
func (s *Sealer) unit(ctx context.Context, t kernel.Tenant) (int, error) {
	var rows []*Row
	var tree *Tree
	err := s.Store.View(ctx, t, func(tx kernel.Tx) (err error) {
		if rows, err = s.Repo.Unsealed(tx, "", Unit); err != nil || len(rows) == 0 {
			return err
		}
		tree, err = s.tree(tx)
		return err
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	// Within a unit, acts on one object keep their order even when their ids were made in one millisecond.
	slices.SortStableFunc(rows, func(a, b *Row) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID))
	})
	from := tree.Size()
	sealed := make([]Sealed, len(rows))
	for i, r := range rows {
		hexLeaf, err := LeafHash(t, r)
		if err != nil {
			return 0, broken("row %s: %w", r.ID, err)
		}
		leaf, err := leafOf(hexLeaf)
		if err != nil {
			return 0, err
		}
		sealed[i] = Sealed{ID: r.ID, Seq: from + int64(i), Pack: packText(tree.Append(leaf))}
	}
	var c *Checkpoint
	err = s.Store.Update(ctx, t, func(tx kernel.Tx) (err error) {
		if size, err := s.Repo.Size(tx); err != nil || size != from {
			return cmp.Or(err, kernel.Conflict(kernel.T("另一个进程正在封存台账", "another process is sealing the ledger")))
		}
		if n, err := s.Repo.Seal(tx, sealed); err != nil || n != int64(len(sealed)) {
			return cmp.Or(err, broken("%d of %d rows were there to be sealed", n, len(sealed)))
		}
		if c, err = signCheckpoint(s.Signer, t, tree, tx.Now()); err != nil {
			return err
		}
		return s.Repo.AddMark(tx, Mark{Size: c.Size, At: c.At, Note: c.Note})
	})
	if err != nil {
		return 0, err
	}
	return len(sealed), s.Outside.Append(t, []string{c.Note})
}

// tree gives the tree as it stands, if it is the one that was signed last.
func (s *Sealer) tree(tx kernel.Tx) (*Tree, error) {
	size, err := s.Repo.Size(tx)
	if err != nil {
		return nil, err
	}
	last, err := s.Repo.LastMark(tx)
	if err != nil {
		return nil, err
	}
	if has := sizeOf(last); has != size {
		return nil, broken("%d rows are sealed, the last checkpoint has %d", size, has)
	}
	tree, err := loadTree(size, func(rows []int64) (map[int64]string, error) { return s.Repo.Packs(tx, rows) })
	if err != nil {
		return nil, broken("%w", err)
	}
	if size == 0 {
		return tree, nil
	}
	c, err := OpenCheckpoint(last.Note, s.Verifier.Notes)
	if err != nil {
		return nil, broken("%w", err)
	}
	if c.Tenant != tx.Tenant() || c.Size != size || c.Root != tree.Root() {
		return nil, broken("the stored hashes do not give the root that was signed for %d rows", size)
	}
	return tree, nil
}
