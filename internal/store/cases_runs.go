package store

import (
	"database/sql"
	"slices"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// Bounds of byRuns.
const (
	// Cases written one soon after the other: so many other rows may lie between two of a run.
	mostBetween = 64
	// How many runs are asked for before this is given up.
	mostRuns = 500
	// How many of the newest cases are looked at first, and at most at once.
	firstChunk, lastChunk = 64, 1024
)

// numbered is a case by its id and its row number.
type numbered struct {
	id kernel.ID
	n  int64
}

// byRuns finds one case more than a page among the newest cases, of which nearly all that were written one after the other have the words or
// none has: the index is asked for a run of row numbers at a time. nil when so many do not fill the page, or are in no order at all.
func (t *tx) byRuns(engine dialect.Common, q cases.Query, f *filter) ([]*cases.Case, error) {
	out, after, asked := []*cases.Case{}, q.Page.After, 0
	words := f.args[f.wordsArg-1]
	for looked, size := 0, firstChunk; looked < t.db.Search.Runs; size = min(2*size, lastChunk) {
		rows, err := t.Query(engine.Newest(size), string(t.tenant), after)
		chunk, err := scanAll(rows, err, func(r *sql.Rows) (x numbered, err error) { return x, r.Scan(&x.id, &x.n) })
		if err != nil || len(chunk) == 0 {
			return out, err
		}
		after = string(chunk[len(chunk)-1].id)
		looked += len(chunk)
		runs := runsOf(chunk)
		if asked += len(runs); asked > mostRuns {
			return nil, nil
		}
		has, err := t.within(engine, words, runs)
		if err != nil {
			return nil, err
		}
		chunk = slices.DeleteFunc(chunk, func(x numbered) bool { return !has[x.n] })
		for part := range slices.Chunk(chunk, t.db.Search.Looked) {
			ids := make([]kernel.ID, len(part))
			for i, x := range part {
				ids[i] = x.id
			}
			l, err := t.selected(ids, f, q.Page.Limit+1-len(out))
			if err != nil {
				return nil, err
			}
			if out = append(out, l...); len(out) > q.Page.Limit {
				return out, nil
			}
		}
	}
	return nil, nil
}

// runsOf gives first and last row number of each run.
func runsOf(chunk []numbered) (runs [][2]int64) {
	rows := make([]int64, len(chunk))
	for i, x := range chunk {
		rows[i] = x.n
	}
	slices.Sort(rows)
	for _, n := range rows {
		if k := len(runs) - 1; k >= 0 && n-runs[k][1] <= mostBetween {
			runs[k][1] = n
			continue
		}
		runs = append(runs, [2]int64{n, n})
	}
	return runs
}

// within gives the row numbers of runs that the index has for the words.
func (t *tx) within(engine dialect.Common, words any, runs [][2]int64) (map[int64]bool, error) {
	has := map[int64]bool{}
	for _, r := range runs {
		rows, err := t.Query(engine.Within(), words, r[0], r[1])
		list, err := scanAll(rows, err, func(r *sql.Rows) (n int64, err error) { return n, r.Scan(&n) })
		if err != nil {
			return nil, err
		}
		for _, n := range list {
			has[n] = true
		}
	}
	return has, nil
}
