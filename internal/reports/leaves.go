package reports

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// LeavesKind names the export of all leaves of a district's ledger.
const LeavesKind = "sanzhi-leaves"

// LeavesHead is its first line. After it each line is one Leaf, from sequence 0 on, as many as the checkpoint has rows.
type LeavesHead struct {
	Kind       string        `json:"kind"`
	V          int           `json:"v"`
	Tenant     kernel.Tenant `json:"tenant"`
	Checkpoint string        `json:"checkpoint"`
	Size       int64         `json:"size"`
}

// Leaf is one row: the hash that the tree has of it, and its record without any personal part.
type Leaf struct {
	Leaf   string `json:"leaf"`
	Record string `json:"record,omitempty"`
}

// LeafSource is what an export of leaves is read from.
type LeafSource interface {
	LastMark(tx kernel.Tx) (*ledger.Mark, error)
	Sealed(tx kernel.Tx, afterSeq int64, afterID kernel.ID, limit int) ([]*ledger.Row, error)
}

// WriteLeaves exports all leaves up to the last checkpoint. bare leaves the records out: then membership can be checked, completeness
// not.
func WriteLeaves(tx kernel.Tx, src LeafSource, v *ledger.Verifier, bare bool, w io.Writer) (int64, error) {
	mark, err := src.LastMark(tx)
	if err != nil {
		return 0, err
	}
	if mark == nil {
		return 0, kernel.Conflict(kernel.T("台账还没有封存过，请先运行 serve 一两分钟", "the ledger was never sealed yet; let serve run for a minute or two"))
	}
	c, err := ledger.OpenCheckpoint(mark.Note, v.Notes)
	if err != nil {
		return 0, err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(LeavesHead{Kind: LeavesKind, V: 1, Tenant: tx.Tenant(), Checkpoint: mark.Note, Size: c.Size}); err != nil {
		return 0, err
	}
	n, seq, id := int64(0), int64(-1), kernel.ID("")
	for n < c.Size {
		rows, err := src.Sealed(tx, seq, id, walkPage)
		if err != nil {
			return n, err
		}
		if len(rows) == 0 {
			return n, kernel.Conflict(kernel.T("台账少了行，请运行 sanzhi verify", "rows of the ledger are missing; run sanzhi verify"))
		}
		for _, r := range rows {
			if n == c.Size {
				break
			}
			rec, err := ledger.Record(tx.Tenant(), r)
			if err != nil {
				return n, err
			}
			sum := sha256.Sum256(rec)
			l := Leaf{Leaf: hex.EncodeToString(sum[:]), Record: string(rec)}
			if bare {
				l.Record = ""
			}
			if err := enc.Encode(l); err != nil {
				return n, err
			}
			n++
			seq, id = r.Seq, r.ID
		}
	}
	return n, nil
}

// Act is a ledger record as a replay reads it.
type Act struct {
	ID      kernel.ID      `json:"id"`
	At      int64          `json:"at"`
	Act     string         `json:"act"`
	Object  kernel.ID      `json:"object"`
	Version int            `json:"version"`
	Public  map[string]any `json:"public"`
	leaf    string
}

// Time is when it was done.
func (a *Act) Time() time.Time { return time.UnixMilli(a.At).UTC() }

// Text gives a member of the public part as text, Number as a whole number.
func (a *Act) Text(name string) string {
	s, _ := a.Public[name].(string)
	return s
}

// Number gives a member of the public part as a whole number.
func (a *Act) Number(name string) int64 {
	f, _ := a.Public[name].(float64)
	return int64(f)
}

// Replay gives what one object adds to a figure, from its acts up to the as-of instant, in their order. It looks at nothing but the
// ledger.
type Replay func(a Ask, acts []*Act) Tally

// leavesRead is what was read of an export.
type leavesRead struct {
	object map[string]kernel.ID // by leaf
	acts   map[kernel.ID][]*Act
	bare   bool
}

// Against checks a bundle that Verify has looked at against an export of all leaves: that the export is the signed ledger, that
// each counted record is in it, and, where the ledger alone tells what a query asks, that none was left out.
func (v *Verdict) Against(b *Bundle, in io.Reader, key *ledger.Verifier, reg *Registry) error {
	if v.doc == nil {
		return nil
	}
	read, err := v.readLeaves(b, in, key)
	if err != nil || read == nil {
		return err
	}
	for i := range v.doc.Figures {
		f := &v.doc.Figures[i]
		if f.Hidden {
			continue
		}
		for _, e := range b.Entries[f.Key] {
			if kind, hash, _, ok := parseEntry(e); ok && kind == entryLedger {
				if _, ok := read.object[hash]; !ok {
					v.flaw(NotInLedger, f.Key, "有一条算进去的记录不在台账里："+hash[:12], "a record that was counted is not in the ledger: "+hash[:12])
				}
			}
		}
		v.replay(f, b.Entries[f.Key], read, reg)
	}
	v.note("没有列出的数由登记册计得，台账没有其逐条记录：能证明的是签发时的那一组，不能证明没有遗漏",
		"figures that are not listed are counted from registers without a ledger row for each record: what is proved is the set at the time of issue, not that none was left out")
	return nil
}

const maxLine = 1 << 20

func (v *Verdict) readLeaves(b *Bundle, in io.Reader, key *ledger.Verifier) (*leavesRead, error) {
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 0, 64<<10), maxLine)
	if !sc.Scan() {
		return nil, kernel.Malformed("leaves", kernel.T("台账叶子文件是空的", "the file of leaves is empty"))
	}
	var head LeavesHead
	if err := json.Unmarshal(sc.Bytes(), &head); err != nil || head.Kind != LeavesKind {
		return nil, kernel.Malformed("leaves", kernel.T("这不是台账叶子文件，请用 sanzhi report leaves 导出", "this is no export of leaves; make one with sanzhi report leaves"))
	}
	c, err := ledger.OpenCheckpoint(head.Checkpoint, key.Notes)
	if err != nil || c.Tenant != b.Tenant || head.Tenant != b.Tenant || c.Size != head.Size {
		v.flaw(BadLeaves, "", "叶子文件的检查点不是这个公钥给本区县签的", "the checkpoint of the leaves is not signed by this key for this district")
		return nil, nil
	}
	at, err := v.checkpoint(b, key)
	if err != nil {
		return nil, err
	}
	r := &leavesRead{object: map[string]kernel.ID{}, acts: map[kernel.ID][]*Act{}}
	var tree ledger.Tree
	for sc.Scan() {
		if err := r.leaf(sc.Bytes(), &tree, v.doc.AsOf); err != nil {
			v.flaw(BadLeaves, fmt.Sprint(tree.Size()), "叶子文件有一行和它的记录对不上", "a line of the leaves does not fit its record")
			return nil, nil
		}
		if at != nil && tree.Size() == at.Size && tree.Root() != at.Root {
			v.flaw(BadLeaves, "", "这些叶子不是核验文件那个检查点签的", "these leaves are not those that the checkpoint of the bundle was signed for")
			return nil, nil
		}
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	v.Leaves = tree.Size()
	if tree.Size() != c.Size || tree.Root() != c.Root {
		v.flaw(BadLeaves, "", "叶子文件缺行、多行或被改过", "lines of the leaves are missing, added or changed")
		return nil, nil
	}
	if at != nil && at.Size > c.Size {
		v.flaw(BadLeaves, "", "叶子文件比核验文件旧，请重新导出", "the export of leaves is older than the bundle; make it anew")
		return nil, nil
	}
	return r, nil
}

