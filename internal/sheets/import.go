package sheets

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// Fault is what is wrong with one cell, or with a row or the whole file when Column is empty or Row is 0.
type Fault struct {
	Row    int // as Excel counts, the head is 1
	Column string
	Say    kernel.Text
}

// Outcome is what an import did, or would do.
type Outcome struct {
	ID      kernel.ID
	Rows    int
	Added   int
	Changed int
	Same    int
	Faults  []Fault
}

// MostFaults is how many faults are told of one file.
const MostFaults = 500

// UndoDays is for how long an import can be undone.
const UndoDays = 30

func plural(n int) string { return strconv.Itoa(n) }

// item is one row of a file on its way.
type item struct {
	row   int
	cells kernel.Values // as given, canonical
	given map[string]bool
	old   *Row
	id    kernel.ID
	seq   int // in the order in which rows were written
	after kernel.Values
	mark  string
}

// body is what undo needs to know of a row.
type body struct {
	Before kernel.Values `json:"before,omitempty"` // nil: it was added
	After  kernel.Values `json:"after"`
	Mark   string        `json:"mark"`
}

// importing is one import under way.
type importing struct {
	s      *Service
	tx     kernel.Tx
	actor  kernel.Actor
	kind   *Kind
	o      *Opened
	out    *Outcome
	byID   map[kernel.ID]*Row
	byKey  map[string][]*Row
	faulty map[int]bool
	Tell
}

// Tell is told how many rows of a file are written.
type Tell struct{ Done func(n int) }

func (im *importing) fault(row int, column string, say kernel.Text) {
	im.faulty[row] = true
	if len(im.out.Faults) < MostFaults {
		im.out.Faults = append(im.out.Faults, Fault{row, column, say})
	}
}

// Import writes the rows of a file, all or none: with faults nothing may be kept, and the caller must give the unit of work
// up. A row that is there already as it stands in the file is left alone, so that the same file may be sent twice.
func (s *Service) Import(tx kernel.Tx, actor kernel.Actor, key, name string, f *File, tell ...Tell) (*Outcome, error) {
	k, err := s.Kind(actor, key)
	if err != nil {
		return nil, err
	}
	if !k.MayImport(actor) {
		return nil, kernel.Forbidden(t("您的岗位不能导入这张表", "your post does not allow bringing this sheet in"))
	}
	o, err := s.Open(tx, actor, k)
	if err != nil {
		return nil, err
	}
	im := &importing{s: s, tx: tx, actor: actor, kind: k, o: o, out: &Outcome{ID: kernel.NewID(tx.Now()), Rows: len(f.Rows)}, faulty: map[int]bool{}}
	for _, x := range tell {
		im.Tell = x
	}
	items, err := im.read(f)
	if err != nil {
		return nil, err
	}
	if err := im.match(items); err != nil {
		return nil, err
	}
	if err := im.write(items); err != nil {
		return nil, err
	}
	if len(im.out.Faults) > 0 {
		slices.SortStableFunc(im.out.Faults, func(a, b Fault) int { return a.Row - b.Row })
		return im.out, nil
	}
	return im.out, im.keep(items, name)
}

