package web_test

import (
	"fmt"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// One case may bear two strands: it is counted under both and once in the total, a list by either finds it, and the ledger tells who
// said so. Whoever has no such post may not.
func TestOneCaseBearsTwoStrands(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id := w.order("", "stair-light", "三楼到五楼都黑", nil).str("id")
		w.order("", "stair-light", "二楼也黑", nil)
		totals := func() (distinct int, by map[string]int, sum int) {
			a, by := w.do("clerk", "GET", "/stats/strands", nil).want(200), map[string]int{}
			for i := range a.list("items") {
				n := a.num(fmt.Sprintf("items.%d.cases", i))
				by[a.str(fmt.Sprintf("items.%d.strand", i))] = n
				sum += n
			}
			return a.num("distinct"), by, sum
		}
		if d, by, sum := totals(); d != 2 || sum != 2 || by["zi"] != 2 {
			t.Fatalf("before: %d cases, by strand %v", d, by)
		}
		got := w.do("clerk", "GET", "/cases/"+id, nil).want(200)
		if len(got.list("strands")) != 1 || got.str("strands.0") != "zi" || got.get("may_tag") != true {
			t.Fatalf("a new case bears its item's strand: %s", got.Raw)
		}
		tag := func(user string, version int, strands ...string) *answer {
			return w.do(user, "POST", "/cases/"+id+"/strands", map[string]any{"version": version, "strands": strands})
		}
		tag("", 1, "zi", "fa").want(401)
		tag("firm", 1, "zi", "fa").want(404) // not the firm's yet
		for _, bad := range [][]string{{}, {"zi", "zi"}, {"fa", "xx"}, {"zi"}} {
			if a := tag("clerk", 1, bad...); a.Status != 422 || len(a.fields()) == 0 || !strings.HasPrefix(strings.TrimPrefix(a.fields()[0], "body."), "strands") {
				t.Errorf("%v: status %d, fields %v", bad, a.Status, a.fields())
			}
		}
		if a := tag("clerk", 1, "fa", "zi").want(200); a.num("version") != 2 || a.str("step") != "ordered" {
			t.Errorf("tagged: %s", a.Raw)
		}
		tag("clerk", 1, "de").want(409) // somebody was first
		if d, by, sum := totals(); d != 2 || sum != 3 || by["zi"] != 2 || by["fa"] != 1 {
			t.Errorf("after: %d cases, by strand %v", d, by)
		}
		for strand, want := range map[string]int{"zi": 2, "fa": 1, "de": 0} {
			if n := len(w.do("clerk", "GET", "/cases?strand="+strand, nil).want(200).list("items")); n != want {
				t.Errorf("the list of %s has %d, want %d", strand, n, want)
			}
		}
		ev := w.do("clerk", "GET", "/cases/"+id+"/events", nil).want(200)
		if ev.str("items.1.act") != "strands" || !strings.Contains(ev.str("items.1.line"), "自治、法治") {
			t.Errorf("the time line: %s", ev.Raw)
		}
		if err := w.db.View(t.Context(), tenant, func(tx kernel.Tx) error {
			rows, err := store.Ledger{}.OfObject(tx, kernel.ID(id))
			if len(rows) != 2 || rows[1].Act != "strands" || !strings.Contains(rows[1].Public, `"strands":["zi","fa"]`) || !strings.Contains(rows[1].Public, `"before":["zi"]`) {
				t.Errorf("the ledger: %+v", rows)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// The loop goes on from the version that the tagging left, and the program's own check finds no gap.
		w.act("clerk", id, "submit", nil).want(200)
		if a := w.do("firm-cadre", "GET", "/cases/"+id, nil); a.Status == 200 && a.get("may_tag") != false {
			t.Errorf("a cadre may not say what a case is counted as: %s", a.Raw)
		}
	})
}