// checkpoint gives the checkpoint of the bundle's own proof; nil without one.
func (v *Verdict) checkpoint(b *Bundle, key *ledger.Verifier) (*ledger.Checkpoint, error) {
	if !v.Sealed {
		return nil, nil
	}
	return ledger.OpenCheckpoint(b.Receipt.Proof.Checkpoint, key.Notes)
}

func (r *leavesRead) leaf(line []byte, tree *ledger.Tree, asOf time.Time) error {
	var l Leaf
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	raw, err := hex.DecodeString(l.Leaf)
	if err != nil || len(raw) != tlog.HashSize {
		return fmt.Errorf("no leaf")
	}
	tree.Append(tlog.RecordHash(raw))
	r.object[l.Leaf] = ""
	if l.Record == "" {
		r.bare = true
		return nil
	}
	if digestOf(l.Record) != l.Leaf {
		return fmt.Errorf("the record is another's")
	}
	a := &Act{leaf: l.Leaf}
	if err := json.Unmarshal([]byte(l.Record), a); err != nil {
		return err
	}
	r.object[l.Leaf] = a.Object
	if !a.Time().After(asOf) {
		r.acts[a.Object] = append(r.acts[a.Object], a)
	}
	return nil
}

// replay counts a figure anew from the ledger alone, where that is possible, and compares the sets.
func (v *Verdict) replay(f *Figure, entries []string, read *leavesRead, reg *Registry) {
	q := reg.Get(f.Query)
	if q == nil || q.Version != f.Version || q.Replay == nil || q.Replays != nil && !q.Replays(f.Ask()) || read.bare || string(f.Path) != string(v.doc.Tenant)+"/" {
		return
	}
	was := map[kernel.ID]bool{}
	for _, e := range entries {
		if kind, hash, t, ok := parseEntry(e); ok && kind == entryLedger && t.Den > 0 {
			was[read.object[hash]] = true
		}
	}
	out, in := 0, 0
	for id, acts := range read.acts {
		slices.SortStableFunc(acts, func(a, b *Act) int {
			if a.At != b.At {
				return int(a.At - b.At)
			}
			if a.Version != b.Version {
				return a.Version - b.Version
			}
			return strings.Compare(string(a.ID), string(b.ID))
		})
		switch should := q.Replay(f.Ask(), acts).Den > 0; {
		case should && !was[id]:
			out++
		case !should && was[id]:
			in++
		}
	}
	v.Replayed = append(v.Replayed, f.Key)
	if out > 0 {
		v.flaw(LeftOut, f.Key, fmt.Sprintf("按台账还有 %d 条该算而没有算", out), fmt.Sprintf("by the ledger %d more should have been counted", out))
	}
	if in > 0 {
		v.flaw(WronglyIn, f.Key, fmt.Sprintf("有 %d 条按台账不该算进去", in), fmt.Sprintf("by the ledger %d should not have been counted", in))
	}
}
