package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
)

// Registers keeps what organisations keep of their own work.
type Registers struct{}

var (
	_ registers.Repo   = Registers{}
	_ registers.Counts = Registers{}
)

const entryCols = `id, register, org, place, path, subject, state, due_at, ukey, vals, sealed, facet, num, yes1, yes2, words, note, state_at, version, by_ref, created_at, updated_at`

func entryArgs(e *registers.Entry) []any {
	return []any{string(e.ID), e.Register, string(e.Org), string(e.Place), string(e.Path), string(e.Subject), e.State, ms(e.Due), e.Key, text(e.Values), e.Sealed,
		e.Facet, e.Number, flag(e.Yes[0]), flag(e.Yes[1]), e.Words, e.Note, ms(e.StateAt), e.Version, e.By, ms(e.Created), ms(e.Updated)}
}

func scanEntry(r scanner, more ...any) (*registers.Entry, error) {
	e := &registers.Entry{}
	var values string
	var due, stateAt, created, updated int64
	var yes1, yes2 int
	err := r.Scan(append([]any{&e.ID, &e.Register, &e.Org, &e.Place, &e.Path, &e.Subject, &e.State, &due, &e.Key, &values, &e.Sealed, &e.Facet, &e.Number, &yes1, &yes2,
		&e.Words, &e.Note, &stateAt, &e.Version, &e.By, &created, &updated}, more...)...)
	if err != nil {
		return nil, err
	}
	e.Due, e.StateAt, e.Created, e.Updated = at(due), at(stateAt), at(created), at(updated)
	e.Yes = [2]bool{yes1 == 1, yes2 == 1}
	return e, parse(values, &e.Values)
}

var sayTaken = kernel.T("已经有一条了，或者其中有的已经归了别的一条；请先看看原来的", "there is one already, or part of it belongs to another entry; look at that one first")

// taken turns the violation of a unique key into what a person can do about it.
func taken(k kernel.Tx, err error) error {
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Say: sayTaken, Cause: err}
	}
	return err
}

// Insert implements registers.Repo.
func (r Registers) Insert(k kernel.Tx, e *registers.Entry, links []registers.Link) error {
	err := bulk(k, "INSERT INTO register_entry (tenant, "+entryCols+")", 23, "", []*registers.Entry{e}, func(e *registers.Entry) []any {
		return append([]any{string(on(k).tenant)}, entryArgs(e)...)
	})
	if err != nil {
		return taken(k, err)
	}
	return r.PutLinks(k, links)
}

