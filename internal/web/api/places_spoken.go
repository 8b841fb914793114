package api

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

const (
	spokenHeads  = 8  // places that are looked into for what was named below them
	longestParts = 24 // runes of a name that is taken apart
)

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
	l, _, err := s.Places.Search(tx, q, kernel.Page{Limit: spokenHeads})
	if err != nil || len(l) > 0 {
		return l, err
	}
	// 朝阳社区建材厂: what stands before says where the estate lies.
	_, q.Text, _ = strings.Cut(q.Text, "社区")
	if q.Text = strings.TrimSpace(q.Text); q.Text == "" {
		return nil, nil
	}
	l, _, err = s.Places.Search(tx, q, kernel.Page{Limit: spokenHeads})
	return l, err
}

// inParts finds places whose name was said with that of a place above, as pages show it, 龙泰东区1号楼 or 朝阳社区3网格, while the register keeps the
// two apart: the last part is looked for below what bears the first.
func (s *Server) inParts(tx kernel.Tx, q territory.Query, page kernel.Page) (found []*territory.Place, err error) {
	said := []rune(strings.TrimSpace(q.Text))
	if len(said) > longestParts {
		return nil, nil
	}
	for cut := len(said) - 1; cut > 1; cut-- {
		head, tail := strings.TrimSpace(string(said[:cut])), strings.TrimSpace(string(said[cut:]))
		if tail == "" {
			continue
		}
		above, _, err := s.Places.Search(tx, territory.Query{Text: head, Within: q.Within}, kernel.Page{Limit: spokenHeads})
		if err != nil {
			return nil, err
		}
		for _, p := range above {
			below, _, err := s.Places.Search(tx, territory.Query{Text: tail, Kinds: q.Kinds, Within: p.Path}, page)
			if err != nil {
				return nil, err
			}
			found = append(found, below...)
		}
		if len(found) > 0 {
			found = nearFirst(found, tail)
			return found[:min(len(found), page.Limit)], nil
		}
	}
	return nil, nil
}

// nearFirst puts the places that bear just the name that was said before those that hold it, and drops what was found twice.
func nearFirst(l []*territory.Place, name string) []*territory.Place {
	seen := map[kernel.ID]bool{}
	var just, others []*territory.Place
	for _, p := range l {
		switch {
		case seen[p.ID]:
		case p.Name == name:
			just = append(just, p)
		default:
			others = append(others, p)
		}
		seen[p.ID] = true
	}
	return append(just, others...)
}
