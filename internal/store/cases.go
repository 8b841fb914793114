package store

import (
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// Cases keeps cases.
type Cases struct{}

var (
	_ cases.Repo  = Cases{}
	_ cases.Looks = Cases{}
)

const caseCols = `id, number, track_hash, flow, flow_version, item, title_zh, title_en, body, address, contact, phone_index,
	form, photos, lon, lat, path, place, step, step_at, prev_step, ended, version, round, strand, confidential, unit, assignee,
	assignee_name, cohandles, urgent, supervised, held, route, clocks, due_at, tick_at, result, merged_into, opened_by, requester, source,
	opened_at, updated_at, closed_at, finished_at, resp_kept, resp_missed, resp_due, fin_kept, fin_missed, fin_due,
	score, solved, rated_at`

const numCaseCols = 55

var insertCase = "INSERT INTO case_record (tenant, " + caseCols + ") VALUES " + tuples(1, numCaseCols+1) +
	" ON CONFLICT (tenant, number) DO NOTHING"

// Insert implements cases.Repo.
func (Cases) Insert(k kernel.Tx, c *cases.Case, words []string) (bool, error) {
	t := on(k)
	ok, err := one(k, insertCase, string(t.tenant), string(c.ID), c.Number, c.TrackHash, c.Flow, c.FlowVersion, c.Item, c.Title.Zh, c.Title.En,
		c.Text, c.Address, c.Contact, c.PhoneIndex, c.Form, joinIDs(c.Photos), c.Lon, c.Lat, string(c.Path), text(c.Place), c.Step, ms(c.StepAt),
		c.PrevStep, c.Ended, c.Version, c.Round, c.Strands.String(), flag(c.Confidential), string(c.Unit), string(c.Assignee), c.AssigneeName,
		joinIDs(c.Cohandles), flag(c.Urgent), flag(c.Supervised), flag(c.Held), text(c.Route), text(c.Clocks), c.DueAt(), ms(c.TickAt),
		text(c.Result), string(c.MergedInto), c.OpenedBy, string(c.Requester), c.Source, ms(c.OpenedAt), ms(c.UpdatedAt), ms(c.ClosedAt), ms(c.FinishedAt),
		c.Measures.RespKept, c.Measures.RespMissed, ms(c.Measures.RespDue), c.Measures.FinKept, c.Measures.FinMissed, ms(c.Measures.FinDue),
		c.Score, flag(c.Solved), ms(c.RatedAt))
	if err != nil || !ok {
		return ok, err
	}
	t.remember(c)
	index := t.db.Engine.IndexText(string(t.tenant), string(c.ID), words)
	return true, do(k, index.Query, index.Args...)
}

type scanner interface{ Scan(into ...any) error }

func (t *tx) scanCase(r scanner) (*cases.Case, error) {
	c := &cases.Case{}
	var photos, place, cohandles, route, clocks, result, strands string
	var stepAt, due, tick, opened, updated, closed, finished, respDue, finDue, rated int64
	err := r.Scan(&c.ID, &c.Number, &c.TrackHash, &c.Flow, &c.FlowVersion, &c.Item, &c.Title.Zh, &c.Title.En, &c.Text, &c.Address, &c.Contact,
		&c.PhoneIndex, &c.Form, &photos, &c.Lon, &c.Lat, &c.Path, &place, &c.Step, &stepAt, &c.PrevStep, &c.Ended, &c.Version, &c.Round, &strands,
		&c.Confidential, &c.Unit, &c.Assignee, &c.AssigneeName, &cohandles, &c.Urgent, &c.Supervised, &c.Held, &route, &clocks, &due, &tick,
		&result, &c.MergedInto, &c.OpenedBy, &c.Requester, &c.Source, &opened, &updated, &closed, &finished, &c.Measures.RespKept, &c.Measures.RespMissed,
		&respDue, &c.Measures.FinKept, &c.Measures.FinMissed, &finDue, &c.Score, &c.Solved, &rated)
	if err != nil {
		return nil, err
	}
	c.Photos, c.Cohandles, c.Strands = splitIDs(photos), splitIDs(cohandles), cases.ParseStrands(strands)
	if c.Place, err = t.db.places.parse(place); err != nil {
		return nil, fmt.Errorf("case %s: %w", c.ID, err)
	}
	for _, p := range []struct {
		s string
		v any
	}{{route, &c.Route}, {clocks, &c.Clocks}, {result, &c.Result}} {
		if err := parse(p.s, p.v); err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
	}
	c.Place.Path = c.Path
	c.OpenedAt, c.UpdatedAt, c.ClosedAt, c.FinishedAt, c.RatedAt = at(opened), at(updated), at(closed), at(finished), at(rated)
	c.StepAt, c.TickAt = at(stepAt), at(tick)
	c.Measures.RespDue, c.Measures.FinDue = at(respDue), at(finDue)
	return c, nil
}

var noCase = kernel.T("没有这件事，或者您看不到它", "there is no such case, or you may not see it")

// Get implements cases.Repo.
func (Cases) Get(k kernel.Tx, id kernel.ID) (*cases.Case, error) {
	t := on(k)
	if t.recalls() {
		if c := t.db.recent.get(t.tenant, id, t.now); c != nil {
			t.plan.recalled = true
			return c, nil
		}
	}
	c, err := t.scanCase(t.QueryRow("SELECT "+caseCols+" FROM case_record WHERE tenant = $1 AND id = $2", string(t.tenant), string(id)))
	return t.whole(c), notFound(err, noCase)
}

// ByTrack implements cases.Repo.
func (Cases) ByTrack(k kernel.Tx, hash string) (*cases.Case, error) {
	t := on(k)
	if t.recalls() {
		if c := t.db.recent.tracked(t.tenant, hash, t.now); c != nil {
			t.plan.recalled = true
			return c, nil
		}
	}
	c, err := t.scanCase(t.QueryRow("SELECT "+caseCols+" FROM case_record WHERE tenant = $1 AND track_hash = $2 AND track_hash <> ''",
		string(t.tenant), hash))
	return t.whole(c), notFound(err, kernel.T("没有这个查单码，请对照收据再输一遍", "no order has this code; compare it with your receipt and try again"))
}

// caseFilter turns a query into conditions on case_record c.
func caseFilter(t *tx, q cases.Query) *filter {
	f := &filter{}
	f.and("c.tenant = ?", string(t.tenant))
	for _, eq := range []struct{ col, v string }{{"flow", q.Flow}, {"step", q.Step}, {"item", q.Item}, {"unit", string(q.Unit)}, {"number", q.Number},
		{"merged_into", string(q.MergedInto)}} {
		if eq.v != "" {
			f.and("c."+eq.col+" = ?", eq.v)
		}
	}
	f.some(q)
	if q.Strand != "" {
		f.and(bearsStrand, "% "+q.Strand+" %")
	}
	if q.Path != "" {
		f.under("c.path", q.Path)
	}
	if q.Open || q.Overdue || q.ByDue {
		f.and("c.ended = ''")
	}
	if q.Closed {
		f.and("c.ended <> ''")
	}
	if q.Overdue {
		f.and("c.due_at < ?", ms(q.Now))
	}
	if !q.From.IsZero() {
		f.and("c.opened_at >= ?", ms(q.From))
	}
	if !q.To.IsZero() {
		f.and("c.opened_at < ?", ms(q.To))
	}
	if len(q.Words) > 0 {
		f.args = append(f.args, t.db.Engine.Words(q.Words))
		f.wordsArg, f.wordsCond = len(f.args), len(f.conds)
		f.conds = append(f.conds, t.db.Engine.Match(len(f.args)))
	}
	cond, args := q.Allow.Predicate(caseColumns, len(f.args)+1)
	f.conds = append(f.conds, cond)
	f.args = append(f.args, args...)
	if q.Mine != nil {
		f.turns(q.Mine)
	}
	return f
}

// caseColumns are where a scope finds what it compares. Disputes bring parties; until then no case has any.
var caseColumns = access.Columns{Tenant: "c.tenant", Path: "c.path", Case: "c.id", Unit: "c.unit", Assignee: "c.assignee",
	Requester: "c.requester", Confidential: "c.confidential", Party: "(1 = 0 AND c.id = ?)",
	Cohandler: "EXISTS (SELECT 1 FROM case_cohandle h WHERE h.tenant = c.tenant AND h.case_id = c.id AND h.unit = ?)"}

// turns narrows to the cases that match any of the turns; none at all match nothing.
func (f *filter) turns(l []cases.Turn) {
	each := make([]string, 0, len(l))
	for _, u := range l {
		g := &filter{args: f.args}
		g.and("c.flow = ?", u.Flow)
		g.and("c.step = ?", u.Step)
		if u.PathLo != "" {
			g.and("c.path >= ? AND c.path < ?", u.PathLo, u.PathHi)
		}
		if u.Unit != "" {
			g.and("c.unit = ?", string(u.Unit))
		}
		if u.Cohandle != "" {
			g.and(caseColumns.Cohandler, string(u.Cohandle))
		}
		if u.Assignee != "" && u.Free {
			g.and("(c.assignee = '' OR c.assignee = ?)", string(u.Assignee))
		} else if u.Assignee != "" {
			g.and("c.assignee = ?", string(u.Assignee))
		}
		f.args = g.args
		each = append(each, "("+g.where()+")")
	}
	if len(each) == 0 {
		each = []string{"1 = 0"}
	}
	f.conds = append(f.conds, "("+strings.Join(each, " OR ")+")")
}

// List implements cases.Repo. The cursor is "due.id" when sorted by due, else the id.
func (Cases) List(k kernel.Tx, q cases.Query) ([]*cases.Case, string, error) {
	t := on(k)
	f := caseFilter(t, q)
	order := "c.id DESC"
	if q.ByDue {
		order = "c.due_at, c.id"
	}
	if q.Page.After != "" {
		due, id, _ := strings.Cut(q.Page.After, ".")
		if q.ByDue {
			n, err := strconv.ParseInt(due, 10, 64)
			if err != nil {
				return nil, "", kernel.Malformed("after", kernel.T("翻页标记不对，请从第一页重新看", "the page mark is not valid; start again from the first page"))
			}
			d := f.arg(n)
			f.and("(c.due_at > "+d+" OR (c.due_at = "+d+" AND c.id > ?))", id)
		} else {
			f.and("c.id < ?", q.Page.After)
		}
	}
	out, from, err := t.commonWords(q, f)
	if err == nil && out == nil {
		limit := f.arg(q.Page.Limit + 1)
		out, err = t.listed("SELECT "+prefixed("c.", caseCols)+" FROM "+from+" WHERE "+f.where()+" ORDER BY "+order+" LIMIT "+limit, f.args)
	}
	if err != nil || len(out) <= q.Page.Limit {
		return out, "", err
	}
	out = out[:q.Page.Limit]
	last := out[len(out)-1]
	if q.ByDue {
		return out, strconv.FormatInt(last.DueAt(), 10) + "." + string(last.ID), nil
	}
	return out, string(last.ID), nil
}

// prefixed puts p before each column of a list.
func prefixed(p, cols string) string {
	l := strings.Split(cols, ",")
	for i := range l {
		l[i] = p + strings.TrimSpace(l[i])
	}
	return strings.Join(l, ", ")
}

// Count implements cases.Repo.
func (Cases) Count(k kernel.Tx, q cases.Query, most int) (int, error) {
	t := on(k)
	f := caseFilter(t, q)
	var n int
	err := t.QueryRow("SELECT COUNT(*) FROM (SELECT 1 FROM case_record c WHERE "+f.where()+" LIMIT "+f.arg(most)+") AS found", f.args...).Scan(&n)
	return n, err
}

// Due implements cases.Repo.
func (Cases) Due(k kernel.Tx, before time.Time, limit int) ([]kernel.ID, error) {
	t := on(k)
	rows, err := t.Query(`SELECT id FROM case_record WHERE tenant = $1 AND tick_at > 0 AND tick_at <= $2 ORDER BY tick_at LIMIT $3`,
		string(t.tenant), ms(before), limit)
	return scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
}

// Near implements cases.Repo: open cases of the flow within a square of 2 × metres, the newest first.
func (Cases) Near(k kernel.Tx, flow, item string, lon, lat, metres float64, since time.Time, limit int) ([]*cases.Case, error) {
	t := on(k)
	f := &filter{}
	f.and("c.tenant = ?", string(t.tenant))
	f.and("c.ended = ''")
	f.and("c.flow = ?", flow)
	if item != "" {
		f.and("c.item = ?", item)
	}
	dLat := metres / 111_320
	dLon := dLat / max(0.01, math.Cos(lat*math.Pi/180))
	f.and("c.lon BETWEEN ? AND ?", lon-dLon, lon+dLon)
	f.and("c.lat BETWEEN ? AND ?", lat-dLat, lat+dLat)
	f.and("c.opened_at >= ?", ms(since))
	rows, err := t.Query("SELECT "+prefixed("c.", caseCols)+" FROM case_record c WHERE "+f.where()+" ORDER BY c.id DESC LIMIT "+f.arg(limit), f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (*cases.Case, error) { return t.scanCase(r) })
}

// Load implements cases.Repo.
func (Cases) Load(k kernel.Tx, assignee kernel.ID) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*) FROM case_record WHERE tenant = $1 AND assignee = $2 AND assignee <> '' AND ended = ''`,
		string(on(k).tenant), string(assignee)).Scan(&n)
	return n, err
}

// Rate implements cases.Repo.
func (Cases) Rate(k kernel.Tx, r *cases.Rating) (bool, error) {
	return one(k, `INSERT INTO rating (tenant, case_id, round, requester, score, solved, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, string(on(k).tenant), string(r.Case), r.Round, string(r.Requester), r.Score, flag(r.Solved), r.Text, ms(r.At))
}

