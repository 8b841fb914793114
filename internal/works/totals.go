package works

import (
	"cmp"
	"math"
	"slices"

	"sanzhi/internal/kernel"
)

// Total is the sum of the lines of one thing in one unit. Added and Removed change the stock, Other does not.
type Total struct {
	Group   string
	Subject string // empty in the sum of a group
	Unit    string
	Added   kernel.Quantity
	Removed kernel.Quantity
	Other   kernel.Quantity
	Lines   int // that count
	Flagged int // of these, lines that somebody should look at: they may tell a figure twice
}

// Net is what the lines changed in the stock: what is new less what is removed, with the bounds of both.
func (t Total) Net() (kernel.Quantity, error) { return t.Added.Add(negative(t.Removed)) }

// All is the sum over all actions: what the works handled, whatever they did to it.
func (t Total) All() (kernel.Quantity, error) {
	q, err := t.Added.Add(t.Removed)
	if err != nil {
		return q, err
	}
	return q.Add(t.Other)
}

// negative turns a figure round: what 1300余 takes away lies between 1300 and 1400.
func negative(q kernel.Quantity) kernel.Quantity {
	n := q
	n.Value = -q.Value
	step := q.Step
	if step == 0 {
		step = 1
	}
	n.Step = 0
	switch q.Qualifier {
	case kernel.AtLeast:
		n.Qualifier, n.Below, n.Above = kernel.About, step, 0
	case kernel.Nearly:
		n.Qualifier, n.Below, n.Above = kernel.About, 0, step
	case kernel.About:
		n.Below, n.Above = q.Above, q.Below
		if q.Below == 0 && q.Above == 0 {
			n.Below, n.Above = math.Abs(q.Value)/10, math.Abs(q.Value)/10
		}
	case kernel.Exact:
	}
	return n
}

type totalKey struct{ group, subject, unit string }

// Totals sums lines by thing and by group, each unit apart. A line that is known to tell another's figure again counts in
// none. flagged names the lines of open flags.
func Totals(items []*Item, flagged map[kernel.ID]bool) (subjects, groups []Total, err error) {
	bySubject, byGroup := map[totalKey]*Total{}, map[totalKey]*Total{}
	for _, it := range items {
		if it.TwinOf != "" {
			continue
		}
		if err := addLine(bySubject, totalKey{it.Group, it.Subject, it.Quantity.Unit}, it, flagged[it.ID]); err != nil {
			return nil, nil, err
		}
		if it.Group == "" {
			continue
		}
		if err := addLine(byGroup, totalKey{it.Group, "", it.Quantity.Unit}, it, flagged[it.ID]); err != nil {
			return nil, nil, err
		}
	}
	return sorted(bySubject), sorted(byGroup), nil
}

func addLine(into map[totalKey]*Total, k totalKey, it *Item, flagged bool) error {
	t := into[k]
	if t == nil {
		zero := kernel.Quantity{Unit: k.unit, Qualifier: kernel.Exact}
		t = &Total{Group: k.group, Subject: k.subject, Unit: k.unit, Added: zero, Removed: zero, Other: zero}
		into[k] = t
	}
	t.Lines++
	if flagged {
		t.Flagged++
	}
	side := &t.Other
	switch it.Action.Stock() {
	case 1:
		side = &t.Added
	case -1:
		side = &t.Removed
	}
	sum, err := side.Add(it.Quantity)
	*side = sum
	return err
}

func sorted(m map[totalKey]*Total) []Total {
	out := make([]Total, 0, len(m))
	for _, t := range m {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Unit, b.Unit))
	})
	return out
}

// SharedPart is one tenant's own part of a line of a shared work.
type SharedPart struct {
	Tenant kernel.Tenant
	Key    string // of the shared work
	Item   *Item
}

// Overlap is a line of a shared work of which the tenants together count more than there is.
type Overlap struct {
	Key     string
	Subject string
	Whole   kernel.Quantity
	Counted kernel.Quantity
}

// RollUp sums the lines of several tenants: each own part once. Parts of one shared work that together exceed its whole are
// named, so that nobody publishes a sum that counts something twice.
func RollUp(parts []SharedPart) (subjects []Total, over []Overlap, err error) {
	items := make([]*Item, len(parts))
	sums := map[[4]string]*Overlap{}
	var order [][4]string
	for i, p := range parts {
		items[i] = p.Item
		if p.Key == "" || p.Item.TwinOf != "" || p.Item.Whole.Unit == "" {
			continue
		}
		k := [4]string{p.Key, p.Item.Subject, string(p.Item.Action), p.Item.Quantity.Unit}
		o := sums[k]
		if o == nil {
			o = &Overlap{Key: p.Key, Subject: p.Item.Subject, Whole: p.Item.Whole, Counted: kernel.Quantity{Unit: p.Item.Quantity.Unit, Qualifier: kernel.Exact}}
			sums[k] = o
			order = append(order, k)
		}
		if o.Counted, err = o.Counted.Add(p.Item.Quantity); err != nil {
			return nil, nil, err
		}
	}
	for _, k := range order {
		if o := sums[k]; o.Counted.Value > o.Whole.Value {
			over = append(over, *o)
		}
	}
	subjects, _, err = Totals(items, nil)
	return subjects, over, err
}
