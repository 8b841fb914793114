package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

var _ cases.Sources = Cases{}

// StepsBySource implements cases.Sources.
func (Cases) StepsBySource(k kernel.Tx, sources []string) (map[string]string, error) {
	out := make(map[string]string, len(sources))
	for ; len(sources) > 0; sources = sources[min(len(sources), mostIn):] {
		f := &filter{}
		f.and("tenant = ?", string(on(k).tenant))
		part := sources[:min(len(sources), mostIn)]
		marks := make([]string, len(part))
		for i, s := range part {
			marks[i] = f.arg(s)
		}
		// The condition on the empty source lets the partial index answer.
		rows, err := on(k).Query("SELECT source, step FROM case_record WHERE "+f.where()+" AND source <> '' AND source IN ("+strings.Join(marks, ", ")+")", f.args...)
		_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
			var source, step string
			err := r.Scan(&source, &step)
			out[source] = step
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
