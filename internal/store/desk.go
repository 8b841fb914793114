package store

import (
	"database/sql"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Desk is what administrators read and change: posts, what was given up, what the district has set up, the record of acts
// and of looks at masked data. It gathers what the other repositories keep.
type Desk struct {
	Tenants
	Outbox
	Orgs
}

// Features gives what a map of the district draws beside places, as GeoJSON; empty when there is nothing.
func (d Desk) Features(k kernel.Tx) (string, error) {
	row, err := d.Tenants.Get(k)
	if err != nil {
		return "", err
	}
	return row.Settings.Features, nil
}

// EachPlace gives every place that stands, with its shape.
func (Desk) EachPlace(k kernel.Tx, each func(*territory.Place) error) error {
	return Territory{}.EachPlace(k, each)
}

const holdingCols = `id, person, title, role, org, place, path, level, from_at, to_at`

// Holdings gives the posts that a person holds, has held or will hold, oldest first.
func (Desk) Holdings(k kernel.Tx, person kernel.ID) ([]*orgs.Holding, error) {
	rows, err := on(k).Query("SELECT "+holdingCols+" FROM holding WHERE tenant = $1 AND person = $2 ORDER BY from_at, id", string(on(k).tenant), string(person))
	return scanAll(rows, err, func(r *sql.Rows) (*orgs.Holding, error) {
		h := &orgs.Holding{}
		var from, to int64
		err := r.Scan(&h.ID, &h.Person, &h.Title, &h.Role, &h.Org, &h.Place, &h.Path, &h.Level, &from, &to)
		h.From, h.To = at(from), at(to)
		return h, err
	})
}

// EndHolding ends a post of a person at the instant of the unit of work; false when there is no such post that lasts longer.
func (Desk) EndHolding(k kernel.Tx, person, holding kernel.ID) (bool, error) {
	return one(k, `UPDATE holding SET to_at = $1 WHERE tenant = $2 AND person = $3 AND id = $4 AND (to_at = 0 OR to_at > $1)`,
		ms(on(k).now), string(on(k).tenant), string(person), string(holding))
}

// Audit gives rows of the ledger, the newest first, and the cursor of the next page.
func (Desk) Audit(k kernel.Tx, object kernel.ID, actor, act string, from, to time.Time, p kernel.Page) ([]*ledger.Row, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	for _, eq := range []struct{ col, v string }{{"object", string(object)}, {"actor", actor}, {"act", act}} {
		if eq.v != "" {
			f.and(eq.col+" = ?", eq.v)
		}
	}
	if !from.IsZero() {
		f.and("at >= ?", ms(from))
	}
	if !to.IsZero() {
		f.and("at < ?", ms(to))
	}
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+ledgerCols+" FROM ledger WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, scanLedger)
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}

// Looks gives the looks at masked data, the newest first, and the cursor of the next page.
func (Desk) Looks(k kernel.Tx, p kernel.Page) ([]*cases.Unmasking, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT id, case_id, account, who, fields, reason, at FROM unmasking WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*cases.Unmasking, error) {
		u := &cases.Unmasking{}
		var fields string
		var when int64
		err := r.Scan(&u.ID, &u.Case, &u.Account, &u.Who, &fields, &u.Reason, &when)
		u.Fields, u.At = strings.Fields(fields), at(when)
		return u, err
	})
	if err != nil || len(out) <= p.Limit {
		return out, "", err
	}
	return out[:p.Limit], string(out[p.Limit-1].ID), nil
}