// read parses the rows.
func (im *importing) read(f *File) ([]*item, error) {
	sheet := im.o.Sheet
	head := make([]string, len(f.Head))
	for i, h := range f.Head {
		if !isFaultHead(h) {
			head[i] = h
		}
	}
	cols, err := sheet.Bind(head)
	var e *kernel.Error
	if errors.As(err, &e) {
		for _, x := range append([]kernel.Error{*e}, e.More...) {
			im.fault(1, "", x.Say)
		}
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if len(f.Rows) == 0 {
		im.fault(1, "", t("表里没有内容，请从第 2 行开始填", "the sheet is empty; fill it in from row 2 on"))
	}
	items := make([]*item, 0, len(f.Rows))
	for _, r := range f.Rows {
		it := &item{row: r.N, given: map[string]bool{}}
		cells, broken := map[string]string{}, map[string]bool{}
		for i, c := range cols {
			if c == nil {
				continue
			}
			it.given[c.Key] = true
			if f.wrong[[2]int{r.N, i}] {
				broken[c.Key] = true
				im.fault(r.N, c.Key, t("这一格的公式出了错，请改成要填的内容", "the formula of this cell came to an error; write what is meant"))
			} else if i < len(r.Cells) {
				cells[c.Key] = f.cell(c, r.Cells[i])
			}
		}
		it.cells, err = sheet.Parse(0, cells)
		if errors.As(err, &e) {
			for _, x := range append([]kernel.Error{*e}, e.More...) {
				if !broken[x.Field] {
					im.fault(r.N, x.Field, x.Say)
				}
			}
			continue
		} else if err != nil {
			return nil, err
		}
		if err := im.o.Fill(it.cells); errors.As(err, &e) {
			im.fault(r.N, columnOf(sheet, e.Field), e.Say)
			continue
		} else if err != nil {
			return nil, err
		}
		items = append(items, it)
	}
	return items, nil
}

// keyOf is by what a row is known again: in clear, and as an export shows it. The second is asked only for rows that are masked themselves,
// since two people may look alike under their stars.
func (im *importing) keyOf(v kernel.Values) (clear, masked string) {
	cols := im.o.Key
	if len(cols) == 0 {
		for _, c := range im.o.Sheet.Columns {
			if c.Key != idColumn {
				cols = append(cols, c.Key)
			}
		}
	}
	parts, stars := make([]string, len(cols)), make([]string, len(cols))
	for i, c := range cols {
		parts[i], stars[i] = v[c], shown(im.o.Sheet.Column(c), v[c])
	}
	return strings.Join(parts, "\x1f"), "*" + strings.Join(stars, "\x1f")
}

// match finds the row that each row of the file is about.
func (im *importing) match(items []*item) error {
	im.byID, im.byKey = map[kernel.ID]*Row{}, map[string][]*Row{}
	err := im.o.Each(func(r Row) error {
		im.byID[r.ID] = &r
		k, masked := im.keyOf(r.Values)
		im.byKey[k] = append(im.byKey[k], &r)
		if im.kind.Personal {
			im.byKey[masked] = append(im.byKey[masked], &r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fresh, taken := map[string]int{}, map[kernel.ID]int{}
	for _, it := range items {
		if id := kernel.ID(it.cells[idColumn]); id != "" {
			if it.old = im.byID[id]; it.old == nil {
				known, err := im.s.Repo.Known(im.tx, im.kind.table, id)
				if err != nil {
					return err
				}
				if known {
					im.fault(it.row, idColumn, t("这个编号的行不在这张表里了，或者不归您管；新加的行请把编号留空", "the row of this number is no longer in the sheet, or it is not yours; leave the number of a new row empty"))
					continue
				}
			}
		}
		if it.old == nil && !im.known(it, fresh, taken) {
			continue
		}
		if before := taken[it.old.ID]; before > 0 {
			im.fault(it.row, "", t(fmt.Sprintf("和第 %d 行说的是同一条，请留一行", before), fmt.Sprintf("about the same entry as row %d; keep one", before)))
		}
		taken[it.old.ID] = it.row
	}
	return nil
}

// known finds the row by its key, for a row without a number or with that of another installation; false when there is none. Rows with
// numbers of their own may be alike: each is another one.
func (im *importing) known(it *item, fresh map[string]int, taken map[kernel.ID]int) bool {
	k, masked := im.keyOf(it.cells)
	mark, stars := "key ", im.kind.Personal && strings.ContainsRune(k, '*')
	if stars {
		k = masked
	}
	if id := it.cells[idColumn]; id != "" {
		mark = "id " + id + " "
	}
	if before := fresh[mark+k]; before > 0 {
		im.fault(it.row, "", t(fmt.Sprintf("和第 %d 行重复，请留一行", before), fmt.Sprintf("the same as row %d; keep one", before)))
		return false
	}
	fresh[mark+k] = it.row
	l := im.byKey[k]
	if stars && len(l) > 1 {
		im.fault(it.row, "", t("打了星号的内容对得上几条，请写全，或者写上系统编号", "several entries look like this under their stars; write it out, or give the system number"))
		return false
	}
	for _, r := range l {
		if it.old == nil || taken[it.old.ID] > 0 {
			it.old = r
		}
	}
	if it.old != nil && taken[it.old.ID] > 0 && it.cells[idColumn] != "" {
		it.old = nil
	}
	return it.old != nil
}

// shown is a cell as an export shows it: personal cells masked.
func shown(c *kernel.Column, cell string) string {
	if c == nil || !c.Personal || cell == "" || strings.ContainsRune(cell, '*') {
		return cell
	}
	if c.Key == "phone" {
		return vault.MaskPhone(cell)
	}
	return vault.MaskName(cell)
}

// merge lays what the file says over the row that stands. A masked cell stays what it was; a column that the file lacks too.
func (im *importing) merge(it *item) (kernel.Values, bool) {
	v := maps.Clone(it.old.Values)
	same := true
	for i := range im.o.Sheet.Columns {
		c := &im.o.Sheet.Columns[i]
		got, was := it.cells[c.Key], it.old.Values[c.Key]
		if c.Key == idColumn || !it.given[c.Key] || got == was || c.Personal && got == shown(c, was) || got != "" && got == readBack(c, was) {
			continue
		}
		same = false
		if got == "" {
			delete(v, c.Key)
		} else {
			v[c.Key] = got
		}
	}
	return v, same
}

// columnOf gives the column that a room's error is about, empty for the row as a whole.
func columnOf(s *kernel.Sheet, field string) string {
	field, _, _ = strings.Cut(strings.TrimPrefix(field, "values."), "[")
	if s.Column(field) != nil {
		return field
	}
	return ""
}

func (im *importing) one(it *item) (err error) {
	if it.old == nil {
		for i := range im.o.Sheet.Columns {
			if c := &im.o.Sheet.Columns[i]; c.Personal && strings.ContainsRune(it.cells[c.Key], '*') {
				return kernel.Invalid(c.Key, t("新加的行要写全，不能带 *", "write it out in a new row, without *"))
			}
		}
		it.id, err = im.o.Add(it.cells)
		if err == nil {
			im.out.Added++
		}
		return err
	}
	v, same := im.merge(it)
	if same {
		im.out.Same++
		return nil
	}
	if im.o.Change == nil {
		return kernel.Conflict(t("这一行已经登记，这张表只能加新行；要改请到它的页面上改", "this row is there already; the sheet only adds rows. Change it on its own page"))
	}
	if err := im.o.Change(it.old.ID, v); err != nil {
		return err
	}
	it.id = it.old.ID
	im.out.Changed++
	return nil
}

// keep writes down what was done, so that it can be undone. Rows are read back as they stand now.
func (im *importing) keep(items []*item, name string) error {
	if im.out.Added+im.out.Changed == 0 {
		return nil
	}
	if utf8.RuneCountInString(name) > 120 || !utf8.ValidString(name) {
		name = ""
	}
	o, err := im.s.Open(im.tx, im.actor, im.kind)
	if err != nil {
		return err
	}
	by := map[kernel.ID]*item{}
	for _, it := range items {
		if it.id != "" {
			by[it.id] = it
		}
	}
	err = o.Each(func(r Row) error {
		if it := by[r.ID]; it != nil {
			it.after, it.mark = r.Values, r.Mark
		}
		return nil
	})
	if err != nil {
		return err
	}
	var list []Change
	items = slices.DeleteFunc(slices.Clone(items), func(it *item) bool { return it.id == "" })
	slices.SortFunc(items, func(a, b *item) int { return a.seq - b.seq })
	for _, it := range items {
		b := body{After: it.after, Mark: it.mark}
		if it.old != nil {
			b.Before = it.old.Values
		}
		c := Change{ID: kernel.NewID(im.tx.Now()), N: len(list), Row: it.row, Object: it.id}
		if c.Body, err = im.s.sealBody(im.tx, c.ID, b); err != nil {
			return err
		}
		list = append(list, c)
	}
	x := &Import{ID: im.out.ID, Sheet: im.kind.Key, File: name, By: im.actor.Ref(), At: im.tx.Now(), Added: im.out.Added, Changed: im.out.Changed, Same: im.out.Same}
	if err := im.s.Repo.PutImport(im.tx, x, list); err != nil {
		return err
	}
	if err := im.s.Repo.Forget(im.tx, im.tx.Now().AddDate(0, 0, -UndoDays)); err != nil {
		return err
	}
	return im.s.record(im.tx, im.actor, "sheet.import", x.ID, map[string]any{"sheet": x.Sheet, "added": x.Added, "changed": x.Changed, "same": x.Same}, nil)
}

func sealedAt(tx kernel.Tx, id kernel.ID) vault.Field {
	return vault.Field{Tenant: tx.Tenant(), Table: "sheet_change", ID: id, Field: "body"}
}

func (s *Service) sealBody(tx kernel.Tx, id kernel.ID, b body) (string, error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return "", kernel.Internal("seal change", err)
	}
	return s.Sealer.Seal(raw, sealedAt(tx, id))
}
