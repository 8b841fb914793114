package storetest

import (
	gocmp "cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// pictureLate: whatever the district holds and whoever asks, the late cases by unit are what a look at every case gives, the most first.
func pictureLate(t *testing.T, db *store.DB) {
	tn := 110_000
	met := 0
	rapid.Check(t, func(r *rapid.T) {
		tn++
		h := &history{db: db, tn: kernel.Tenant(fmt.Sprint(tn))}
		for range rapid.IntRange(5, 40).Draw(r, "steps") {
			h.step(r)
		}
		err := h.db.View(context.Background(), h.tn, func(tx kernel.Tx) error {
			for i := range 4 {
				q := cases.RateQuery{Now: instant().Draw(r, "now"), Allow: everything(h.tn)}
				if i%2 == 0 {
					q.Path, q.Allow = maybe(r, "path", accesstest.Paths), sight(h.tn).Draw(r, "sight")
				}
				got, err := store.Picture{}.Late(tx, q)
				if err != nil {
					return err
				}
				want, err := lateOneByOne(tx, q)
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
					return fmt.Errorf("%+v: %v (-want +got)\n%s", q, err, diff)
				}
				met += len(got)
			}
			return nil
		})
		if err != nil {
			r.Fatal(err)
		}
	})
	if met < 20 {
		t.Errorf("only %d units with late cases were met", met)
	}
}

// lateOneByOne reads the pages of the list of overdue cases and counts them.
func lateOneByOne(tx kernel.Tx, q cases.RateQuery) ([]cases.UnitLate, error) {
	by := map[kernel.ID]*cases.UnitLate{}
	page := cases.Query{Path: q.Path, Overdue: true, ByDue: true, Now: q.Now, Allow: q.Allow, Page: kernel.Page{Limit: 3}}
	for {
		l, next, err := store.Cases{}.List(tx, page)
		if err != nil {
			return nil, err
		}
		for _, c := range l {
			if c.MergedInto != "" {
				continue
			}
			if by[c.Unit] == nil {
				by[c.Unit] = &cases.UnitLate{Unit: c.Unit, Since: c.DueAt()}
			}
			by[c.Unit].Count++
		}
		if page.Page.After = next; next == "" {
			break
		}
	}
	var out []cases.UnitLate
	for _, u := range by {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b cases.UnitLate) int {
		return gocmp.Or(b.Count-a.Count, gocmp.Compare(a.Since, b.Since), gocmp.Compare(a.Unit, b.Unit))
	})
	return out, nil
}
