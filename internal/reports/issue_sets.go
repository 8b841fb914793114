package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// counted is the set behind a figure.
type counted struct {
	tally   Tally
	entries []Entry
	records []*Record
}

func (c *counted) root() string {
	l := make([]string, len(c.entries))
	for i, e := range c.entries {
		l[i] = e.Text
	}
	return RootOf(l)
}

// setOf walks all records of a question and commits to each. A count that its records do not give is an error: such a figure
// must not be printed.
func (s *Service) setOf(tx kernel.Tx, q *Query, a Ask) (*counted, error) {
	a.Allow = access.ScopeOf(kernel.System(tx.Tenant()), q.Reads)
	c := &counted{}
	err := q.Each(tx, a, func(r *Record) error {
		c.tally.Num += r.Num
		c.tally.Den += r.Den
		c.records = append(c.records, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	told, err := q.Count(tx, a)
	if err != nil {
		return nil, err
	}
	if told != c.tally {
		return nil, kernel.Internal("reports", fmt.Errorf("%s counts %v, its records give %v", q.ID, told, c.tally))
	}
	c.entries, err = s.commit(tx, c.records, a.AsOf)
	return c, err
}

// commit gives the commitment of each record: to the last ledger row about it, else to its own fields.
func (s *Service) commit(tx kernel.Tx, records []*Record, asOf time.Time) ([]Entry, error) {
	out := make([]Entry, 0, len(records))
	const chunk = 200
	for l := range slices.Chunk(records, chunk) {
		ids := make([]kernel.ID, len(l))
		for i, r := range l {
			ids[i] = r.ID
		}
		rows, err := s.Repo.LastRows(tx, ids, asOf)
		if err != nil {
			return nil, err
		}
		for _, r := range l {
			kind, hash := entryRow, ""
			if row := rows[r.ID]; row != nil {
				kind = entryLedger
				hash, err = ledger.LeafHash(tx.Tenant(), row)
			} else {
				hash, err = rowHash(r)
			}
			if err != nil {
				return nil, kernel.Internal("commitment of "+string(r.ID), err)
			}
			out = append(out, Entry{Record: r.ID, Text: entryText(kind, hash, r)})
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(a.Record, b.Record) })
	return out, nil
}

// table is a figure by the places right below. Small cells of persons and of cases are suppressed, and as many others as it takes.
func (c *counting) table(t *Table) (*DocTable, error) {
	f := c.doc.Figure(t.Key)
	q := c.s.Queries.Get(t.Query)
	out := &DocTable{Figure: t.Key, Rows: []DocRow{}}
	cells := []int{}
	for _, p := range c.streets {
		a := f.Ask()
		a.Path, a.Allow = p.Path, access.ScopeOf(kernel.System(c.tx.Tenant()), q.Reads)
		tally, err := q.Count(c.tx, a)
		if err != nil {
			return nil, err
		}
		row := DocRow{Name: p.Name, Path: p.Path, Num: tally.Num, Den: tally.Den, Text: Print(q.Share, f.Unit, t.Rule, tally).Text}
		if q.Persons && q.Share && hiddenTally(true, tally) {
			row.Hidden = true
		}
		out.Rows = append(out.Rows, row)
		cells = append(cells, tally.Num)
	}
	if !q.Persons && !q.Small {
		return out, nil
	}
	hide, total := Suppress(cells)
	if total && q.Persons && !f.Hidden {
		f.hide()
		delete(c.out, t.Key)
	}
	for i := range out.Rows {
		r := &out.Rows[i]
		// Where even the sum would give the cells away, none is told; the sum of cases stays, that of persons goes too.
		if r.Hidden = r.Hidden || hide[i] || f.Hidden || total; r.Hidden {
			r.Num, r.Den, r.Text = 0, 0, kernel.T("—", "—")
		}
	}
	return out, nil
}

// spread tells how many of the counted records lie at each place right below and in each month, so that the public sees where
// a figure comes from without seeing records.
func (c *counting) spread(q *Query, f *Figure, set *counted) {
	names := map[kernel.Path]string{}
	for _, p := range c.streets {
		names[p.Path] = p.Name
	}
	places, months := map[string]int{}, map[string]int{}
	for _, r := range set.records {
		if r.Num == 0 {
			continue
		}
		if name := names[childOf(c.root.Path, r.Path)]; name != "" {
			places[name] += r.Num
		}
		if !r.At.IsZero() && q.Over == OverPeriod {
			months[r.At.In(kernel.Shanghai).Format("2006-01")] += r.Num
		}
	}
	f.Places, f.Months = parts(places, q.Small || q.Persons), parts(months, q.Small || q.Persons)
}

// childOf gives the place right below root that holds p; empty when there is none.
func childOf(root, p kernel.Path) kernel.Path {
	rest, ok := strings.CutPrefix(string(p), string(root))
	segment, _, found := strings.Cut(rest, "/")
	if !ok || !found {
		return ""
	}
	return root.Child(segment)
}

func parts(m map[string]int, small bool) []Part {
	out := make([]Part, 0, len(m))
	for name, n := range m {
		out = append(out, Part{Name: name, N: n})
	}
	slices.SortFunc(out, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	if !small {
		return out
	}
	cells := make([]int, len(out))
	for i := range out {
		cells[i] = out[i].N
	}
	hide, total := Suppress(cells)
	if total {
		return nil
	}
	for i := range out {
		if hide[i] {
			out[i].N, out[i].Hidden = 0, true
		}
	}
	return out
}
