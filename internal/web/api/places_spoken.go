package api

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// spokenEstates is how many estates are looked into for a house that somebody named.
const spokenEstates = 8

// searchPlaces finds places by what is typed. Where no name holds all of it, the parts are tried: 建材厂10号楼 is house 10 of
// the estates whose name holds 建材厂; where no such house is kept, those estates themselves.
func (s *Server) searchPlaces(tx kernel.Tx, q territory.Query, page kernel.Page) ([]*territory.Place, string, error) {
	l, next, err := s.Places.Search(tx, q, page)
	if err != nil || len(l) > 0 || page.After != "" {
		return l, next, err
	}
	found, houses, err := s.houses(tx, q, page)
	if err != nil || len(houses) > 0 {
		return houses, "", err
	}
	if l, err = s.inParts(tx, q, page); err != nil || len(l) > 0 {
		return l, "", err
	}
	if len(q.Kinds) > 0 {
		return nil, "", nil
	}
	return found, "", nil
}

// houses gives the estates that the words name and, of their houses, those with the number that follows.
func (s *Server) houses(tx kernel.Tx, q territory.Query, page kernel.Page) (found, houses []*territory.Place, err error) {
	estate, house, ok := territory.Spoken(q.Text)
	if !ok || len(q.Kinds) > 0 && !slices.Contains(q.Kinds, territory.Building) {
		return nil, nil, nil
	}
	if found, err = s.estates(tx, territory.Query{Text: estate, Within: q.Within}); err != nil {
		return nil, nil, err
	}
	for _, p := range found {
		in, _, err := s.Places.Search(tx, territory.Query{Text: house, Kinds: []territory.Kind{territory.Building}, Within: p.Path}, kernel.Page{Limit: 100})
		if err != nil {
			return nil, nil, err
		}
		for _, b := range in {
			if territory.IsHouse(b.Name, house) && len(houses) < page.Limit {
				houses = append(houses, b)
			}
		}
	}
	return found, houses, nil
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
