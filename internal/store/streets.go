package store

import (
	"database/sql"

	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
)

var _ planning.Paved = Planning{}

var noStreets = kernel.T("没有这张路网，请重新导入地图", "there is no such walking network; import the map again")

// PutStreets implements planning.Paved.
func (Planning) PutStreets(k kernel.Tx, s *planning.Streets, body []byte) error {
	return do(k, `INSERT INTO streets (tenant, id, put_at, source, digest, nodes, metres, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(on(k).tenant), string(s.ID), ms(s.At), s.Source, s.Digest, s.Nodes, s.Metres, body)
}

// Streets implements planning.Paved.
func (Planning) Streets(k kernel.Tx) (*planning.Streets, error) {
	s := &planning.Streets{}
	var put int64
	err := on(k).QueryRow(`SELECT id, put_at, source, digest, nodes, metres FROM streets WHERE tenant = $1 ORDER BY id DESC LIMIT 1`, string(on(k).tenant)).
		Scan(&s.ID, &put, &s.Source, &s.Digest, &s.Nodes, &s.Metres)
	if kernel.Is(notFound(err, noStreets), kernel.KindNotFound) {
		return nil, nil
	}
	s.At = at(put)
	return s, err
}

// StreetBody implements planning.Paved.
func (Planning) StreetBody(k kernel.Tx, id kernel.ID) (body []byte, err error) {
	err = on(k).QueryRow(`SELECT body FROM streets WHERE tenant = $1 AND id = $2`, string(on(k).tenant), string(id)).Scan(&body)
	return body, notFound(err, noStreets)
}

var _ planning.Crew = Planning{}

// Hands implements planning.Crew.
func (Planning) Hands(k kernel.Tx, org kernel.ID, role kernel.Role) ([]*planning.Hand, error) {
	t, now := string(on(k).tenant), ms(on(k).now)
	rows, err := on(k).Query(`SELECT p.id, p.name, h.title, h.place, h.path FROM holding h JOIN person p ON p.tenant = h.tenant AND p.id = h.person
		WHERE h.tenant = $1 AND h.org = $2 AND h.role = $3 AND h.from_at <= $4 AND (h.to_at = 0 OR h.to_at > $4) AND h.path <> ''
		AND NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant = p.tenant AND a.id = p.id AND a.disabled = 1)
		ORDER BY p.id, h.id LIMIT 1000`, t, string(org), string(role), now)
	var out []*planning.Hand
	at := map[kernel.ID]*planning.Hand{}
	_, err = scanAll(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var x planning.Hand
		var p planning.HandPost
		if err := r.Scan(&x.ID, &x.NameSealed, &p.Title, &p.Place, &p.Path); err != nil {
			return struct{}{}, err
		}
		if at[x.ID] == nil {
			at[x.ID] = &x
			out = append(out, &x)
		}
		at[x.ID].Posts = append(at[x.ID].Posts, p)
		return struct{}{}, nil
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	rows, err = on(k).Query(`SELECT assignee, lon, lat, CASE WHEN unit = $2 AND confidential = 0 THEN 1 ELSE 0 END FROM case_record WHERE tenant = $1 AND ended = '' AND assignee <> '' AND assignee IN
		(SELECT person FROM holding WHERE tenant = $1 AND org = $2 AND role = $3) ORDER BY id`, t, string(org), string(role))
	_, err = scanAll(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var who kernel.ID
		var p orb.Point
		near := 0
		if err = r.Scan(&who, &p[0], &p[1], &near); err != nil || at[who] == nil {
			return struct{}{}, err
		}
		at[who].Load++
		if near == 1 {
			at[who].Held = append(at[who].Held, p)
		}
		return struct{}{}, nil
	})
	return out, err
}
