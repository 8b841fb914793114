package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// The rates are sums over all cases of a place and a time, of which nearly all are over and change no more. These stand in
// case_rate, summed by day, place and unit; the open ones, and those that were closed just now, are counted where they are.
// A case is in one of the two, so that the answer is exact at any time. A closed case that is changed after all, such as one
// that is opened again, is taken out of the sums by the same unit of work.

// rateFrom says where cases and ratings are counted one by one. $1 is the tenant.
type rateFrom struct{ head, cases, rating string }

// rateCols are what the rates and their filters look at.
const rateCols = `tenant, id, path, unit, assignee, requester, confidential, opened_at, merged_into, resp_kept, resp_missed, resp_due, fin_kept, fin_missed, fin_due`

var (
	// rateAll counts everything: the answer to any question, in the time that it takes.
	rateAll = rateFrom{cases: "case_record c", rating: "1 = 1"}
	// rateLive counts what is in no sum. Materialised, since SQLite may else begin with all cases of a place.
	rateLive = rateFrom{cases: "c", rating: "r.rolled = 0", head: "WITH c AS MATERIALIZED (SELECT " + rateCols + " FROM case_record WHERE tenant = $1 AND ended = '' UNION ALL SELECT " +
		rateCols + " FROM case_record WHERE tenant = $1 AND ended <> '' AND rolled = 0) "}
)

// Rates implements cases.Repo. Cases merged into another count once, with the case they joined.
func (Cases) Rates(k kernel.Tx, q cases.RateQuery) (cases.Rates, error) {
	asked, ok := summed(on(k), q)
	if !ok {
		return countRates(k, q, rateAll)
	}
	r, err := countRates(k, q, rateLive)
	if err != nil {
		return r, err
	}
	for _, f := range asked {
		var s rateSum
		err := on(k).QueryRow(`SELECT COALESCE(SUM(resp_kept), 0), COALESCE(SUM(resp_all), 0), COALESCE(SUM(fin_kept), 0), COALESCE(SUM(fin_all), 0),
			COALESCE(SUM(rated), 0), COALESCE(SUM(solved), 0), COALESCE(SUM(pleased), 0) FROM case_rate WHERE tenant = $1 AND `+f.where(), f.args...).
			Scan(&s.RespKept, &s.RespAll, &s.FinKept, &s.FinAll, &s.Rated, &s.Solved, &s.Pleased)
		if err != nil {
			return r, err
		}
		s.addTo(&r)
	}
	return r, nil
}

// CountRates answers as Rates does, by looking at every case: what Rates is held against.
func (Cases) CountRates(k kernel.Tx, q cases.RateQuery) (cases.Rates, error) {
	return countRates(k, q, rateAll)
}

func countRates(k kernel.Tx, q cases.RateQuery, from rateFrom) (r cases.Rates, err error) {
	t := on(k)
	build := func() *filter {
		f := caseFilter(t, cases.Query{Path: q.Path, Unit: q.Unit, From: q.From, To: q.To, Allow: q.Allow})
		f.and("c.merged_into = ''")
		return f
	}
	var s rateSum
	f := build()
	now := f.arg(ms(q.Now))
	err = t.QueryRow(from.head+`SELECT COALESCE(SUM(c.resp_kept), 0), COALESCE(SUM(c.resp_kept + c.resp_missed + CASE WHEN c.resp_due > 0 AND c.resp_due < `+now+` THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(c.fin_kept), 0), COALESCE(SUM(c.fin_kept + c.fin_missed + CASE WHEN c.fin_due > 0 AND c.fin_due < `+now+` THEN 1 ELSE 0 END), 0)
		FROM `+from.cases+" WHERE "+f.where(), f.args...).Scan(&s.RespKept, &s.RespAll, &s.FinKept, &s.FinAll)
	if err != nil {
		return r, err
	}
	f = build()
	err = t.QueryRow(`SELECT COUNT(*), COALESCE(SUM(r.solved), 0), COALESCE(SUM(CASE WHEN r.score >= `+pleasedFrom+` THEN 1 ELSE 0 END), 0)
		FROM rating r JOIN case_record c ON c.tenant = r.tenant AND c.id = r.case_id WHERE r.tenant = $1 AND `+from.rating+" AND "+f.where(), f.args...).
		Scan(&s.Rated, &s.Solved, &s.Pleased)
	s.addTo(&r)
	return r, err
}

// pleasedFrom is the lowest score that counts as satisfied.
const pleasedFrom = "4"

