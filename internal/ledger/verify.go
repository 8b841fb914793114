package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Pack is the hashes stored with one row.
type Pack struct {
	Seq  int64
	Text string
}

// Source is what a check reads, all of it in one snapshot. Lists are ordered by the key that after names, and paged by it.
type Source interface {
	// Sealed gives rows with a sequence: those after the given sequence and, within it, id.
	Sealed(tx kernel.Tx, afterSeq int64, afterID kernel.ID, limit int) ([]*Row, error)
	// Unsealed gives rows without a sequence.
	Unsealed(tx kernel.Tx, after kernel.ID, limit int) ([]*Row, error)
	PacksAfter(tx kernel.Tx, seq int64, limit int) ([]Pack, error)
	MarksAfter(tx kernel.Tx, size int64, limit int) ([]Mark, error)
	// Subjects gives the objects whose versions the ledger holds unbroken.
	Subjects(tx kernel.Tx, after kernel.ID, limit int) ([]Subject, error)
	// Acts gives the rows of objects after lo up to and including hi, by object, version and id, without personal parts.
	Acts(tx kernel.Tx, lo, hi kernel.ID) ([]*Row, error)
}

// OutsideMark is one checkpoint kept outside the database, or a line there that is none (Err).
type OutsideMark struct {
	Line int
	Note string
	Err  error
}

// Check reads a tenant's ledger through and compares it with itself, with its checkpoints and with the objects it is
// about. Every leaf is computed anew from its row and the tree from its leaves; a checkpoint holds when it has the root of
// that tree, so all that hold are consistent with each other.
type Check struct {
	Source   Source
	Verifier *Verifier
	// Sealer opens personal parts; nil leaves them unopened.
	Sealer *vault.Sealer
	// Outside gives the next checkpoint kept outside, in the order in which they were written; ok is false after the last.
	// It must have been written before the snapshot began. nil when there is no such file.
	Outside func() (m OutsideMark, ok bool, err error)
	// Done is told how many rows were looked at; nil for no word.
	Done func(rows int64)
}

const checkPage = 1000

// Run checks the tenant of the unit of work.
func (c *Check) Run(tx kernel.Tx) (*Report, error) {
	w := &walk{Check: c, tx: tx, rep: &Report{Tenant: tx.Tenant(), Notes: []kernel.Text{}, Findings: []Finding{}}}
	w.rows = &pages[*Row]{last: &Row{Seq: -1}, fetch: func(last *Row) ([]*Row, error) { return c.Source.Sealed(tx, last.Seq, last.ID, checkPage) }}
	w.packs = &pages[Pack]{last: Pack{Seq: -1}, fetch: func(last Pack) ([]Pack, error) { return c.Source.PacksAfter(tx, last.Seq, checkPage) }}
	w.inside = &pages[Mark]{fetch: func(last Mark) ([]Mark, error) { return c.Source.MarksAfter(tx, last.Size, checkPage) }}
	for _, part := range []func() error{w.sealed, w.unsealed, w.subjects} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return w.rep, nil
}

// pages reads a list that comes in pages, after last.
type pages[T any] struct {
	fetch func(last T) ([]T, error)
	buf   []T
	last  T
	end   bool
}

// peek gives the next one without taking it; ok is false at the end.
func (p *pages[T]) peek() (v T, ok bool, err error) {
	if len(p.buf) == 0 && !p.end {
		if p.buf, err = p.fetch(p.last); err != nil {
			return v, false, err
		}
		p.end = len(p.buf) == 0
	}
	if len(p.buf) == 0 {
		return v, false, nil
	}
	return p.buf[0], true, nil
}

// take removes the one that peek gave.
func (p *pages[T]) take() {
	p.last = p.buf[0]
	p.buf = p.buf[1:]
}

// walk is one check under way.
type walk struct {
	*Check
	tx  kernel.Tx
	rep *Report

	rows   *pages[*Row]
	packs  *pages[Pack]
	inside *pages[Mark]
	marks  marks

	// fromRows is the tree of the rows as they stand, stored that of the leaves that were stored. While they agree with
	// each other and with the checkpoints all is well; where they part, the checkpoint tells which of the two is right.
	fromRows, stored Tree
	// lost: a row is gone together with its hashes, so no later root can be computed.
	lost bool
	// differ are the rows since the last checkpoint whose leaf is not the stored one.
	differ []*Row
	seen   int64
}

