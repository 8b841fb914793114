package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// countedSet is a query as SQL: one condition from which both its count and its records are read, so that they cannot part.
// In its expressions {asof}, {from} and {to} stand for the instants that are asked about, in Unix milliseconds.
type countedSet struct {
	table string // "place p": a table and its alias
	alias string
	// What a record shows: id (the default is the alias's id), titles in both languages, the path of its place, when it was
	// (0 for what has no time), and its public fields as text.
	id, zh, en, path, at, facts string
	// num and den are what a row adds; 1 when empty. Rows whose den is 0 do not count.
	num, den string
	// where narrows further.
	where []string
	// more adds conditions that depend on the question.
	more func(f *filter, a reports.Ask)
	// columns are what the reader's scope is compared with; the tenant and the path are filled in.
	columns access.Columns
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// fill puts the instants of a question into an expression.
func (f *filter) fill(expr string, a reports.Ask) string {
	for name, at := range map[string]int64{"{asof}": ms(a.AsOf), "{from}": ms(a.Period.From), "{to}": ms(a.Period.To)} {
		for strings.Contains(expr, name) {
			expr = strings.Replace(expr, name, f.arg(at), 1)
		}
	}
	return expr
}

// filter gives the conditions of a question.
func (s countedSet) filter(k kernel.Tx, a reports.Ask) *filter {
	f := &filter{}
	f.and(s.alias+".tenant = ?", string(on(k).tenant))
	path := or(s.path, s.alias+".path")
	if a.Path != "" {
		f.under(path, a.Path)
	}
	for _, w := range s.where {
		f.conds = append(f.conds, "("+f.fill(w, a)+")")
	}
	if s.more != nil {
		s.more(f, a)
	}
	c := s.columns
	c.Tenant, c.Path = s.alias+".tenant", path
	f.allow(a.Allow, c)
	if s.den != "" {
		f.conds = append(f.conds, "("+f.fill(s.den, a)+") > 0")
	}
	return f
}

// count implements reports.Query.Count.
func (s countedSet) count(k kernel.Tx, a reports.Ask) (t reports.Tally, err error) {
	f := s.filter(k, a)
	num, den := f.fill(or(s.num, "1"), a), f.fill(or(s.den, "1"), a)
	err = on(k).QueryRow("SELECT CAST(COALESCE(SUM("+num+"), 0) AS BIGINT), CAST(COALESCE(SUM("+den+"), 0) AS BIGINT) FROM "+s.table+" WHERE "+f.where(), f.args...).Scan(&t.Num, &t.Den)
	return t, err
}

// records implements reports.Query.Records: the newest ids first.
func (s countedSet) records(k kernel.Tx, a reports.Ask, p kernel.Page) ([]*reports.Record, string, error) {
	if !storable(p.After) {
		return nil, "", badCursor()
	}
	f := s.filter(k, a)
	id, zh := or(s.id, s.alias+".id"), or(s.zh, s.alias+".name")
	num, den := f.fill(or(s.num, "1"), a), f.fill(or(s.den, "1"), a)
	when := f.fill(or(s.at, "0"), a)
	if p.After != "" {
		f.and(id+" < ?", p.After)
	}
	p = p.Clamp(50, 500)
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+id+", "+zh+", "+or(s.en, zh)+", "+or(s.path, s.alias+".path")+", "+when+", "+num+", "+den+", "+or(s.facts, "''")+
		" FROM "+s.table+" WHERE "+f.where()+" ORDER BY "+id+" DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*reports.Record, error) {
		x := &reports.Record{}
		var when int64
		err := r.Scan(&x.ID, &x.Title.Zh, &x.Title.En, &x.Path, &when, &x.Num, &x.Den, &x.Facts)
		x.At = at(when)
		return x, err
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(out) > p.Limit {
		out = out[:p.Limit]
		next = string(out[p.Limit-1].ID)
	}
	return out, next, nearNames(k, out)
}

// nearNames fills in the name of the community or village that each record lies in, else of the street above.
func nearNames(k kernel.Tx, l []*reports.Record) error {
	const most = 3 // county, street, community
	short := func(p kernel.Path, n int) kernel.Path {
		s := strings.SplitAfterN(string(p), "/", n+1)
		return kernel.Path(strings.Join(s[:min(n, len(s))], ""))
	}
	names := map[kernel.Path]string{}
	for _, r := range l {
		for n := 1; n <= most; n++ {
			names[short(r.Path, n)] = ""
		}
	}
	list := make([]kernel.ID, 0, len(names))
	for p := range names {
		list = append(list, kernel.ID(p))
	}
	for ; len(list) > 0; list = list[min(len(list), mostIn):] {
		f := &filter{}
		f.and("tenant = ?", string(on(k).tenant))
		f.conds = append(f.conds, "path IN ("+f.in(list[:min(len(list), mostIn)])+")")
		rows, err := on(k).Query("SELECT path, name FROM place WHERE "+f.where()+" ORDER BY valid_to DESC", f.args...)
		if _, err := scanAll(rows, err, func(r *sql.Rows) (struct{}, error) {
			var path, name string
			err := r.Scan(&path, &name)
			names[kernel.Path(path)] = name
			return struct{}{}, err
		}); err != nil {
			return err
		}
	}
	for _, r := range l {
		for n := most; n > 0 && r.Near == ""; n-- {
			r.Near = names[short(r.Path, n)]
		}
	}
	return nil
}

// query joins a set to what is said about it.
func (s countedSet) query(q reports.Query) *reports.Query {
	q.Count, q.Records = s.count, s.records
	return &q
}