// rateSum is what the rates of some cases are made of.
type rateSum struct{ RespKept, RespAll, FinKept, FinAll, Rated, Solved, Pleased int }

func (s rateSum) addTo(r *cases.Rates) {
	r.Response.Num += s.RespKept
	r.Response.Den += s.RespAll
	r.OnTime.Num += s.FinKept
	r.OnTime.Den += s.FinAll
	r.Resolution.Num += s.Solved
	r.Resolution.Den += s.Rated
	r.Satisfaction.Num += s.Pleased
	r.Satisfaction.Den += s.Rated
}

func (s *rateSum) add(o rateSum) {
	s.RespKept += o.RespKept
	s.RespAll += o.RespAll
	s.FinKept += o.FinKept
	s.FinAll += o.FinAll
	s.Rated += o.Rated
	s.Solved += o.Solved
	s.Pleased += o.Pleased
}

func (s rateSum) negative() rateSum {
	return rateSum{-s.RespKept, -s.RespAll, -s.FinKept, -s.FinAll, -s.Rated, -s.Solved, -s.Pleased}
}

// summed gives the conditions on case_rate that answer the question, one for each place; false when its sums cannot, as for a
// time that does not begin with a day, or a reader whose sight goes by unit or assignee.
func summed(t *tx, q cases.RateQuery) ([]*filter, bool) {
	from, fromOK := wholeDay(q.From)
	to, toOK := wholeDay(q.To)
	if !fromOK || !toOK || q.Allow.Tenant != t.tenant || q.Allow.IsEmpty() {
		return nil, false
	}
	paths, open := []kernel.Path{}, q.Allow.Clauses[0].ExcludeConfidential
	for _, c := range q.Allow.Clauses {
		p := kernel.Path(c.PathLo)
		if lo, hi := p.Range(); p != "" && (lo != c.PathLo || hi != c.PathHi) || c.ExcludeConfidential != open {
			return nil, false
		}
		c.PathLo, c.PathHi, c.ExcludeConfidential = "", "", false
		if c != (access.Clause{}) {
			return nil, false
		}
		if p, ok := within(p, q.Path); ok {
			paths = append(paths, p)
		}
	}
	if q.Path != "" && !strings.HasSuffix(string(q.Path), "/") {
		return nil, false
	}
	var out []*filter
	for _, p := range outermost(paths) {
		f := rateFilter(t, p, q.Unit)
		if !q.From.IsZero() {
			f.and("day >= ?", from)
		}
		if !q.To.IsZero() {
			f.and("day < ?", to)
		}
		if open {
			f.and("confidential = 0")
		}
		out = append(out, f)
	}
	return out, true
}

// rateFilter selects the sums of a place, or of everywhere, and of a unit, or of all. Its first argument is the tenant.
func rateFilter(t *tx, p kernel.Path, unit kernel.ID) *filter {
	f := &filter{args: []any{string(t.tenant)}}
	tier := strings.Count(string(p), "/")
	switch {
	case p == "":
		f.and("tier = 1 AND unit = ?", string(unit))
	case tier <= tiers:
		f.and("tier = ? AND path = ? AND unit = ?", tier, string(p), string(unit))
	default:
		f.and("tier = 0")
		f.under("path", p)
		if unit != "" {
			f.and("unit = ?", string(unit))
		}
	}
	return f
}

// within narrows a scope to a place; the empty path is everywhere. False when they have nothing in common.
func within(scope, place kernel.Path) (kernel.Path, bool) {
	switch {
	case scope == "" || scope.Holds(place):
		return place, true
	case place == "" || place.Holds(scope):
		return scope, true
	default:
		return "", false
	}
}

// outermost leaves out the places that lie within another of the list, so that nothing is counted twice.
func outermost(l []kernel.Path) []kernel.Path {
	if slices.Contains(l, "") {
		return []kernel.Path{""}
	}
	slices.Sort(l)
	var out []kernel.Path
	for _, p := range l {
		if !slices.ContainsFunc(out, func(o kernel.Path) bool { return o.Holds(p) }) {
			out = append(out, p)
		}
	}
	return out
}

const dayMillis = 24 * 60 * 60 * 1000

// shanghaiDay counts the days of the calendar from 1970 on, and tells how far into the day the instant lies.
func shanghaiDay(at time.Time) (day, into int64) {
	_, east := at.In(kernel.Shanghai).Zone()
	local := at.UnixMilli() + int64(east)*1000
	into = (local%dayMillis + dayMillis) % dayMillis
	return (local - into) / dayMillis, into
}

