package territory

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
)

// Query asks for places by what a person types. Empty members ask nothing.
type Query struct {
	// Text is matched as the beginning of the code, as a part of the name, or as the beginning of the pinyin initials.
	Text   string
	Kinds  []Kind
	Within kernel.Path // the place and all below it
}

// Match reports whether the query finds the place: what a store's search must answer, row by row.
func (q Query) Match(p *Place) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, p.Kind) || q.Within != "" && !q.Within.Holds(p.Path) {
		return false
	}
	text := strings.TrimSpace(q.Text)
	return text == "" || strings.HasPrefix(p.Code, text) || strings.Contains(p.Name, text) ||
		strings.HasPrefix(p.Initials, strings.ToLower(text))
}

// Repo keeps places and divisions. Place methods see the tenant of the Tx only; divisions are the country's and have no
// tenant. A page's cursor is opaque and comes from the answer before; next is empty at the end. Pages are in the order of
// codes, byte by byte.
type Repo interface {
	// Place gives a place, without its shape, or not_found.
	Place(tx kernel.Tx, id kernel.ID) (*Place, error)
	// PlaceByCode gives the place that bears the code, without its shape, or not_found.
	PlaceByCode(tx kernel.Tx, code string) (*Place, error)
	// Shape gives the place with its shape, or not_found.
	Shape(tx kernel.Tx, id kernel.ID) (*Place, error)
	// Children gives the places whose parent is given ("" for the root), without shapes.
	Children(tx kernel.Tx, parent kernel.ID, page kernel.Page) (places []*Place, next string, err error)
	// Search gives the places that Query.Match finds, without shapes: those whose name is just the text first, then the others.
	Search(tx kernel.Tx, q Query, page kernel.Page) (places []*Place, next string, err error)
	// EachPlace gives every place with its shape to each, parents before children (in the order of paths), for the index and
	// for imports. An error of each ends it and is returned as it is.
	EachPlace(tx kernel.Tx, each func(*Place) error) error
	// UpsertPlaces writes the places whole, by id, all or none. A code or path that another place bears is a conflict.
	UpsertPlaces(tx kernel.Tx, places []*Place) error
	// Division gives the division that bears the code in the year's list, or in the latest that has it when year is 0; or
	// not_found.
	Division(tx kernel.Tx, code string, year int) (Division, error)
	// Divisions gives the children of a division ("" for the provinces) in the year's list.
	Divisions(tx kernel.Tx, parent string, year int, page kernel.Page) (divisions []Division, next string, err error)
	// UpsertDivisions writes divisions by year and code.
	UpsertDivisions(tx kernel.Tx, divisions []Division) error
}
