package sheets

import (
	"errors"
	"fmt"
	"strings"

	"sanzhi/internal/kernel"
)

// readBack is a cell as it is read again from where an export wrote it: what was entered elsewhere with two blanks comes back with one, and
// of a number the 15 digits that Excel means.
func readBack(c *kernel.Column, was string) string {
	if c.Type == kernel.ColumnNumber {
		was = number(was)
	}
	v, err := (&kernel.Sheet{Columns: []kernel.Column{*c}}).Parse(0, map[string]string{c.Key: unquote(quote(was))})
	if err != nil {
		return was
	}
	return v[c.Key]
}

// write writes the rows through their room, each after the row that it stands under.
func (im *importing) write(items []*item) error {
	w := &writing{im: im, by: map[string]*item{}, groups: map[string][]*item{}, done: map[*item]bool{}}
	for _, it := range items {
		if im.o.Name != nil && w.by[im.o.Name(it.cells)] == nil {
			w.by[im.o.Name(it.cells)] = it
		}
		if g := im.group(it); g != "" {
			w.groups[g] = append(w.groups[g], it)
		}
	}
	for _, it := range items {
		if err := w.row(it, 0); err != nil {
			return err
		}
		if im.Done != nil {
			im.Done(len(w.done))
		}
	}
	if len(im.out.Faults) > 0 || im.o.Written == nil || im.out.Added+im.out.Changed == 0 {
		return nil
	}
	return im.o.Written()
}

// group says with which others a new row is written at once.
func (im *importing) group(it *item) string {
	if im.o.Together == nil || it.old != nil || im.faulty[it.row] {
		return ""
	}
	return im.o.Together(it.cells)
}

// writing is the rows of a file on their way into their room.
type writing struct {
	im      *importing
	by      map[string]*item // by what other rows call them
	groups  map[string][]*item
	done    map[*item]bool
	stopped bool
}

// mostUnder is how deep rows of one file may hang under each other.
const mostUnder = 64

// row writes what a row stands under, and then the row, with those that must be written with it.
func (w *writing) row(it *item, deep int) error {
	if w.done[it] || w.stopped || w.im.faulty[it.row] {
		return nil
	}
	if w.im.o.Under != nil && deep < mostUnder {
		if up := w.by[w.im.o.Under(it.cells)]; up != nil && up != it {
			if err := w.row(up, deep+1); err != nil {
				return err
			}
		}
	}
	if w.done[it] { // rows that stand under each other in a circle
		return nil
	}
	l := []*item{it}
	if g := w.im.group(it); g != "" {
		l = w.groups[g]
	}
	for _, x := range l {
		w.done[x], x.seq = true, len(w.done)+1
	}
	var err error
	if len(l) > 1 || w.im.group(it) != "" {
		err = w.im.all(l)
	} else {
		err = w.im.one(it)
	}
	var e *kernel.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e) || e.Kind == kernel.KindInternal || e.Kind == kernel.KindUnavailable:
		return err
	}
	for _, x := range append([]kernel.Error{*e}, e.More...) {
		at, field := it, x.Field
		var i int
		if n, _ := fmt.Sscanf(field, "parts[%d]", &i); n == 1 && i < len(l) {
			at, field = l[i], field[strings.IndexByte(field, ']')+1:]
		}
		w.im.fault(at.row, columnOf(w.im.o.Sheet, strings.TrimPrefix(field, ".")), x.Say)
	}
	// After a conflict that the store found, the unit of work may be over.
	w.stopped = e.Kind == kernel.KindConflict
	return nil
}

// all adds rows at once.
func (im *importing) all(l []*item) error {
	values := make([]kernel.Values, len(l))
	for i, it := range l {
		values[i] = it.cells
	}
	ids, err := im.o.AddAll(values)
	if err != nil {
		return err
	}
	for i, id := range ids {
		l[i].id = id
	}
	im.out.Added += len(ids)
	return nil
}
