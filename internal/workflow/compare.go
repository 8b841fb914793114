package workflow

import (
	"reflect"
	"strconv"

	"sanzhi/internal/kernel"
)

// Part is what of a flow differs.
type Part string

// The parts.
const (
	PartFlow   Part = "flow" // its title, strand, who may open it, who may see it, its beads
	PartStep   Part = "step"
	PartAction Part = "action"
	PartClock  Part = "clock"
)

// Difference is one thing that another version of a flow has differently.
type Difference struct {
	Part Part
	ID   string
	// What is "added", "removed" or "changed".
	What  string
	Title kernel.Text
	// Say tells what of it changed, as far as a sentence can: from what to what.
	Say kernel.Text
}

// Compare tells what b has differently from a: parts of the flow as a whole, then steps, actions and clocks in b's order, those
// that b lacks at the end of each.
func Compare(a, b *Flow) []Difference {
	var out []Difference
	head := func(changed bool, id string, title, say kernel.Text) {
		if changed {
			out = append(out, Difference{Part: PartFlow, ID: id, What: "changed", Title: title, Say: say})
		}
	}
	head(a.Title != b.Title, "title", kernel.T("名称", "Title"), arrow(a.Title, b.Title))
	head(a.Strand != b.Strand || a.Sector != b.Sector, "strand", kernel.T("三治和行业", "Strand and sector"), same(a.Strand+" "+a.Sector+" → "+b.Strand+" "+b.Sector))
	head(a.Anonymous != b.Anonymous || !reflect.DeepEqual(a.Offer, b.Offer), "open", kernel.T("谁能开单", "Who may open a case"), kernel.Text{})
	head(a.Confidential != b.Confidential, "confidential", kernel.T("保密", "Confidentiality"), kernel.Text{})
	head(!reflect.DeepEqual(a.Beads, b.Beads), "beads", kernel.T("珠子", "Beads"), same(beadWord(a)+" → "+beadWord(b)))

	out = append(out, compare(PartStep, a.Steps, b.Steps, func(s Step) (string, kernel.Text) { return s.ID, s.Title }, func(x, y Step) kernel.Text {
		if x.Say != y.Say {
			return arrow(x.Say, y.Say)
		}
		return arrow(x.Title, y.Title)
	})...)
	out = append(out, compare(PartAction, a.Actions, b.Actions, func(s Action) (string, kernel.Text) { return s.ID, s.Title }, sayAction)...)
	return append(out, compare(PartClock, a.Clocks, b.Clocks, func(s Clock) (string, kernel.Text) { return s.ID, s.Title }, func(x, y Clock) kernel.Text {
		if x.Limit != y.Limit {
			return arrow(LimitText(x.Limit), LimitText(y.Limit))
		}
		if x.Urgent != y.Urgent {
			return arrow(LimitText(x.Urgent), LimitText(y.Urgent))
		}
		return kernel.T("什么时候走、停、提醒", "when it runs, stops and warns")
	})...)
}

func compare[T any](part Part, a, b []T, name func(T) (string, kernel.Text), say func(x, y T) kernel.Text) (out []Difference) {
	find := func(l []T, id string) (T, bool) {
		for _, x := range l {
			if is, _ := name(x); is == id {
				return x, true
			}
		}
		var none T
		return none, false
	}
	for _, y := range b {
		id, title := name(y)
		x, ok := find(a, id)
		switch {
		case !ok:
			out = append(out, Difference{Part: part, ID: id, What: "added", Title: title})
		case !reflect.DeepEqual(x, y):
			out = append(out, Difference{Part: part, ID: id, What: "changed", Title: title, Say: say(x, y)})
		}
	}
	for _, x := range a {
		id, title := name(x)
		if _, ok := find(b, id); !ok {
			out = append(out, Difference{Part: part, ID: id, What: "removed", Title: title})
		}
	}
	return out
}

// sayAction names the first of what weighs most: where it leads, who may take it, what it asks, the rest.
func sayAction(x, y Action) kernel.Text {
	switch {
	case !reflect.DeepEqual(x.Actors, y.Actors):
		return kernel.T("谁能办", "who may take it")
	case x.To != y.To || !reflect.DeepEqual(x.From, y.From) || !reflect.DeepEqual(x.Branches, y.Branches):
		return kernel.T("从哪一步到哪一步", "from which step to which")
	case !reflect.DeepEqual(x.Form, y.Form):
		return kernel.T("要填的表", "the form")
	case x.Guard != y.Guard:
		return kernel.T("什么情况下能办", "when it may be taken")
	case x.Line != y.Line:
		return arrow(x.Line, y.Line)
	case x.Title != y.Title:
		return arrow(x.Title, y.Title)
	}
	return kernel.T("办完带来的变化", "what it does to the case")
}

func beadWord(f *Flow) (s string) {
	for _, b := range f.Beads {
		s += b.Char
	}
	return s
}

func arrow(a, b kernel.Text) kernel.Text {
	none := func(s, or string) string {
		if s == "" {
			return or
		}
		return s
	}
	return kernel.T(none(a.Zh, "没有")+" → "+none(b.Zh, "没有"), none(a.En, "none")+" → "+none(b.En, "none"))
}

func same(s string) kernel.Text { return kernel.T(s, s) }

// LimitText says a limit in words; empty when there is none.
func LimitText(l Limit) kernel.Text {
	n := strconv.Itoa(l.N)
	one := func(word string) string {
		if l.N == 1 {
			return n + " " + word
		}
		return n + " " + word + "s"
	}
	switch l.Unit {
	case UrgentHours:
		return kernel.T(n+" 小时（不停）", one("hour")+", day and night")
	case WorkingHours:
		return kernel.T(n+" 个工作时", one("working hour"))
	case WorkingDays:
		return kernel.T(n+" 个工作日", one("working day"))
	case NaturalDays:
		return kernel.T(n+" 个自然日", one("calendar day"))
	}
	return kernel.Text{}
}