func (w *walk) count() {
	w.seen++
	if w.Done != nil && w.seen%checkPage == 0 {
		w.Done(w.seen)
	}
}

// sealed walks the tree, row by row, and halts at each checkpoint.
func (w *walk) sealed() error {
	w.marks = marks{w: w}
	for n := int64(0); ; n++ {
		size, err := w.marks.next(n)
		if err != nil {
			return err
		}
		row, hasRow, err := w.rows.peek()
		if err != nil {
			return err
		}
		if size < 0 { // nothing signed from here on
			break
		}
		pack, hasPack, err := w.pack(n)
		if err != nil {
			return err
		}
		hasRow = hasRow && row.Seq == n
		if hasRow {
			w.rows.take()
			w.count()
			w.rep.Sealed++
		}
		if !hasRow && !hasPack {
			if n, err = w.gap(n, size); err != nil {
				return err
			}
			continue
		}
		w.one(n, row, hasRow, pack, hasPack)
		if err := w.doubles(n); err != nil {
			return err
		}
	}
	return w.uncovered()
}

// doubles tells of further rows of one sequence, which can be there only where the unique key was taken away.
func (w *walk) doubles(n int64) error {
	for {
		row, ok, err := w.rows.peek()
		if err != nil || !ok || row.Seq != n {
			return err
		}
		w.rows.take()
		w.count()
		w.rep.Sealed++
		w.rep.row(RowUncovered, row, "和另一行占了同一个序号，是插进去的", "has the sequence of another row: it was inserted")
	}
}

// pack gives the hashes that are stored with row n.
func (w *walk) pack(n int64) (Pack, bool, error) {
	for {
		p, ok, err := w.packs.peek()
		if err != nil || !ok || p.Seq > n {
			return Pack{}, false, err
		}
		w.packs.take()
		if p.Seq == n {
			return p, true, nil
		}
	}
}

// gap tells of rows that are gone with their hashes, from n on, and gives the last of them.
func (w *walk) gap(n, size int64) (int64, error) {
	end := size
	if row, ok, err := w.rows.peek(); err != nil {
		return n, err
	} else if ok {
		end = min(end, row.Seq)
	}
	if p, ok, err := w.packs.peek(); err != nil {
		return n, err
	} else if ok {
		end = min(end, p.Seq)
	}
	w.lost = true
	w.rep.at(RowMissing, n, fmt.Sprintf("第 %d 到 %d 行不见了，连同它们的散列", n, end-1), fmt.Sprintf("rows %d to %d are gone, with their hashes", n, end-1))
	return end - 1, nil
}

// one looks at row n and what is stored with it; at least one of the two is there.
func (w *walk) one(n int64, row *Row, hasRow bool, pack Pack, hasPack bool) {
	var kept []tlog.Hash
	if hasPack {
		var err error
		if kept, err = parsePack(n, pack.Text); err != nil {
			w.rep.at(HashChanged, n, fmt.Sprintf("第 %d 行的散列读不了", n), fmt.Sprintf("the hashes stored with row %d cannot be read", n))
		}
	} else {
		w.rep.at(HashChanged, n, fmt.Sprintf("第 %d 行的散列不见了", n), fmt.Sprintf("the hashes stored with row %d are gone", n))
	}
	leaf, ok := tlog.Hash{}, false
	if hasRow {
		w.personal(row)
		leaf, ok = w.leaf(row)
	} else {
		w.rep.at(RowMissing, n, fmt.Sprintf("第 %d 行不见了", n), fmt.Sprintf("row %d is gone", n))
	}
	switch {
	case w.lost:
		if ok && kept != nil && leaf != kept[0] {
			w.differ = append(w.differ, row)
		}
		return
	case !ok && kept == nil:
		w.lost = true
		return
	case !ok:
		leaf = kept[0]
	}
	was := leaf
	if kept != nil {
		was = kept[0]
	}
	if was != leaf {
		w.differ = append(w.differ, row)
	}
	w.fromRows.Append(leaf)
	for level, h := range w.stored.Append(was) {
		if level > 0 && kept != nil && h != kept[level] {
			w.rep.at(HashChanged, n, fmt.Sprintf("第 %d 行的第 %d 层散列被改过", n, level), fmt.Sprintf("the hash of level %d stored with row %d was changed", level, n))
			break
		}
	}
}

