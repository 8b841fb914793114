package api

import (
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// spokenEstates is how many estates are looked into for a house that somebody named.
const spokenEstates = 8

// houseSaid finds a house that is called otherwise than the register does: 建材厂10栋2单元 is house 10 of the estates whose name
// holds 建材厂; where no such house is kept, those estates themselves.
func (s *Server) houseSaid(tx kernel.Tx, q territory.Query, page kernel.Page) (l []*territory.Place, err error) {
	estate, house, ok := territory.Spoken(q.Text)
	if !ok || len(q.Kinds) > 0 {
		return nil, nil
	}
	found, err := s.estates(tx, territory.Query{Text: estate, Within: q.Within})
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		in, _, err := s.Places.Search(tx, territory.Query{Text: house, Kinds: []territory.Kind{territory.Building}, Within: p.Path}, kernel.Page{Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, b := range in {
			if territory.IsHouse(b.Name, house) && len(l) < page.Limit {
				l = append(l, b)
			}
		}
	}
	if len(l) == 0 {
		l = found
	}
	return l, nil
}

// estates are the compounds that the words name, the first few of them.
func (s *Server) estates(tx kernel.Tx, q territory.Query) ([]*territory.Place, error) {
	q.Kinds = []territory.Kind{territory.Compound}
	l, _, err := s.Places.Search(tx, q, kernel.Page{Limit: spokenEstates})
	if err != nil || len(l) > 0 {
		return l, err
	}
	// 朝阳社区建材厂: what stands before says where the estate lies.
	_, q.Text, _ = strings.Cut(q.Text, "社区")
	if q.Text = strings.TrimSpace(q.Text); q.Text == "" {
		return nil, nil
	}
	l, _, err = s.Places.Search(tx, q, kernel.Page{Limit: spokenEstates})
	return l, err
}
