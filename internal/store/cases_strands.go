package store

import (
	"database/sql"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/workflow"
)

// bearsStrand compares the strands of a case, kept with a space between, with one in the form "% fa %".
const bearsStrand = "(' ' || c.strand || ' ') LIKE ?"

// byStrand narrows to the strand that the question names.
func byStrand(f *filter, a reports.Ask) {
	if s := a.Params["strand"]; s != "" {
		f.and(bearsStrand, "% "+s+" %")
	}
}

// Strands implements cases.Tending. Cases merged into another count once, with the case they joined.
func (Cases) Strands(k kernel.Tx, q cases.RateQuery) (cases.StrandTotals, error) {
	t := on(k)
	f := caseFilter(t, cases.Query{Path: q.Path, Unit: q.Unit, From: q.From, To: q.To, Allow: q.Allow})
	f.and("c.merged_into = ''")
	type group struct {
		strands cases.Strands
		n       int
	}
	rows, err := t.Query("SELECT c.strand, COUNT(*) FROM case_record c WHERE "+f.where()+" GROUP BY c.strand", f.args...)
	groups, err := scanAll(rows, err, func(r *sql.Rows) (g group, err error) {
		var s string
		err = r.Scan(&s, &g.n)
		g.strands = cases.ParseStrands(s)
		return g, err
	})
	out := cases.StrandTotals{}
	by := map[string]int{}
	for _, g := range groups {
		out.Distinct += g.n
		for _, s := range g.strands {
			by[s] += g.n
		}
	}
	for _, s := range workflow.Strands {
		out.By = append(out.By, cases.StrandCount{Strand: s, Cases: by[s]})
	}
	return out, err
}
