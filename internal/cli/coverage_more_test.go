package cli

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	kept "sanzhi/internal/registers"
	"sanzhi/internal/store"
	"sanzhi/internal/works"
)

// TestTheBillKeepsItsSevenLines: each line of the source's bill is in the store with its unit and its 余.
func TestTheBillKeepsItsSevenLines(t *testing.T) {
	_, a, _ := localStore(t)
	got := map[string]string{}
	if err := a.db.View(t.Context(), "530925", func(tx kernel.Tx) error {
		l, err := store.Works{}.Lines(tx, works.Query{})
		for _, x := range l {
			if x.Item.TwinOf == "" {
				got[x.Item.Subject+" "+string(x.Item.Action)] = works.FormatQuantity(x.Item.Quantity)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"花卉 plant": "12000余株", "花卉 replace": "7000余株", "人行步道 renew": "3600米", "透水砖 renew": "1500米", "外立面 renew": "41000余平方米", "路灯 replace": "40盏", "凤凰木 replant": "19棵"}
	if diff := cmp.Diff(want, pick(got, want)); diff != "" {
		t.Errorf("the bill (-want +got):\n%s\nall lines: %v", diff, got)
	}
}

func pick(all, keys map[string]string) map[string]string {
	out := map[string]string{}
	for k := range keys {
		if v, ok := all[k]; ok {
			out[k] = v
		}
	}
	return out
}

// TestTheStudySeriesHasNoGaps: the lectures of the village are a series, numbered from one without a gap.
func TestTheStudySeriesHasNoGaps(t *testing.T) {
	_, a, _ := localStore(t)
	var numbers []int
	if err := a.db.View(t.Context(), "341002", func(tx kernel.Tx) error {
		n, first, last, err := store.Activities{}.Sessions(tx, "孝悌讲堂")
		if err != nil {
			return err
		}
		if n != 6 || first != 1 || last != 6 {
			t.Errorf("%d lectures from %d to %d", n, first, last)
		}
		l, _, err := store.Activities{}.List(tx, activities.Query{Stages: []activities.Stage{activities.Held, activities.Closed}}, kernel.Page{Limit: 500})
		for _, x := range l {
			if x.Title == "孝悌讲堂" {
				numbers = append(numbers, x.Number)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(numbers)
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6}, numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

// TestTheLayoutIsOneCorridorTwoWingsFiveParks: the parts of the plan as its register holds them, and a second corridor has no room.
func TestTheLayoutIsOneCorridorTwoWingsFiveParks(t *testing.T) {
	_, a, _ := localStore(t)
	got := map[string]int{}
	var held []kernel.ID
	if err := a.db.View(t.Context(), "620723", func(tx kernel.Tx) error {
		for _, part := range []string{"corridor", "wing", "park", "point"} {
			l, _, err := store.Registers{}.List(tx, kept.Query{Register: "layout", Facet: part, Scope: access.ScopeOf(kernel.System("620723"), access.RegisterRead)}, kernel.Page{Limit: 50})
			if err != nil {
				return err
			}
			got[part] = len(l)
			for _, e := range l {
				held = append(held, e.ID)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"corridor": 1, "wing": 2, "park": 5, "point": 4}, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if len(held) != 12 {
		t.Errorf("%d entries", len(held))
	}
}

// TestRuralWorksBelongToTheirTown: the rural programme and the complex stand below 630105100, a work elsewhere does not count.
func TestRuralWorksBelongToTheirTown(t *testing.T) {
	eachDistrict(t, func(d *district) {
		d.check(demoWorks(d.Context(), d.l))
		var town kernel.Path
		for _, p := range d.l.d.Places {
			if p.Code == demo.RuralTown {
				town = p.Path
			}
		}
		if demo.RuralTown != "630105100" || town == "" {
			d.Fatalf("the town is %s at %q", demo.RuralTown, town)
		}
		var inside, outside []string
		d.view(func(tx kernel.Tx) error {
			l, _, err := store.Works{}.Projects(tx, works.Query{Drafts: access.ScopeOf(kernel.System(demoTenant), access.RegisterRead), Page: kernel.Page{Limit: 200}})
			for _, p := range l {
				if p.Kind != "rural" && p.Kind != "complex" {
					continue
				}
				if town.Holds(p.Path) {
					inside = append(inside, string(p.Kind))
				} else {
					outside = append(outside, p.Name)
				}
			}
			m, err2 := roomFigures["rural_works"](tx)
			if err2 == nil && int(m.value) != len(inside) {
				d.Errorf("the figure is %s, %d works lie in the town", fmt.Sprint(m), len(inside))
			}
			if err == nil {
				err = err2
			}
			return err
		})
		slices.Sort(inside)
		if diff := cmp.Diff([]string{"complex", "rural"}, inside); diff != "" || len(outside) != 0 {
			d.Errorf("in the town (-want +got):\n%s, elsewhere %v", diff, outside)
		}
	})
}