// wholeDay gives the day that begins at the instant; false when none does. The zero time bounds nothing.
func wholeDay(at time.Time) (int64, bool) {
	day, into := shanghaiDay(at)
	return day, at.IsZero() || into == 0 && at.Truncate(time.Millisecond).Equal(at)
}

// tiers is how many levels of places have sums of their own: district and street.
const tiers = 2

// rateKey is one row of case_rate.
type rateKey struct {
	tier         int
	path, unit   string
	confidential int
	day          int64
}

// counted is a closed case as the sums see it.
type counted struct {
	id           string
	path, unit   string
	confidential int
	opened       int64
	merged       bool
	sum          rateSum
}

const countedCols = `id, path, unit, confidential, opened_at, merged_into, resp_kept, resp_missed, fin_kept, fin_missed`

func scanCounted(r *sql.Rows) (*counted, error) {
	c := &counted{}
	var into string
	var respMissed, finMissed int
	err := r.Scan(&c.id, &c.path, &c.unit, &c.confidential, &c.opened, &into, &c.sum.RespKept, &respMissed, &c.sum.FinKept, &finMissed)
	c.sum.RespAll, c.sum.FinAll, c.merged = c.sum.RespKept+respMissed, c.sum.FinKept+finMissed, into != ""
	return c, err
}

// keys gives the sums in which a case stands.
func (c *counted) keys() []rateKey {
	day, _ := shanghaiDay(time.UnixMilli(c.opened))
	k := rateKey{path: c.path, unit: c.unit, confidential: c.confidential, day: day}
	out := []rateKey{k}
	upper := ""
	for tier := 1; tier <= tiers; tier++ {
		if n := strings.IndexByte(c.path[len(upper):], '/'); n >= 0 {
			upper = c.path[:len(upper)+n+1]
		} else if tier > 1 {
			break // it lies at a higher level
		}
		k.tier, k.path = tier, upper
		for _, unit := range slices.Compact([]string{"", c.unit}) {
			k.unit = unit
			out = append(out, k)
		}
	}
	return out
}

// rateSums gathers changes of case_rate.
type rateSums map[rateKey]*rateSum

func (m rateSums) add(c *counted, s rateSum) {
	if c.merged || s == (rateSum{}) {
		return
	}
	for _, k := range c.keys() {
		if m[k] == nil {
			m[k] = &rateSum{}
		}
		m[k].add(s)
	}
}

// put changes the rows, always in the same order, so that two who do it at once do not wait for each other in a ring.
func (m rateSums) put(k kernel.Tx) error {
	keys := make([]rateKey, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, rateKey.compare)
	return bulk(k, `INSERT INTO case_rate (tenant, tier, path, unit, confidential, day, resp_kept, resp_all, fin_kept, fin_all, rated, solved, pleased)`, 13,
		`ON CONFLICT (tenant, tier, path, unit, confidential, day) DO UPDATE SET resp_kept = case_rate.resp_kept + excluded.resp_kept,
		resp_all = case_rate.resp_all + excluded.resp_all, fin_kept = case_rate.fin_kept + excluded.fin_kept, fin_all = case_rate.fin_all + excluded.fin_all,
		rated = case_rate.rated + excluded.rated, solved = case_rate.solved + excluded.solved, pleased = case_rate.pleased + excluded.pleased`,
		keys, func(x rateKey) []any {
			s := m[x]
			return []any{string(on(k).tenant), x.tier, x.path, x.unit, x.confidential, x.day, s.RespKept, s.RespAll, s.FinKept, s.FinAll, s.Rated, s.Solved, s.Pleased}
		})
}

func (x rateKey) compare(o rateKey) int {
	if x.tier != o.tier {
		return x.tier - o.tier
	}
	if n := strings.Compare(x.path, o.path); n != 0 {
		return n
	}
	if n := strings.Compare(x.unit, o.unit); n != 0 {
		return n
	}
	if x.confidential != o.confidential {
		return x.confidential - o.confidential
	}
	return int(x.day - o.day)
}

