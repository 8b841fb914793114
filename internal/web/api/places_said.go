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

// inParts finds places whose name was said with that of a place above, as pages show it, 龙泰东区1号楼 or 朝阳社区3网格, while the register keeps the
// two apart: the last part is looked for below what bears the first.
func (s *Server) inParts(tx kernel.Tx, q territory.Query, page kernel.Page) (found []*territory.Place, err error) {
	said := []rune(strings.TrimSpace(q.Text))
	if len(said) > longestSaid {
		return nil, nil
	}
	for cut := len(said) - 1; cut > 1; cut-- {
		head, tail := strings.TrimSpace(string(said[:cut])), strings.TrimSpace(string(said[cut:]))
		if tail == "" {
			continue
		}
		above, _, err := s.Places.Search(tx, territory.Query{Text: head, Within: q.Within}, kernel.Page{Limit: fewHeads})
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
