package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// Picture counts for the dashboard: what stands where, and the rates by day and by unit, from the sums that the rates have.
type Picture struct{}

// openOnly is the open cases, of which there are few. Materialised, since SQLite else begins with all cases of the reader's place: at a million
// of them that took twenty seconds. $1 is the tenant.
const openOnly = `WITH c AS MATERIALIZED (SELECT tenant, id, path, flow, step, item, unit, assignee, requester, confidential, opened_at, due_at, ended, merged_into
	FROM case_record WHERE tenant = $1 AND ended = '') `

// Standing counts the open cases by place, flow and step. Cases merged into another count with that.
func (Picture) Standing(k kernel.Tx, q cases.RateQuery) ([]cases.Standing, error) {
	t := on(k)
	f := caseFilter(t, cases.Query{Path: q.Path, Unit: q.Unit, Open: true, Allow: q.Allow})
	f.and("c.merged_into = ''")
	now := f.arg(ms(q.Now))
	rows, err := t.Query(openOnly+"SELECT c.path, c.flow, c.step, COUNT(*), COALESCE(SUM(CASE WHEN c.due_at < "+now+" THEN 1 ELSE 0 END), 0) FROM c WHERE "+f.where()+
		" GROUP BY c.path, c.flow, c.step ORDER BY c.path, c.flow, c.step", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (s cases.Standing, err error) {
		return s, r.Scan(&s.Path, &s.Flow, &s.Step, &s.Count, &s.Overdue)
	})
}

// lateOnly is what is open and over its time: a stretch of the index case_open, however many cases there are. Materialised for the same reason.
const lateOnly = `WITH c AS MATERIALIZED (SELECT tenant, id, path, unit, assignee, requester, confidential, due_at, merged_into
	FROM case_record WHERE tenant = $1 AND ended = '' AND due_at < `

// Late counts what is open and over its time by unit, the most first. Cases merged into another count with that.
func (Picture) Late(k kernel.Tx, q cases.RateQuery) ([]cases.UnitLate, error) {
	t := on(k)
	f := caseFilter(t, cases.Query{Path: q.Path, Unit: q.Unit, Allow: q.Allow})
	f.and("c.merged_into = ''")
	now := f.arg(ms(q.Now))
	rows, err := t.Query(lateOnly+now+") SELECT c.unit, COUNT(*) AS late, MIN(c.due_at) AS since FROM c WHERE "+f.where()+
		" GROUP BY c.unit ORDER BY late DESC, since, c.unit", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (u cases.UnitLate, err error) {
		return u, r.Scan(&u.Unit, &u.Count, &u.Since)
	})
}

// grouped sums what rates are made of by a column of case_rate and of the cases.
func grouped[K comparable](k kernel.Tx, q cases.RateQuery, column, live string, every func(*filter)) (map[K]*rateSum, error) {
	t := on(k)
	out := map[K]*rateSum{}
	take := func(query string, args []any, dest func(*rateSum) []any) error {
		rows, err := t.Query(query, args...)
		_, err = scanAll(rows, err, func(r *sql.Rows) (struct{}, error) {
			var key K
			var s rateSum
			if err := r.Scan(append([]any{&key}, dest(&s)...)...); err != nil {
				return struct{}{}, err
			}
			if out[key] == nil {
				out[key] = &rateSum{}
			}
			out[key].add(s)
			return struct{}{}, nil
		})
		return err
	}
	from := rateLive
	asked, ok := summed(t, q)
	if !ok {
		from, asked = rateAll, nil
	}
	for _, f := range asked {
		if every != nil {
			every(f)
		}
		if err := take(`SELECT `+column+`, SUM(resp_kept), SUM(resp_all), SUM(fin_kept), SUM(fin_all), SUM(rated), SUM(solved), SUM(pleased) FROM case_rate
			WHERE tenant = $1 AND `+f.where()+" GROUP BY "+column, f.args, func(s *rateSum) []any {
			return []any{&s.RespKept, &s.RespAll, &s.FinKept, &s.FinAll, &s.Rated, &s.Solved, &s.Pleased}
		}); err != nil {
			return nil, err
		}
	}
	build := func() *filter {
		f := caseFilter(t, cases.Query{Path: q.Path, Unit: q.Unit, From: q.From, To: q.To, Allow: q.Allow})
		f.and("c.merged_into = ''")
		return f
	}
	f := build()
	now := f.arg(ms(q.Now))
	err := take(from.head+"SELECT "+live+`, SUM(c.resp_kept), SUM(c.resp_kept + c.resp_missed + CASE WHEN c.resp_due > 0 AND c.resp_due < `+now+` THEN 1 ELSE 0 END),
		SUM(c.fin_kept), SUM(c.fin_kept + c.fin_missed + CASE WHEN c.fin_due > 0 AND c.fin_due < `+now+` THEN 1 ELSE 0 END)
		FROM `+from.cases+" WHERE "+f.where()+" GROUP BY "+live, f.args, func(s *rateSum) []any { return []any{&s.RespKept, &s.RespAll, &s.FinKept, &s.FinAll} })
	if err != nil {
		return nil, err
	}
	f = build()
	err = take("SELECT "+live+`, COUNT(*), SUM(r.solved), SUM(CASE WHEN r.score >= `+pleasedFrom+` THEN 1 ELSE 0 END)
		FROM rating r JOIN case_record c ON c.tenant = r.tenant AND c.id = r.case_id WHERE r.tenant = $1 AND `+from.rating+" AND "+f.where()+" GROUP BY "+live, f.args,
		func(s *rateSum) []any { return []any{&s.Rated, &s.Solved, &s.Pleased} })
	return out, err
}

// Days gives the rates of the cases by the day on which they were opened.
func (Picture) Days(k kernel.Tx, q cases.RateQuery) ([]cases.DayRates, error) {
	// Shanghai has kept to eight hours since 1992.
	m, err := grouped[int64](k, q, "day", "(c.opened_at + 28800000) / 86400000", nil)
	out := make([]cases.DayRates, 0, len(m))
	for day, s := range m {
		d := cases.DayRates{Day: day}
		s.addTo(&d.Rates)
		out = append(out, d)
	}
	return out, err
}

// Units gives the rates of each unit. Cases without one are in none.
func (Picture) Units(k kernel.Tx, q cases.RateQuery) ([]cases.UnitRates, error) {
	q.Unit = ""
	m, err := grouped[string](k, q, "unit", "c.unit", func(f *filter) {
		// Not the sums of all units together, but those of each. Units are asked for by name, so that each is found by the key with its days,
		// and the days of former years are not read.
		for i, c := range f.conds {
			if other := strings.Replace(c, "unit = ", "unit <> ", 1); other != c {
				f.conds[i] = other + " AND unit IN (SELECT o.id FROM org o WHERE o.tenant = $1)"
			}
		}
	})
	out := make([]cases.UnitRates, 0, len(m))
	for unit, s := range m {
		if unit == "" {
			continue
		}
		u := cases.UnitRates{Unit: kernel.ID(unit)}
		s.addTo(&u.Rates)
		out = append(out, u)
	}
	return out, err
}
