package reports

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// BundleKind names the file that proves a bulletin.
const BundleKind = "sanzhi-bulletin"

// Bundle is a bulletin with all that is needed to check it offline, the public key apart: its text, what each figure
// counted, and the receipt of the ledger row that committed to both.
type Bundle struct {
	Kind   string        `json:"kind"`
	V      int           `json:"v"`
	Tenant kernel.Tenant `json:"tenant"`
	// Key is the public key that signed, for finding the right one. Who checks brings their own: a forger would write another here.
	Key string `json:"key"`
	// Bulletin is canonical JSON as text, so that its digest can be taken of the bytes as they are.
	Bulletin string              `json:"bulletin"`
	Entries  map[string][]string `json:"entries"`
	Receipt  *ledger.Receipt     `json:"receipt"`
}

// Proofs makes receipts of ledger rows.
type Proofs interface {
	Receipt(tx kernel.Tx, row kernel.ID) (*ledger.Receipt, error)
	PublicKey() string
}

// Signing makes receipts with the installation's key.
type Signing struct {
	Rows     ledger.ProofRepo
	Verifier *ledger.Verifier
	Key      ed25519.PrivateKey
}

// Receipt implements Proofs.
func (s Signing) Receipt(tx kernel.Tx, row kernel.ID) (*ledger.Receipt, error) {
	return ledger.Proof(tx, s.Rows, s.Verifier, s.Key, row)
}

// PublicKey implements Proofs.
func (s Signing) PublicKey() string {
	half, _ := s.Key.Public().(ed25519.PublicKey) // which it always is
	text, err := ledger.PublicKey(half)
	if err != nil {
		return ""
	}
	return text
}

// Bundle makes the file that proves a bulletin.
func (s *Service) Bundle(tx kernel.Tx, i *Issued, p Proofs) (*Bundle, error) {
	d, err := i.Doc()
	if err != nil {
		return nil, err
	}
	b := &Bundle{Kind: BundleKind, V: DocVersion, Tenant: tx.Tenant(), Key: p.PublicKey(), Bulletin: i.Body, Entries: map[string][]string{}}
	for k := range d.Figures {
		f := &d.Figures[k]
		if f.Hidden {
			continue
		}
		if b.Entries[f.Key], err = s.EntriesOf(tx, i.ID, f.Key); err != nil {
			return nil, err
		}
	}
	b.Receipt, err = p.Receipt(tx, i.Row)
	return b, err
}

