package store

import (
	"database/sql"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/rounds"
	"sanzhi/internal/territory"
)

// RoundGround shows rounds the places, units and posts of a district.
type RoundGround struct{}

var _ rounds.Ground = RoundGround{}

// Place implements rounds.Ground.
func (RoundGround) Place(k kernel.Tx, id kernel.ID) (*territory.Place, error) {
	return Territory{}.Place(k, id)
}

// PlaceByCode implements rounds.Ground.
func (RoundGround) PlaceByCode(k kernel.Tx, code string) (*territory.Place, error) {
	return Territory{}.PlaceByCode(k, code)
}

// PostsOf implements rounds.Ground.
func (RoundGround) PostsOf(k kernel.Tx, person kernel.ID) ([]kernel.Post, error) {
	return Orgs{}.PostsOf(k, person)
}

// Person implements rounds.Ground.
func (RoundGround) Person(k kernel.Tx, id kernel.ID) (*orgs.Person, error) {
	return Orgs{}.Person(k, id)
}

// Visitors implements rounds.Ground. A post's place holds path when it is one of path's beginnings.
func (RoundGround) Visitors(k kernel.Tx, path kernel.Path, roles []kernel.Role, kinds []orgs.Kind) ([]rounds.Visitor, error) {
	f := &filter{}
	f.and("h.tenant = ?", string(on(k).tenant))
	list := make([]kernel.ID, len(roles))
	for i, r := range roles {
		list[i] = kernel.ID(r)
	}
	f.conds = append(f.conds, "h.role IN ("+f.in(list)+")")
	now := ms(on(k).now)
	f.and("h.from_at <= ? AND (h.to_at = 0 OR h.to_at > ?)", now, now)
	if len(kinds) == 0 {
		f.conds = append(f.conds, "h.level IN ('grid', 'community', 'village')")
	} else {
		ids := make([]kernel.ID, len(kinds))
		for i, kind := range kinds {
			ids[i] = kernel.ID(kind)
		}
		f.conds = append(f.conds, "EXISTS (SELECT 1 FROM org o WHERE o.tenant = h.tenant AND o.id = h.org AND o.kind IN ("+f.in(ids)+"))")
	}
	f.and("h.path <> '' AND h.path = substr(?, 1, length(h.path))", string(path))
	rows, err := on(k).Query("SELECT h.person, MIN(h.title) FROM holding h WHERE "+f.where()+" GROUP BY h.person, h.role ORDER BY MIN(h.role), h.person LIMIT 100", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (rounds.Visitor, error) {
		v := rounds.Visitor{Person: &orgs.Person{}}
		return v, r.Scan(&v.Person.ID, &v.Title)
	})
}

// OrgKind implements rounds.Ground.
func (RoundGround) OrgKind(k kernel.Tx, id kernel.ID) (kind orgs.Kind, err error) {
	err = on(k).QueryRow(`SELECT kind FROM org WHERE tenant = $1 AND id = $2`, string(on(k).tenant), string(id)).Scan(&kind)
	return kind, notFound(err, kernel.T("没有这个单位", "there is no such organisation"))
}

// Spots implements rounds.Ground.
func (RoundGround) Spots(k kernel.Tx, kinds []territory.Kind, below kernel.Path) ([]rounds.Spot, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.standing(k)
	f.under("path", below)
	list := make([]kernel.ID, len(kinds))
	for i, kind := range kinds {
		list[i] = kernel.ID(kind)
	}
	f.conds = append(f.conds, "kind IN ("+f.in(list)+")")
	rows, err := on(k).Query("SELECT id, path, host FROM place WHERE "+f.where()+" ORDER BY path", f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (s rounds.Spot, err error) { return s, r.Scan(&s.ID, &s.Path, &s.Host) })
}

// Leads implements rounds.Ground.
func (RoundGround) Leads(k kernel.Tx, kind orgs.CoverKind) (map[kernel.ID]kernel.ID, error) {
	covers, err := Orgs{}.Covers(k, kind)
	out := map[kernel.ID]kernel.ID{}
	for _, c := range covers {
		if c.Lead {
			out[c.Place] = c.Org
		}
	}
	return out, err
}

// OrgNamed implements rounds.Ground.
func (RoundGround) OrgNamed(k kernel.Tx, name string) (id kernel.ID, err error) {
	err = on(k).QueryRow(`SELECT id FROM org WHERE tenant = $1 AND name = $2 ORDER BY id LIMIT 1`, string(on(k).tenant), name).Scan(&id)
	return id, notFound(err, kernel.T("没有叫「"+name+"」的单位", "there is no organisation called \""+name+"\""))
}

// Pairings implements rounds.Ground.
func (RoundGround) Pairings(k kernel.Tx, path kernel.Path) (units []rounds.Pairing, without []rounds.Named, all int, err error) {
	lo, hi := path.Range()
	rows, err := on(k).Query(`SELECT p.id, p.name, COALESCE(o.id, ''), COALESCE(o.name, '') FROM place p
		LEFT JOIN cover c ON c.tenant = p.tenant AND c.place = p.id AND c.kind = 'paired' AND c.lead = 1 AND c.to_at = 0
		LEFT JOIN org o ON o.tenant = c.tenant AND o.id = c.org
		WHERE p.tenant = $1 AND p.kind = 'compound' AND p.valid_to = 0 AND p.path >= $2 AND p.path < $3 ORDER BY o.name, o.id, p.path`, string(on(k).tenant), lo, hi)
	type row struct {
		place rounds.Named
		unit  rounds.Named
	}
	l, err := scanAll(rows, err, func(r *sql.Rows) (x row, err error) {
		return x, r.Scan(&x.place.ID, &x.place.Name, &x.unit.ID, &x.unit.Name)
	})
	for _, x := range l {
		switch n := len(units); {
		case x.unit.ID == "":
			without = append(without, x.place)
		case n > 0 && units[n-1].Unit == x.unit.ID:
			units[n-1].Compounds = append(units[n-1].Compounds, x.place)
		default:
			units = append(units, rounds.Pairing{Unit: x.unit.ID, Name: x.unit.Name, Compounds: []rounds.Named{x.place}})
		}
	}
	return units, without, len(l), err
}