// Get implements registers.Repo.
func (Registers) Get(k kernel.Tx, id kernel.ID) (*registers.Entry, error) {
	e, err := scanEntry(on(k).QueryRow("SELECT "+entryCols+" FROM register_entry WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return e, notFound(err, kernel.T("没有这条登记，或者您看不到它", "there is no such entry, or you may not see it"))
}

// Save implements registers.Repo.
func (Registers) Save(k kernel.Tx, e *registers.Entry) (bool, error) {
	ok, err := one(k, `UPDATE register_entry SET state = $3, due_at = $4, ukey = $5, vals = $6, sealed = $7, facet = $8, num = $9, yes1 = $10, yes2 = $11, words = $12,
		note = $13, state_at = $14, version = $15, updated_at = $16 WHERE tenant = $1 AND id = $2 AND version = $15 - 1`, string(on(k).tenant), string(e.ID), e.State, ms(e.Due),
		e.Key, text(e.Values), e.Sealed, e.Facet, e.Number, flag(e.Yes[0]), flag(e.Yes[1]), e.Words, e.Note, ms(e.StateAt), e.Version, ms(e.Updated))
	return ok, taken(k, err)
}

const linkCols = `id, entry, role, target, note, sealed, hold, at`

func scanLink(r *sql.Rows) (l registers.Link, err error) {
	var when int64
	err = r.Scan(&l.ID, &l.Entry, &l.Role, &l.Target, &l.Note, &l.Sealed, &l.Hold, &when)
	l.At = at(when)
	return l, err
}

// Links implements registers.Repo.
func (Registers) Links(k kernel.Tx, entries []kernel.ID) (map[kernel.ID][]registers.Link, error) {
	out := map[kernel.ID][]registers.Link{}
	for ; len(entries) > 0; entries = entries[min(len(entries), mostIn):] {
		f := &filter{}
		f.and("tenant = ?", string(on(k).tenant))
		f.conds = append(f.conds, "entry IN ("+f.in(entries[:min(len(entries), mostIn)])+")")
		rows, err := on(k).Query("SELECT "+linkCols+" FROM register_link WHERE "+f.where()+" ORDER BY entry, role, at, id", f.args...)
		l, err := scanAll(rows, err, scanLink)
		if err != nil {
			return nil, err
		}
		for _, x := range l {
			out[x.Entry] = append(out[x.Entry], x)
		}
	}
	return out, nil
}

// PutLinks implements registers.Repo.
func (Registers) PutLinks(k kernel.Tx, l []registers.Link) error {
	t := string(on(k).tenant)
	return taken(k, bulk(k, "INSERT INTO register_link (tenant, "+linkCols+")", 9, "", l, func(x registers.Link) []any {
		return []any{t, string(x.ID), string(x.Entry), x.Role, string(x.Target), x.Note, x.Sealed, x.Hold, ms(x.At)}
	}))
}

// DropLinks implements registers.Repo.
func (Registers) DropLinks(k kernel.Tx, entry kernel.ID, ids []kernel.ID) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("entry = ?", string(entry))
	n, err := on(k).Exec("DELETE FROM register_link WHERE "+f.where()+" AND id IN ("+f.in(ids)+")", f.args...)
	return int(n), err
}

// Release implements registers.Repo.
func (Registers) Release(k kernel.Tx, entry kernel.ID) error {
	_, err := on(k).Exec("UPDATE register_link SET hold = '' WHERE tenant = $1 AND entry = $2", string(on(k).tenant), string(entry))
	return err
}

// asked narrows to what a query asks for.
func (f *filter) asked(k kernel.Tx, q registers.Query) {
	f.and("e.register = ?", q.Register)
	for _, eq := range []struct{ col, v string }{{"e.org", string(q.Org)}, {"e.subject", string(q.Subject)}, {"e.facet", q.Facet}} {
		if eq.v != "" {
			f.and(eq.col+" = ?", eq.v)
		}
	}
	switch q.State {
	case "":
		f.and("e.state <> ?", registers.Ended)
	case registers.AnyState:
	default:
		f.and("e.state = ?", q.State)
	}
	if q.Overdue {
		f.and("e.state = ? AND e.due_at > 0 AND e.due_at < ?", registers.Open, ms(on(k).now))
	}
	if q.Path != "" {
		f.under("e.path", q.Path)
	}
	if q.Linked != "" {
		f.and("EXISTS (SELECT 1 FROM register_link l WHERE l.tenant = e.tenant AND l.entry = e.id AND l.target = ?)", string(q.Linked))
	}
	if words := strings.ToLower(strings.TrimSpace(q.Text)); words != "" && storable(words) {
		f.conds = append(f.conds, f.contains("e.words", words))
	}
	allowed, args := q.Scope.Predicate(access.Columns{Tenant: "e.tenant", Path: "e.path"}, len(f.args)+1)
	f.conds, f.args = append(f.conds, allowed), append(f.args, args...)
}

// List implements registers.Repo. The cursor is the id of the last row.
func (Registers) List(k kernel.Tx, q registers.Query, p kernel.Page) ([]*registers.Entry, string, error) {
	f := &filter{}
	f.and("e.tenant = ?", string(on(k).tenant))
	f.asked(k, q)
	if p.After != "" {
		f.and("e.id < ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+prefixed("e.", entryCols)+" FROM register_entry e WHERE "+f.where()+" ORDER BY e.id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*registers.Entry, error) { return scanEntry(r) })
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}

// Totals implements registers.Repo.
func (Registers) Totals(k kernel.Tx, q registers.Query) ([]registers.Total, error) {
	f := &filter{}
	f.and("e.tenant = ?", string(on(k).tenant))
	f.asked(k, q)
	rows, err := on(k).Query(`SELECT e.facet, COUNT(*), COALESCE(SUM(e.num), 0), COALESCE(SUM(e.yes1), 0), COALESCE(SUM(e.yes2), 0)
		FROM register_entry e WHERE `+f.where()+" GROUP BY e.facet ORDER BY e.facet", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (t registers.Total, err error) {
		return t, r.Scan(&t.Facet, &t.Count, &t.Number, &t.Yes[0], &t.Yes[1])
	})
}

// Hold implements registers.Repo: the row of the district is locked until the unit of work ends.
func (Registers) Hold(k kernel.Tx) error {
	_, err := on(k).Exec("UPDATE tenant SET revision = revision WHERE tenant = $1", string(on(k).tenant))
	return err
}

// Held implements registers.Repo.
func (Registers) Held(k kernel.Tx, register, role string) ([]registers.Link, error) {
	lo := register + " " + role + " "
	rows, err := on(k).Query("SELECT "+linkCols+" FROM register_link WHERE tenant = $1 AND hold <> '' AND hold >= $2 AND hold < $3 ORDER BY hold",
		string(on(k).tenant), lo, lo+"\U0010FFFF")
	return scanAll(rows, err, scanLink)
}

// Count implements registers.Repo.
func (Registers) Count(k kernel.Tx, entry kernel.ID, day string) error {
	_, err := on(k).Exec(`INSERT INTO register_visit (tenant, entry, day, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (tenant, entry, day) DO UPDATE SET n = register_visit.n + 1`, string(on(k).tenant), string(entry), day)
	return err
}

// Counted implements registers.Repo.
func (Registers) Counted(k kernel.Tx, entry kernel.ID, from, to string) (n int, err error) {
	err = on(k).QueryRow("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM register_visit WHERE tenant = $1 AND entry = $2 AND day >= $3 AND day <= $4",
		string(on(k).tenant), string(entry), from, to).Scan(&n)
	return n, err
}

// OrgsWith implements registers.Counts.
func (Registers) OrgsWith(k kernel.Tx, kind orgs.Kind, register string, path kernel.Path) (r orgs.Rate, err error) {
	lo, hi := path.Range()
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM register_entry e WHERE e.tenant = o.tenant AND e.org = o.id AND e.register = $2
		AND e.state = 'open') THEN 1 ELSE 0 END), 0) FROM org o WHERE o.tenant = $1 AND o.kind = $3 AND o.path >= $4 AND o.path < $5`,
		string(on(k).tenant), register, string(kind), lo, hi).Scan(&r.Den, &r.Num)
	return r, err
}

// Stations implements registers.Counts.
func (Registers) Stations(k kernel.Tx) ([]*registers.Station, error) {
	rows, err := on(k).Query("SELECT "+prefixed("e.", entryCols)+`, p.name, p.lon, p.lat FROM register_entry e JOIN place p ON p.tenant = e.tenant AND p.id = e.place
		WHERE e.tenant = $1 AND e.register = 'station' AND e.state = 'open' AND p.lon IS NOT NULL AND p.valid_to = 0 ORDER BY e.id`, string(on(k).tenant))
	return scanAll(rows, err, func(r *sql.Rows) (*registers.Station, error) {
		s := &registers.Station{}
		var err error
		s.Entry, err = scanEntry(r, &s.Name, &s.Lon, &s.Lat)
		return s, err
	})
}