// leaf computes the leaf of a row.
func (w *walk) leaf(r *Row) (tlog.Hash, bool) {
	hexLeaf, err := LeafHash(w.tx.Tenant(), r)
	if err == nil {
		err = canonicalPublic(r)
	}
	if err != nil {
		w.rep.row(RowUnreadable, r, "的公开部分不是规范的 JSON，被改过", "has a public part that is not canonical JSON: it was changed")
		return tlog.Hash{}, false
	}
	h, err := leafOf(hexLeaf)
	return h, err == nil
}

// uncovered tells of what stands behind the last signed row.
func (w *walk) uncovered() error {
	for {
		row, ok, err := w.rows.peek()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		w.rows.take()
		w.count()
		w.rep.Sealed++
		w.personal(row)
		w.rep.row(RowUncovered, row, "有序号，但没有签名的检查点包含它：要么它是插进去的，要么检查点被删了",
			"has a sequence, but no signed checkpoint covers it: either it was inserted, or checkpoints were removed")
	}
	for {
		p, ok, err := w.packs.peek()
		if err != nil || !ok {
			return err
		}
		w.packs.take()
		if p.Seq >= w.rep.Size {
			w.rep.at(HashChanged, p.Seq, fmt.Sprintf("多出第 %d 行的散列，没有签名的检查点包含它", p.Seq), fmt.Sprintf("hashes are stored for row %d, which no signed checkpoint covers", p.Seq))
		}
	}
}

// personal compares a row's personal part with its digest.
func (w *walk) personal(r *Row) {
	switch {
	case r.Digest == "" && r.Salt == "" && r.Personal == "":
		return
	case r.Digest == "":
		w.rep.row(PersonalChanged, r, "原来没有个人部分，现在多了出来", "had no personal part and now has one")
		return
	case r.Personal == "" && r.Salt == "":
		w.rep.Erased++
		return
	case r.Personal == "" || r.Salt == "":
		w.rep.row(PersonalChanged, r, "的个人部分只剩一半：抹除要同时抹去内容和盐", "has only half of its personal part: erasing takes both the part and its salt")
		return
	case w.Sealer == nil:
		w.rep.Unopened++
		return
	}
	plain, err := w.Sealer.Open(r.Personal, personalField(w.tx.Tenant(), r.ID))
	switch {
	case errors.Is(err, vault.ErrUnknownKey):
		w.rep.row(PersonalChanged, r, "的个人部分用的密钥不在密钥文件里", "has a personal part under a key that is not in the key file")
	case err != nil:
		w.rep.row(PersonalChanged, r, "的个人部分被改过，或是从别处搬来的", "has a personal part that was changed or moved here")
	case PersonalDigest(r.Salt, plain) != r.Digest:
		w.rep.row(PersonalChanged, r, "的个人部分和它的摘要对不上", "has a personal part that does not give its digest")
	default:
		w.rep.Personal++
	}
}

// unsealed looks at the rows that wait for the sealer.
func (w *walk) unsealed() error {
	after := kernel.ID("")
	for {
		l, err := w.Source.Unsealed(w.tx, after, checkPage)
		if err != nil || len(l) == 0 {
			w.rep.Rows = w.seen
			return err
		}
		for _, r := range l {
			w.count()
			w.leaf(r) // tells of a row that cannot be read
			if r.Seq != -1 {
				w.rep.row(RowUnreadable, r, fmt.Sprintf("的序号是 %d，不应有", r.Seq), fmt.Sprintf("has the sequence %d, which cannot be", r.Seq))
			}
			w.personal(r)
		}
		after = l[len(l)-1].ID
	}
}
