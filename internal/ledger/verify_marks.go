package ledger

import (
	"errors"
	"fmt"

	"sanzhi/internal/kernel"
)

// marks merges the checkpoints of the database with those kept outside, by size.
type marks struct {
	w       *walk
	pending *Checkpoint // the smallest that holds and is not compared yet
	outside *Checkpoint // the next outside one
	line    int         // of outside
	lastOut int64       // size of the last outside one
	endOut  bool
}

// next compares the checkpoints of n rows with the trees, which have n rows now, and gives the size of the next one; -1 when
// there is none.
func (m *marks) next(n int64) (int64, error) {
	for {
		in, err := m.nextInside()
		if err != nil {
			return 0, err
		}
		out, err := m.nextOutside()
		if err != nil {
			return 0, err
		}
		c := in
		if c == nil || out != nil && out.Size < c.Size {
			c = out
		}
		if c == nil {
			return -1, nil
		}
		if c.Size > n {
			return c.Size, nil
		}
		m.pairs(in, out, c.Size)
		m.w.compare(c)
		if in != nil && in.Size == c.Size {
			m.w.rep.Checkpoints++
			m.pending = nil
			m.w.inside.take()
		}
		if out != nil && out.Size == c.Size {
			m.w.rep.Outside++
			m.outside = nil
			if c == in && out.Root != in.Root {
				m.w.compare(out)
			}
		}
	}
}

// pairs tells of a checkpoint that stands on one side only. The file outside may end earlier: the program writes it after
// the commit, and a restored copy of it is older than the database.
func (m *marks) pairs(in, out *Checkpoint, size int64) {
	if m.w.Outside == nil {
		return
	}
	hasIn, hasOut := in != nil && in.Size == size, out != nil && out.Size == size
	switch {
	case hasIn && !hasOut && out != nil:
		m.w.rep.at(CheckpointGone, size, fmt.Sprintf("库里有 %d 行的检查点，库外的文件里没有", size), fmt.Sprintf("the checkpoint of %d rows is in the database but not in the file outside", size))
	case hasOut && !hasIn && in != nil:
		m.w.rep.at(CheckpointGone, size, fmt.Sprintf("库外的文件里有 %d 行的检查点，库里没有", size), fmt.Sprintf("the checkpoint of %d rows is in the file outside but not in the database", size))
	case hasOut && !hasIn:
		m.w.rep.at(TailCut, size, fmt.Sprintf("库外的文件里有 %d 行的签名检查点，库里没有这么多：台账的末尾被截掉了", size),
			fmt.Sprintf("the file outside has a signed checkpoint of %d rows, which the database has not: the end of the ledger was cut off", size))
	}
}

// nextInside gives the next checkpoint of the database that is signed, and tells of those that are not.
func (m *marks) nextInside() (*Checkpoint, error) {
	for m.pending == nil {
		mark, ok, err := m.w.inside.peek()
		if err != nil || !ok {
			return nil, err
		}
		c, err := OpenCheckpoint(mark.Note, m.w.Verifier.Notes)
		if err == nil && (c.Tenant != m.w.tx.Tenant() || c.Size != mark.Size || !c.At.Equal(mark.At)) {
			err = fmt.Errorf("%w: it is of the tenant %s, %d rows, %s", ErrForged, c.Tenant, c.Size, c.At)
		}
		if err == nil {
			m.pending = c
			break
		}
		m.w.rep.at(CheckpointForged, mark.Size, fmt.Sprintf("库里 %d 行的检查点不是用本系统的密钥签的，或被改过", mark.Size),
			fmt.Sprintf("the checkpoint of %d rows in the database is not signed with this installation's key, or was changed", mark.Size))
		m.w.inside.take()
	}
	return m.pending, nil
}

// nextOutside gives the next checkpoint of the file that is signed and in order, and tells of those that are not.
func (m *marks) nextOutside() (*Checkpoint, error) {
	for m.outside == nil && !m.endOut && m.w.Outside != nil {
		o, ok, err := m.w.Outside()
		if err != nil {
			return nil, err
		}
		if !ok {
			m.endOut = true
			break
		}
		c, err := OpenCheckpoint(o.Note, m.w.Verifier.Notes)
		switch {
		case o.Err != nil:
			err = o.Err
		case err == nil && c.Tenant != m.w.tx.Tenant():
			err = errors.New("it is of another tenant")
		case err == nil && c.Size <= m.lastOut:
			err = errors.New("it stands in the wrong order")
		}
		if err != nil {
			m.w.rep.at(CheckpointForged, -1, fmt.Sprintf("库外检查点文件第 %d 行不是本系统签的，或被改过、挪过", o.Line),
				fmt.Sprintf("line %d of the checkpoint file outside is not signed with this installation's key, or was changed or moved", o.Line))
			continue
		}
		m.outside, m.line, m.lastOut = c, o.Line, c.Size
	}
	return m.outside, nil
}

// compare holds a signed checkpoint against both trees, which have its size, and names what changed since the one before.
func (w *walk) compare(c *Checkpoint) {
	w.rep.Size, w.rep.Root = c.Size, c.Root.String()
	defer func() { w.differ = w.differ[:0] }()
	if w.lost {
		for _, r := range w.differ {
			w.rep.row(RowChanged, r, "和封存时存下的散列对不上", "does not give the hash that was stored when it was sealed")
		}
		return
	}
	right, kept := w.fromRows.Root() == c.Root, w.stored.Root() == c.Root
	switch {
	case right && kept:
	case kept:
		w.fromRows = w.stored
		for _, r := range w.differ {
			w.rep.row(RowChanged, r, "封存以后被改过", "was changed after it was sealed")
		}
	case right:
		w.stored = w.fromRows
		for _, r := range w.differ {
			w.rep.at(HashChanged, r.Seq, fmt.Sprintf("第 %d 行存下的散列被改过，行本身是对的", r.Seq), fmt.Sprintf("the hash stored with row %d was changed; the row itself is right", r.Seq))
		}
	default:
		for _, r := range w.differ {
			w.rep.row(RowChanged, r, "或它存下的散列被改过", "or the hash stored with it was changed")
		}
		w.rep.add(Finding{Kind: CheckpointOther, Seq: c.Size, Say: kernel.T(
			fmt.Sprintf("前 %d 行算出的根和签名的检查点（%s）不同：行和散列一起被改过，或者密钥签过另一份台账", c.Size, c.At.Format(timeForm)),
			fmt.Sprintf("the first %d rows do not give the root that was signed (%s): rows and hashes were changed together, or the key has signed another history", c.Size, c.At.Format(timeForm)))})
	}
}