// ParseBundle reads a bundle; KindMalformed when it is none.
func ParseBundle(raw []byte) (*Bundle, error) {
	b := &Bundle{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(b); err != nil || b.Kind != BundleKind || b.V != DocVersion || b.Receipt == nil {
		return nil, &kernel.Error{Kind: kernel.KindMalformed, Field: "bundle", Cause: err,
			Say: kernel.T("这不是简报的核验文件，请用“下载核验文件”得到的那一个", "this is no proof of a bulletin; use the file that the page of the bulletin gives")}
	}
	return b, nil
}

// FindingKind is what was found wrong with a bundle.
type FindingKind string

// What may be wrong.
const (
	BadSignature FindingKind = "signature"  // receipt, checkpoint or path do not hold
	BadRow       FindingKind = "row"        // the ledger row is of another act, bulletin or district
	BadText      FindingKind = "text"       // the bulletin is not the one that was issued
	BadFigure    FindingKind = "figure"     // a figure is not what its records give, or not what its rule prints
	BadSet       FindingKind = "set"        // the set of records is not the one that was committed to
	BadLeaves    FindingKind = "leaves"     // the export of leaves is not the signed ledger
	NotInLedger  FindingKind = "unknown"    // a counted record is not in the ledger
	LeftOut      FindingKind = "left_out"   // the ledger has a record that should have been counted
	WronglyIn    FindingKind = "wrongly_in" // the ledger does not say that a counted record should have been counted
)

// Flaw is one finding of a check.
type Flaw struct {
	Kind  FindingKind `json:"kind"`
	Where string      `json:"where,omitempty"`
	Say   kernel.Text `json:"say"`
}

// Verdict is what a check found.
type Verdict struct {
	Holds bool `json:"holds"`
	// Sealed: the row is proved to be in the tree that was signed; otherwise there is the promise alone.
	Sealed  bool        `json:"sealed"`
	Seq     int64       `json:"seq,omitempty"`
	Size    int64       `json:"size,omitempty"`
	Number  kernel.Text `json:"number"`
	Figures int         `json:"figures"`
	Records int         `json:"records"`
	Hidden  int         `json:"hidden"`
	// Leaves are how many leaves were read, Replayed the figures that were counted anew from them alone.
	Leaves   int64         `json:"leaves,omitempty"`
	Replayed []string      `json:"replayed,omitempty"`
	Flaws    []Flaw        `json:"flaws"`
	Notes    []kernel.Text `json:"notes"`

	doc *Doc
}

func (v *Verdict) flaw(kind FindingKind, where, zh, en string) {
	v.Holds = false
	v.Flaws = append(v.Flaws, Flaw{kind, where, kernel.T(zh, en)})
}

func (v *Verdict) note(zh, en string) { v.Notes = append(v.Notes, kernel.T(zh, en)) }

// committed is what the ledger row of an issue says.
type committed struct {
	Tenant kernel.Tenant `json:"tenant"`
	Act    string        `json:"act"`
	Object kernel.ID     `json:"object"`
	Public struct {
		Digest  string `json:"digest"`
		AsOf    int64  `json:"as_of"`
		Figures []struct {
			Key  string `json:"key"`
			Num  int    `json:"num"`
			Den  int    `json:"den"`
			Size int    `json:"size"`
			Root string `json:"root"`
		} `json:"figures"`
	} `json:"public"`
}

// Verify checks a bundle with the public key alone.
func Verify(b *Bundle, key *ledger.Verifier) *Verdict {
	v := &Verdict{Holds: true, Flaws: []Flaw{}, Notes: []kernel.Text{}}
	row := v.receipt(b, key)
	d, err := ParseDoc(b.Bulletin)
	if err != nil {
		v.flaw(BadText, "", "简报正文读不了", "the text of the bulletin cannot be read")
		return v
	}
	v.doc, v.Number, v.Figures = d, d.Number, len(d.Figures)
	if row != nil {
		v.text(b, d, row)
	}
	for i := range d.Figures {
		v.figure(&d.Figures[i], b.Entries, row)
	}
	for key := range b.Entries {
		if d.Figure(key) == nil {
			v.flaw(BadSet, key, "文件里多了一组没有对应数字的记录", "the file has records of a figure that the bulletin does not have")
		}
	}
	v.runs(d)
	return v
}

// receipt checks the row's receipt; nil when it cannot be believed.
func (v *Verdict) receipt(b *Bundle, key *ledger.Verifier) *committed {
	found, err := key.Check(b.Receipt)
	if err != nil {
		v.flaw(BadSignature, "", "收据不成立：不是这个公钥签的，或者被改过", "the receipt does not hold: "+err.Error())
		return nil
	}
	if !found.Shown {
		v.flaw(BadRow, "", "收据里没有台账这一行的内容", "the receipt does not show the ledger row")
		return nil
	}
	row := &committed{}
	if err := json.Unmarshal([]byte(b.Receipt.Record), row); err != nil || row.Act != ActIssue || row.Tenant != b.Tenant || b.Receipt.Tenant != b.Tenant {
		v.flaw(BadRow, "", "收据是另一件事的，不是这份简报的签发", "the receipt is of another act, not of the issue of this bulletin")
		return nil
	}
	if found.Checkpoint == nil {
		v.note("台账还没有封存这一行，目前只有签名承诺；一两分钟后重新下载核验文件", "the row is not sealed yet: there is the signed promise alone; download the file again in a minute or two")
	} else {
		v.Sealed, v.Seq, v.Size = true, b.Receipt.Proof.Seq, found.Checkpoint.Size
	}
	return row
}

// text checks the whole text against the digest in the row.
func (v *Verdict) text(b *Bundle, d *Doc, row *committed) {
	if row.Object != d.ID || d.Tenant != row.Tenant || d.AsOf.UnixMilli() != row.Public.AsOf {
		v.flaw(BadRow, "", "台账这一行说的是另一期简报", "the ledger row is about another bulletin")
	}
	if digestOf(b.Bulletin) != row.Public.Digest {
		v.flaw(BadText, "", "简报正文和签发时不一样", "the text is not the one that was issued")
	}
	if len(row.Public.Figures) != len(d.Figures) {
		v.flaw(BadText, "", "数字的个数和签发时不一样", "the bulletin has another number of figures than when it was issued")
	}
}

// figure checks one figure: its records give its count and its root, its rule gives what is printed, and the row says the same.
func (v *Verdict) figure(f *Figure, entries map[string][]string, row *committed) {
	if f.Hidden {
		v.Hidden++
		if len(entries[f.Key]) > 0 || f.Num+f.Den+f.Size != 0 {
			v.flaw(BadSet, f.Key, "这个数不公布，文件里却有它的记录", "this figure is suppressed, yet the file has records of it")
		}
		return
	}
	l, ok := entries[f.Key]
	if !ok {
		v.flaw(BadSet, f.Key, "文件里没有这个数的记录", "the file has no records of this figure")
		return
	}
	v.Records += len(l)
	var t Tally
	for n, e := range l {
		_, _, one, ok := parseEntry(e)
		if !ok || n > 0 && l[n-1] >= e {
			v.flaw(BadSet, f.Key, "有一条记录读不了、重复或次序不对", "a record cannot be read, is there twice or out of order")
			return
		}
		t.Num += one.Num
		t.Den += one.Den
	}
	if t != f.Tally() || len(l) != f.Size {
		v.flaw(BadFigure, f.Key, fmt.Sprintf("印的是 %d/%d，它的记录加起来是 %d/%d", f.Num, f.Den, t.Num, t.Den),
			fmt.Sprintf("the figure says %d/%d, its records give %d/%d", f.Num, f.Den, t.Num, t.Den))
	}
	if RootOf(l) != f.Root {
		v.flaw(BadSet, f.Key, "记录和签发时承诺的那一组不同：有改动、增加或减少", "the records are not the set that was committed to: one was changed, added or dropped")
	}
	p := Print(f.Share, f.Unit, f.Rule, f.Tally())
	if p.Number != f.Number || p.Text != f.Text || !f.Share && !p.Quantity.Holds(float64(f.Num)) {
		v.flaw(BadFigure, f.Key, "印出来的“"+f.Text.Zh+"”不是按它的规则得出的“"+p.Text.Zh+"”", "what is printed, "+f.Text.En+", is not what the rule gives: "+p.Text.En)
	}
	if row == nil {
		return
	}
	for _, r := range row.Public.Figures {
		if r.Key == f.Key {
			if r.Root != f.Root || r.Num != f.Num || r.Den != f.Den || r.Size != f.Size {
				v.flaw(BadFigure, f.Key, "这个数和台账里签发的不同", "the figure is not the one that the ledger row has")
			}
			return
		}
	}
	v.flaw(BadFigure, f.Key, "台账里签发时没有这个数", "the ledger row does not have this figure")
}

// runs checks that the text names only figures that there are.
func (v *Verdict) runs(d *Doc) {
	for i := range d.Sections {
		s := &d.Sections[i]
		for _, r := range slices.Concat(s.Zh, s.En) {
			if r.Figure != "" && d.Figure(r.Figure) == nil {
				v.flaw(BadText, r.Figure, "正文引用了没有的数", "the text names a figure that is not there")
			}
		}
	}
}