// Settle puts up to limit closed cases, and as many late ratings of such, into the sums. It tells how many it took.
func (Cases) Settle(k kernel.Tx, limit int) (int, error) {
	t := on(k)
	// Materialised, since PostgreSQL may else run the inner query once for each row, and then takes more than the limit.
	rows, err := t.Query(`WITH picked AS MATERIALIZED (SELECT id FROM case_record
		WHERE tenant = $1 AND rolled = 0 AND ended <> '' AND resp_due = 0 AND fin_due = 0 ORDER BY closed_at LIMIT $2)
		UPDATE case_record SET rolled = 1 WHERE tenant = $1 AND rolled = 0 AND ended <> '' AND resp_due = 0 AND fin_due = 0 AND id IN (SELECT id FROM picked)
		RETURNING `+countedCols, string(t.tenant), limit)
	closed, err := scanAll(rows, err, scanCounted)
	if err != nil {
		return 0, err
	}
	sums, held := rateSums{}, map[string]*counted{}
	for _, c := range closed {
		sums.add(c, c.sum)
		held[c.id] = c
	}
	n := len(closed)
	var rated []kernel.ID
	for _, c := range closed {
		rated = append(rated, kernel.ID(c.id))
	}
	if n < limit { // nothing is behind: few ratings are in no sum
		late, err := lateRated(t, held, limit)
		if err != nil {
			return 0, err
		}
		n = max(n, len(late))
		rated = append(rated, late...)
	}
	for part := range slices.Chunk(rated, mostIn) {
		f := &filter{args: []any{string(t.tenant)}}
		f.conds = append(f.conds, "rolled = 0", "case_id IN ("+f.in(part)+")")
		if err := moveRatings(t, "UPDATE rating SET rolled = 1 WHERE tenant = $1 AND "+f.where(), f.args, func(id string, s rateSum) { sums.add(held[id], s) }); err != nil {
			return 0, err
		}
	}
	return n, sums.put(k)
}

// lateRated gives cases that were rated after they went into the sums, and holds them, so that none leaves the sums meanwhile.
func lateRated(t *tx, held map[string]*counted, limit int) (out []kernel.ID, err error) {
	rows, err := t.Query(`SELECT DISTINCT r.case_id FROM rating r JOIN case_record c ON c.tenant = r.tenant AND c.id = r.case_id
		WHERE r.tenant = $1 AND r.rolled = 0 AND c.rolled = 1 LIMIT $2`, string(t.tenant), limit)
	ids, err := scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id kernel.ID) bool { return held[string(id)] != nil })
	for part := range slices.Chunk(ids, mostIn) {
		f := &filter{args: []any{string(t.tenant)}}
		f.conds = append(f.conds, "rolled = 1", "id IN ("+f.in(part)+")")
		rows, err := t.Query("UPDATE case_record SET rolled = 1 WHERE tenant = $1 AND "+f.where()+" RETURNING "+countedCols, f.args...)
		list, err := scanAll(rows, err, scanCounted)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			held[c.id] = c
			out = append(out, kernel.ID(c.id))
		}
	}
	return out, nil
}

// moveRatings runs an update of ratings and tells each that it changed.
func moveRatings(t *tx, update string, args []any, each func(id string, s rateSum)) error {
	rows, err := t.Query(update+" RETURNING case_id, solved, CASE WHEN score >= "+pleasedFrom+" THEN 1 ELSE 0 END", args...)
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		s, id := rateSum{Rated: 1}, ""
		err := r.Scan(&id, &s.Solved, &s.Pleased)
		each(id, s)
		return true, err
	})
	return err
}

// unsettle takes a case out of the sums, since it is about to change; false when it is in none, or is not in that version.
func unsettle(k kernel.Tx, id kernel.ID, version int) (bool, error) {
	t := on(k)
	rows, err := t.Query(`UPDATE case_record SET rolled = 0 WHERE tenant = $1 AND id = $2 AND version = $3 AND rolled = 1 RETURNING `+countedCols,
		string(t.tenant), string(id), version)
	list, err := scanAll(rows, err, scanCounted)
	if err != nil || len(list) == 0 {
		return false, err
	}
	c, sum := list[0], list[0].sum
	if err := moveRatings(t, "UPDATE rating SET rolled = 0 WHERE tenant = $1 AND case_id = $2 AND rolled = 1", []any{string(t.tenant), c.id},
		func(_ string, s rateSum) { sum.add(s) }); err != nil {
		return false, err
	}
	sums := rateSums{}
	sums.add(c, sum.negative())
	return true, sums.put(k)
}

// These bound one turn of SettleRates: units of work short enough to hold up nobody.
const (
	settleUnit  = 250
	settleUnits = 8
)

// SettleRates puts what was closed since the last turn into the sums of the rates. After an import it takes some turns.
func (d *DB) SettleRates(ctx context.Context, t kernel.Tenant) (n int, err error) {
	for range settleUnits {
		took := 0
		err := d.Update(ctx, t, func(k kernel.Tx) error {
			took, err = Cases{}.Settle(k, settleUnit)
			return err
		})
		n += took
		if err != nil || took < settleUnit {
			return n, err
		}
	}
	return n, nil
}
