package api

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// residentTypes are the types of fields that a resident can answer; the others ask for units, people or cases.
var residentTypes = []string{"text", "longtext", "number", "integer", "boolean", "choice", "choices", "date", "time", "photos"}

// checkItem looks at one item of the menu beyond its id, title and flow: texts, form and limit. A form that stands as it stood (was, nil for
// a new item) is not asked again: whoever changes another item cannot mend it there.
func checkItem(field func(string) string, x, was *cases.Item) error {
	for _, t := range []struct {
		name string
		text kernel.Text
	}{{"group", x.Group}, {"note", x.Note}, {"promise", x.Promise}} {
		if (strings.TrimSpace(t.text.Zh) == "") != (strings.TrimSpace(t.text.En) == "") {
			return kernel.Invalid(field(t.name), kernel.T("请用两种语言写，或者都不写", "write it in both languages, or in none"))
		}
	}
	if x.Strand != "" && !slices.Contains(workflow.Strands, x.Strand) {
		return kernel.Invalid(field("strand"), kernel.T("只能是自治、法治、德治或智治（zi、fa、de、zhi）", "it must be zi, fa, de or zhi"))
	}
	if l := x.Limit; l != nil && (l.N < 1 || l.N > 1000 || !slices.Contains(workflow.AllUnits, l.Unit)) {
		return kernel.Invalid(field("limit"), kernel.T("时限请写 1 到 1000，并选一个单位", "a limit is a number from 1 to 1000 with a unit"))
	}
	for _, p := range x.Places {
		if !strings.HasSuffix(string(p), "/") {
			return kernel.Invalid(field("places"), kernel.T("地点请从列表里选", "choose the places from the list"))
		}
	}
	if was != nil && reflect.DeepEqual(was.Form, x.Form) {
		return nil
	}
	for _, f := range x.Form {
		if !slices.Contains(residentTypes, f.Type) {
			return kernel.Invalid(field("form."+f.ID), kernel.T("居民答不了「"+f.Type+"」这种问题，请换一种", "a resident cannot answer a question of the type \""+f.Type+"\"; choose another"))
		}
	}
	for _, f := range workflow.LintForm(x.Form) {
		// Options of a menu may bear any id, such as the number of an entrance.
		if f.Level == workflow.LevelError && !(f.Rule == "id" && strings.Contains(f.Where, ".choices.")) {
			return kernel.Invalid(field("form."+f.Where), f.Say)
		}
	}
	return nil
}

// mostWhere is how many places a move names.
const mostWhere = 3

// tried routes past cases by other rules and sums up.
func (v *view) tried(rules []cases.Rule, past []*cases.Case) Tried {
	type move struct {
		item     string
		from, to kernel.ID
		rule     string
	}
	out, count, hits := Tried{Moves: []TriedMoves{}, Hits: []TriedHits{}}, map[move]map[string]int{}, map[string]int{}
	for _, c := range past {
		item := v.set.Item(c.Item)
		if item == nil {
			continue // no longer on the menu
		}
		out.Cases++
		r := cases.RouteBy(v.set, rules, item, &c.Place)
		hits[r.Rule]++
		if r.Unit != c.Route.Unit {
			out.Changed++
			m := move{c.Item, c.Route.Unit, r.Unit, r.Rule}
			if count[m] == nil {
				count[m] = map[string]int{}
			}
			count[m][nearOf(c)]++
		}
	}
	for m, at := range count {
		row := TriedMoves{Item: m.item, From: v.named(m.from), To: v.named(m.to), Rule: m.rule, Where: []TriedWhere{}}
		for place, n := range at {
			row.Cases += n
			if place != "" {
				row.Where = append(row.Where, TriedWhere{place, n})
			}
		}
		slices.SortFunc(row.Where, func(a, b TriedWhere) int { return cmp.Or(b.Cases-a.Cases, strings.Compare(a.Place, b.Place)) })
		row.Where = row.Where[:min(mostWhere, len(row.Where))]
		out.Moves = append(out.Moves, row)
	}
	slices.SortFunc(out.Moves, func(a, b TriedMoves) int {
		return cmp.Or(b.Cases-a.Cases, strings.Compare(a.Item+a.Rule, b.Item+b.Rule))
	})
	for _, r := range rules {
		out.Hits = append(out.Hits, TriedHits{Rule: r.ID, Cases: hits[r.ID]})
	}
	return out
}

// nearOf names the community or village of a case.
func nearOf(c *cases.Case) string {
	if c.Place.Community != nil {
		return c.Place.Community.Name
	}
	if c.Place.Village != nil {
		return c.Place.Village.Name
	}
	return ""
}
