package store

import (
	"database/sql"
	"slices"
	"strconv"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
)

// listed reads the cases that a query gives.
func (t *tx) listed(query string, args []any) ([]*cases.Case, error) {
	rows, err := t.Query(query, args...)
	return scanAll(rows, err, func(r *sql.Rows) (*cases.Case, error) { return t.scanCase(r) })
}

// SearchBounds say when a search for words that are in many cases goes by place.
type SearchBounds struct {
	// Few is up to how many cases of the reader's places are looked at by place rather than by time.
	Few int
	// Newest is how many of the newest of them are looked at first when nearly every case has the words.
	Newest int
	// Looked is how many cases that have the words are read at once.
	Looked int
	// Latest is how many of the cases written last that have the words are looked at first; 0 looks at none.
	Latest int
	// Runs is how many of the newest cases are then looked at run by run; 0 looks at none.
	Runs int
}

// mostNewer is up to how many newer cases are counted to learn that none of them was passed over.
const mostNewer = 100_000

// DefaultSearch keeps a page under a fifth of a second with a million cases.
var DefaultSearch = SearchBounds{Few: 40_000, Newest: 500, Looked: 200, Latest: 1000, Runs: 20_000}

// commonWords finds the newest cases with words that are in many cases. When the reader's places are small it finds a whole
// page, going by place; else it gives what to select from, and changes the filter, so that cases are looked at by time. Without
// common words nothing is changed.
func (t *tx) commonWords(q cases.Query, f *filter) (out []*cases.Case, from string, err error) {
	from = "case_record c"
	engine, ok := t.db.Engine.(dialect.Common)
	if !ok || len(q.Words) == 0 || q.ByDue || q.Number != "" {
		return nil, from, nil
	}
	hits, err := engine.Hits(t.Conn, t.db.Engine.Words(q.Words))
	if err != nil || hits == dialect.FewHits {
		return nil, from, err
	}
	among := &filter{args: slices.Clip(f.args)}
	if among.places(q) {
		small, err := t.fewAmong(among)
		if err != nil {
			return nil, from, err
		}
		if small {
			out, err = t.byPlace(engine, hits, q, f, among)
			return out, from, err
		}
	}
	if hits == dialect.MostHits && t.db.Search.Latest > 0 {
		if out, err = t.latest(engine, q, f); err != nil || out != nil {
			return out, from, err
		}
	}
	if hits == dialect.MostHits && t.db.Search.Runs > 0 {
		if out, err = t.byRuns(engine, q, f); err != nil || out != nil {
			return out, from, err
		}
	}
	from, f.conds[f.wordsCond] = engine.ByTime(f.wordsArg, hits)
	return nil, from, nil
}

// latest finds one case more than a page among the cases written last that have the words: nearly always they are the newest, also where thousands
// without the words came after them. nil when they do not fill the page, or when a newer case may have been written before them, as imports do.
func (t *tx) latest(engine dialect.Common, q cases.Query, f *filter) ([]*cases.Case, error) {
	rows := engine.Latest(f.wordsArg, t.db.Search.Latest)
	g := &filter{args: slices.Clip(f.args), conds: slices.Clone(f.conds)}
	g.conds[f.wordsCond] = "c.n = m.n"
	limit := g.arg(q.Page.Limit + 1)
	out, err := t.listed("SELECT "+prefixed("c.", caseCols)+" FROM ("+rows+") m CROSS JOIN case_record c WHERE c.tenant = $1 AND "+g.where()+" ORDER BY c.id DESC LIMIT "+limit, g.args)
	if err != nil || len(out) <= q.Page.Limit {
		return nil, err
	}
	var oldest, newer, least int64
	if err := t.QueryRow("SELECT MIN(m.n) FROM ("+rows+") m WHERE $1 <> ''", f.args[:f.wordsArg]...).Scan(&oldest); err != nil {
		return nil, err
	}
	if err := t.QueryRow(engine.NewestRows(mostNewer), string(t.tenant), string(out[len(out)-1].ID), q.Page.After).Scan(&newer, &least); err != nil {
		return nil, err
	}
	if newer >= mostNewer || newer > 0 && least < oldest {
		return nil, nil
	}
	return out, nil
}

// places makes conditions, beside that on the tenant, of which every case that the reader may see meets one, and that an index answers; false when there
// are none.
func (f *filter) places(q cases.Query) bool {
	add := func(cond string) {
		if q.Page.After != "" {
			cond += " AND c.id < " + f.arg(q.Page.After)
		}
		if !slices.Contains(f.conds, cond) {
			f.conds = append(f.conds, cond)
		}
	}
	under := func(lo, hi string) { add("c.path >= " + f.arg(lo) + " AND c.path < " + f.arg(hi)) }
	seen := map[string]bool{}
	for _, c := range q.Allow.Clauses {
		place, common := within(kernel.Path(c.PathLo), q.Path)
		switch {
		case c.Party != "" || !common:
			// No case has parties yet; or the place is none of the reader's.
		case c.Requester != "":
			add("c.requester = " + f.arg(string(c.Requester)) + " AND c.requester <> ''")
		case place == "":
			return false
		case !seen[string(place)]:
			seen[string(place)] = true
			under(place.Range())
		}
	}
	return len(f.conds) > 0
}

// fewAmong reports whether few cases meet any of the conditions.
func (t *tx) fewAmong(among *filter) (bool, error) {
	left := t.db.Search.Few
	for _, cond := range among.conds {
		var n int
		if err := t.QueryRow("SELECT COUNT(*) FROM (SELECT 1 FROM case_record c WHERE c.tenant = $1 AND "+cond+" LIMIT "+strconv.Itoa(left)+") AS found", among.args...).Scan(&n); err != nil {
			return false, err
		}
		if left -= n; left <= 0 {
			return false, nil
		}
	}
	return true, nil
}

// byPlace gives one case more than a page of what the filter selects, looking only at cases that meet one of the conditions.
func (t *tx) byPlace(engine dialect.Common, hits dialect.Hits, q cases.Query, f, among *filter) ([]*cases.Case, error) {
	ways := []int{0}
	if hits == dialect.MostHits {
		ways = []int{t.db.Search.Newest, 0}
	}
	out, last := []*cases.Case{}, kernel.ID("")
	for _, newest := range ways {
		rows, err := t.Query(engine.Among(among.conds, f.wordsArg, newest), among.args...)
		ids, err := scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		for part := range slices.Chunk(ids, t.db.Search.Looked) {
			part = slices.DeleteFunc(slices.Clone(part), func(id kernel.ID) bool { return last != "" && id >= last })
			if len(part) == 0 {
				continue
			}
			l, err := t.selected(part, f, q.Page.Limit+1-len(out))
			if err != nil {
				return nil, err
			}
			out, last = append(out, l...), part[len(part)-1]
			if len(out) > q.Page.Limit {
				return out, nil
			}
		}
	}
	return out, nil
}

// selected gives those of some cases, which are known to have the words, that the filter selects, the newest first.
func (t *tx) selected(ids []kernel.ID, f *filter, most int) ([]*cases.Case, error) {
	g := &filter{args: slices.Clip(f.args), conds: slices.Clone(f.conds)}
	// The placeholder of the words stays in use.
	g.conds[f.wordsCond] = "$" + strconv.Itoa(f.wordsArg) + " <> '' AND c.id IN (" + g.in(ids) + ")"
	limit := g.arg(most)
	return t.listed("SELECT "+prefixed("c.", caseCols)+" FROM case_record c WHERE c.tenant = $1 AND "+g.where()+" ORDER BY c.id DESC LIMIT "+limit, g.args)
}
