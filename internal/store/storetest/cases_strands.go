package storetest

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/access/accesstest"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/workflow"
)

// casesStrands: the totals by strand are those of the cases one by one; together they are at least the distinct total whenever each case
// bears one at least, and a case that bears two is counted in both.
func casesStrands(t *testing.T, db *store.DB) {
	all := fill(t, db, 60)
	rapid.Check(t, func(r *rapid.T) {
		q := cases.RateQuery{Path: maybe(r, "path", accesstest.Paths), Unit: maybe(r, "unit", accesstest.Orgs), From: sometime().Draw(r, "from"), To: sometime().Draw(r, "to"), Allow: everything(tenant)}
		want := cases.StrandTotals{By: make([]cases.StrandCount, len(workflow.Strands))}
		for i, s := range workflow.Strands {
			want.By[i].Strand = s
		}
		for _, c := range all {
			if c.MergedInto != "" || !matches(cases.Query{Path: q.Path, Unit: q.Unit, From: q.From, To: q.To}, c) {
				continue
			}
			want.Distinct++
			for i, s := range workflow.Strands {
				if slices.Contains(c.Strands, s) {
					want.By[i].Cases++
				}
			}
		}
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Cases{}.Strands(tx, q)
			if diff := gocmp.Diff(want, got); diff != "" {
				r.Fatalf("%+v (-want +got)\n%s", q, diff)
			}
			return err
		})
	})
}
