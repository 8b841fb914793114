package store

import (
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
