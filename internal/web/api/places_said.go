package api

import (
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

const (
	longestSaid = 24 // runes of a name that is taken apart
	fewHeads    = 8  // places that may bear the first part of a name
)

// placesSaid finds places by what people type. A house is said with its compound before it, 龙泰东区1号楼, as every page shows it, while
// the register keeps the two names apart: when nothing bears the whole, the last part is looked for below what bears the first.
func (s *Server) placesSaid(tx kernel.Tx, q territory.Query, page kernel.Page) ([]*territory.Place, string, error) {
	found, next, err := s.Places.Search(tx, q, page)
	if err != nil || len(found) > 0 || page.After != "" {
		return found, next, err
	}
	said := []rune(strings.TrimSpace(q.Text))
	if len(said) > longestSaid {
		return found, "", nil
	}
	for cut := len(said) - 1; cut > 1; cut-- {
		head, tail := strings.TrimSpace(string(said[:cut])), strings.TrimSpace(string(said[cut:]))
		if tail == "" {
			continue
		}
		above, _, err := s.Places.Search(tx, territory.Query{Text: head, Within: q.Within}, kernel.Page{Limit: fewHeads})
		if err != nil {
			return nil, "", err
		}
		for _, p := range above {
			below, _, err := s.Places.Search(tx, territory.Query{Text: tail, Kinds: q.Kinds, Within: p.Path}, page)
			if err != nil {
				return nil, "", err
			}
			found = append(found, below...)
		}
		if len(found) > 0 {
			found = nearFirst(found, tail)
			return found[:min(len(found), page.Limit)], "", nil
		}
	}
	found, err = s.houseSaid(tx, q, page)
	return found, "", err
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
