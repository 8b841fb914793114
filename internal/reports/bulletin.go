package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// DocVersion is the version of the form of a bulletin.
const DocVersion = 1

// Doc is a bulletin as it was issued. Its canonical JSON is what the digest in the ledger covers.
type Doc struct {
	V               int           `json:"v"`
	Tenant          kernel.Tenant `json:"tenant"`
	ID              kernel.ID     `json:"id"`
	Template        string        `json:"template"`
	TemplateVersion int           `json:"template_version"`
	Year            int           `json:"year"`
	N               int           `json:"n"`
	Number          kernel.Text   `json:"number"`
	Title           kernel.Text   `json:"title"`
	Issuer          kernel.Text   `json:"issuer"`
	Headline        kernel.Text   `json:"headline"`
	Place           kernel.Text   `json:"place"`
	Path            kernel.Path   `json:"path"`
	From            time.Time     `json:"from"`
	To              time.Time     `json:"to"`
	AsOf            time.Time     `json:"as_of"`
	Sections        []DocSection  `json:"sections"`
	Figures         []Figure      `json:"figures"`
}

// Run is a stretch of plain text, or a figure.
type Run struct {
	Text   string `json:"text,omitempty"`
	Figure string `json:"figure,omitempty"`
}

// DocSection is a part of a bulletin.
type DocSection struct {
	ID      string      `json:"id"`
	Heading kernel.Text `json:"heading,omitzero"`
	Zh      []Run       `json:"zh,omitempty"`
	En      []Run       `json:"en,omitempty"`
	Row     []DocCell   `json:"row,omitempty"`
	Beads   []DocCell   `json:"beads,omitempty"`
	Table   *DocTable   `json:"table,omitempty"`
}

// DocCell is a figure under a label.
type DocCell struct {
	Label  kernel.Text `json:"label"`
	Figure string      `json:"figure"`
}

// DocTable is one figure by the places right below.
type DocTable struct {
	Figure string   `json:"figure"`
	Rows   []DocRow `json:"rows"`
}

// DocRow is one place of a table.
type DocRow struct {
	Name   string      `json:"name"`
	Path   kernel.Path `json:"path"`
	Hidden bool        `json:"hidden,omitempty"`
	Num    int         `json:"num"`
	Den    int         `json:"den"`
	Text   kernel.Text `json:"text"`
}

// Figure is one frozen figure: what was asked, what was counted, how it is printed, and the commitment to the counted set.
// Of a suppressed one neither number nor size is kept.
type Figure struct {
	Key     string            `json:"key"`
	Query   string            `json:"query"`
	Version int               `json:"version"`
	Title   kernel.Text       `json:"title"`
	Leaves  kernel.Text       `json:"leaves"`
	Source  kernel.Text       `json:"source"`
	Unit    kernel.Text       `json:"unit"`
	Params  map[string]string `json:"params,omitempty"`
	Path    kernel.Path       `json:"path"`
	Over    Over              `json:"over"`
	From    time.Time         `json:"from,omitzero"`
	To      time.Time         `json:"to,omitzero"`
	AsOf    time.Time         `json:"as_of"`
	Share   bool              `json:"share,omitempty"`
	Persons bool              `json:"persons,omitempty"`
	Hidden  bool              `json:"hidden,omitempty"`
	Rule    Rule              `json:"rule"`
	Num     int               `json:"num"`
	Den     int               `json:"den"`
	Number  string            `json:"number"`
	Text    kernel.Text       `json:"text"`
	As      kernel.Qualifier  `json:"as"`
	Step    float64           `json:"step,omitempty"`
	// Root is the Merkle root over the counted records' commitments, Size how many they are.
	Root string `json:"root"`
	Size int    `json:"size"`
	// Last and Year are the same figure for the period before and for the same period a year ago.
	Last   *Past  `json:"last,omitempty"`
	Year   *Past  `json:"year,omitempty"`
	Places []Part `json:"places,omitempty"`
	Months []Part `json:"months,omitempty"`
}

// Past is a figure of another period.
type Past struct {
	From time.Time   `json:"from,omitzero"`
	To   time.Time   `json:"to"`
	Num  int         `json:"num"`
	Den  int         `json:"den"`
	Text kernel.Text `json:"text"`
}

// Part is how many of the counted records lie at a place or in a month. A hidden one is not told.
type Part struct {
	Name   string `json:"name"`
	N      int    `json:"n"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Tally gives the counted numbers.
func (f *Figure) Tally() Tally { return Tally{f.Num, f.Den} }

// Ask is the question that the figure answered, for the program itself.
func (f *Figure) Ask() Ask {
	return Ask{Path: f.Path, Period: kernel.Period{From: f.From, To: f.To}, AsOf: f.AsOf, Params: f.Params}
}

// Figure gives the figure of a key; nil when there is none.
func (d *Doc) Figure(key string) *Figure {
	for i := range d.Figures {
		if d.Figures[i].Key == key {
			return &d.Figures[i]
		}
	}
	return nil
}

// Canonical gives the bulletin's canonical JSON and its hexadecimal SHA-256.
func (d *Doc) Canonical() (text, digest string, err error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return "", "", err
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", "", err
	}
	b, err := ledger.Canonical(v)
	if err != nil {
		return "", "", err
	}
	return string(b), digestOf(string(b)), nil
}

// ParseDoc reads a bulletin from its canonical JSON.
func ParseDoc(text string) (*Doc, error) {
	d := &Doc{}
	if err := json.Unmarshal([]byte(text), d); err != nil {
		return nil, kernel.Malformed("bulletin", kernel.T("这不是一份简报", "this is no bulletin"))
	}
	return d, nil
}

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Entry is the commitment of one record that a figure counted: "ledger LEAF NUM/DEN" names the last ledger row about it at the
// as-of instant; "row DIGEST NUM/DEN" its own public fields, when the ledger has no row about it.
type Entry struct {
	Record kernel.ID
	Text   string
}

const (
	entryLedger = "ledger"
	entryRow    = "row"
)

func entryText(kind, hash string, r *Record) string {
	return fmt.Sprintf("%s %s %d/%d", kind, hash, r.Num, r.Den)
}

// parseEntry takes an entry's text apart.
func parseEntry(s string) (kind, hash string, t Tally, ok bool) {
	f := strings.Split(s, " ")
	if len(f) != 3 || f[0] != entryLedger && f[0] != entryRow || len(f[1]) != 2*sha256.Size {
		return "", "", t, false
	}
	num, den, _ := strings.Cut(f[2], "/")
	var errN, errD error
	t.Num, errN = strconv.Atoi(num)
	t.Den, errD = strconv.Atoi(den)
	_, errH := hex.DecodeString(f[1])
	return f[0], f[1], t, errN == nil && errD == nil && errH == nil && entryText(f[0], f[1], &Record{Num: t.Num, Den: t.Den}) == s
}

// rowHash commits to the public fields of a record.
func rowHash(r *Record) (string, error) {
	b, err := ledger.Canonical(map[string]any{"id": string(r.ID), "facts": r.Facts})
	return digestOf(string(b)), err
}

// RootOf is the hexadecimal Merkle root (RFC 6962) over the entries, sorted by their bytes.
func RootOf(entries []string) string {
	l := slices.Clone(entries)
	slices.Sort(l)
	var t ledger.Tree
	for _, e := range l {
		t.Append(leafHash(e))
	}
	root := t.Root()
	return hex.EncodeToString(root[:])
}
