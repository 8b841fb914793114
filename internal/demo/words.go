package demo

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/workflow"
)

// words is data/past.json: what residents, staff and inspectors say in the scripts.
type words struct {
	Items  map[string]itemWords `json:"items"`
	Common struct {
		Closers       []string `json:"closers"`
		Good          []string `json:"good"`
		Fair          []string `json:"fair"`
		Unsolved      []string `json:"unsolved"`
		Returns       []string `json:"returns"`
		CadreReturns  []string `json:"cadre_returns"`
		Transfers     []string `json:"transfers"`
		Suspends      []string `json:"suspends"`
		SuperviseText []string `json:"supervise"`
		Comments      []string `json:"comments"`
	} `json:"common"`
	Hazards []hazardWords `json:"hazards"`
	Failed  []string      `json:"failed"`
}

// itemWords are the orders of one item.
type itemWords struct {
	Texts []orderWords `json:"texts"`
}

// orderWords are an order, the answers that fit its text, and what may have been done about it.
type orderWords struct {
	Text    string         `json:"text"`
	Form    map[string]any `json:"form"`
	Results []string       `json:"results"`
}

type hazardWords struct {
	Text   string `json:"text"`
	Fixed  string `json:"fixed"`
	Seen   string `json:"seen"`
	Sector string `json:"sector"`
}

// order gives the text of an order and the answers to the item's form, with the words that they were made from.
func (c *cast) order(r *rand.Rand, it *cases.Item, s spot, at time.Time) (said orderWords, text string, form map[string]any) {
	said = pick(r, c.words.Items[it.ID].Texts)
	entrance, floor := between(r, 1, 3), between(r, 2, 6)
	building := fmt.Sprint(between(r, 1, 12))
	if s.compound != "" {
		building = strings.TrimSuffix(s.place.Name, "号楼")
	}
	text = strings.NewReplacer("{b}", building, "{e}", fmt.Sprint(entrance), "{f}", fmt.Sprint(floor), "{lane}", pick(r, laneNames),
		"{place}", s.unit.Name).Replace(said.Text) + pick(r, c.words.Common.Closers)
	form = maps.Clone(said.Form)
	if form == nil {
		form = map[string]any{}
	}
	for _, f := range it.Form {
		if _, has := form[f.ID]; !has {
			if v := answer(r, f, entrance, floor, at); v != nil {
				form[f.ID] = v
			}
		}
	}
	return said, text, form
}

// answer makes a fitting answer to a field that the text says nothing of; nil leaves it out.
func answer(r *rand.Rand, f workflow.Field, entrance, floor int, at time.Time) any {
	switch {
	case f.ID == "entrance":
		return fmt.Sprint(entrance)
	case f.ID == "floors":
		return fmt.Sprint(floor)
	case f.ID == "pole":
		return fmt.Sprintf("BC-%04d", between(r, 1, 4200))
	case !f.Required && r.IntN(2) == 0:
		return nil
	}
	switch f.Type {
	case "choice":
		return pick(r, f.Choices).ID
	case "boolean":
		return true
	case "date":
		return at.AddDate(0, 0, between(r, 1, 4)).Format(time.DateOnly)
	case "time":
		return fmt.Sprintf("%02d:%02d", between(r, 8, 15), 10*between(r, 0, 5))
	case "integer":
		return float64(between(r, 1, 3))
	}
	return nil
}