// Ratings implements cases.Repo.
func (Cases) Ratings(k kernel.Tx, id kernel.ID) ([]*cases.Rating, error) {
	t := on(k)
	rows, err := t.Query(`SELECT case_id, round, requester, score, solved, body, at FROM rating WHERE tenant = $1 AND case_id = $2 ORDER BY round, at`,
		string(t.tenant), string(id))
	return scanAll(rows, err, func(rs *sql.Rows) (*cases.Rating, error) {
		r := &cases.Rating{}
		var when int64
		err := rs.Scan(&r.Case, &r.Round, &r.Requester, &r.Score, &r.Solved, &r.Text, &when)
		r.At = at(when)
		return r, err
	})
}

// PutUnmasking implements cases.Looks.
func (Cases) PutUnmasking(k kernel.Tx, u *cases.Unmasking) error {
	_, err := on(k).Exec(`INSERT INTO unmasking (tenant, id, case_id, account, who, fields, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(on(k).tenant), string(u.ID), string(u.Case), string(u.Account), u.Who, strings.Join(u.Fields, " "), u.Reason, ms(u.At))
	return err
}

// Unmaskings implements cases.Looks.
func (Cases) Unmaskings(k kernel.Tx, id kernel.ID) ([]*cases.Unmasking, error) {
	t := on(k)
	rows, err := t.Query(`SELECT id, case_id, account, who, fields, reason, at FROM unmasking WHERE tenant = $1 AND case_id = $2 ORDER BY id`,
		string(t.tenant), string(id))
	return scanAll(rows, err, func(r *sql.Rows) (*cases.Unmasking, error) {
		u := &cases.Unmasking{}
		var fields string
		var when int64
		err := r.Scan(&u.ID, &u.Case, &u.Account, &u.Who, &fields, &u.Reason, &when)
		u.Fields, u.At = strings.Fields(fields), at(when)
		return u, err
	})
}
