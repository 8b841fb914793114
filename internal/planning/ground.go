package planning

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// Area is a community or village: no grid reaches beyond it.
type Area struct {
	ID     kernel.ID        `json:"id"`
	Path   kernel.Path      `json:"path"`
	Code   string           `json:"code"`
	Name   string           `json:"name"`
	People int              `json:"people"`
	Shape  orb.MultiPolygon `json:"shape"`
	// Last is the highest number that a grid of it ever bore.
	Last int `json:"last"`
}

// Lot is a grid, of today or of a plan.
type Lot struct {
	ID        kernel.ID        `json:"id,omitempty"` // of the place that it is, or takes the place of
	Code      string           `json:"code"`
	Name      string           `json:"name"`
	Area      int              `json:"area"`
	Dedicated bool             `json:"dedicated,omitempty"`
	Host      kernel.ID        `json:"host,omitempty"`
	People    int              `json:"people"`
	Staff     int              `json:"staff"`
	Shape     orb.MultiPolygon `json:"shape"`
	// Kept says that it is as it was: locked, dedicated, or drawn the same again.
	Kept   bool `json:"kept,omitempty"`
	Locked bool `json:"locked,omitempty"`
	Fresh  bool `json:"fresh,omitempty"` // takes no former one's place
	// Measures of the lot.
	Off    float64     `json:"off"`  // per cent from the mean of those that are balanced
	Walk   float64     `json:"walk"` // metres
	Sites  int         `json:"sites"`
	Mix    int         `json:"mix"`
	Why    kernel.Text `json:"why,omitzero"`
	Homes  int         `json:"homes"`
	Centre orb.Point   `json:"centre"`
	// Heirs of lots that end: their ids, whose posts come here.
	Takes []kernel.ID `json:"takes,omitempty"`
}

// Home is where people live: a building, a compound without buildings, or a share of a grid's people whose houses are not known.
type Home struct {
	At       orb.Point `json:"at"`
	People   int       `json:"people"`
	Area     int       `json:"area"`
	Lot      int       `json:"lot"`      // of today, -1 for none
	Compound int       `json:"compound"` // -1 for none
	Guess    bool      `json:"guess,omitempty"`
}

// Stand is a service station.
type Stand struct {
	ID        kernel.ID `json:"id,omitempty"`
	Name      string    `json:"name"`
	At        orb.Point `json:"at"`
	Functions []string  `json:"functions,omitempty"`
}

// Ground is all that a plan is worked out from, as it was when the work began: kept, so that the plan can be worked out again.
type Ground struct {
	Areas     []Area           `json:"areas"`
	Lots      []Lot            `json:"lots"`
	Homes     []Home           `json:"homes"`
	Compounds []string         `json:"compounds"`
	Lands     []Land           `json:"lands,omitempty"` // of the compounds, in their order
	Greens    []Green          `json:"greens,omitempty"`
	Streets   kernel.ID        `json:"streets,omitempty"` // the walking network; none: straight lines
	Stands    []Stand          `json:"stands"`
	Staff     []Worker         `json:"staff"`
	Lines     []orb.LineString `json:"lines"`
	Waters    []orb.Polygon    `json:"waters"`
}

// Land is where a compound lies.
type Land struct {
	Area  int              `json:"area"`
	Shape orb.MultiPolygon `json:"shape,omitempty"` // none when only its middle is known
}

// Worker is somebody who serves grids: the account, masked nowhere because no name is held, and the lots served now.
type Worker struct {
	ID    kernel.ID `json:"id"`
	Title string    `json:"title"`
	Org   kernel.ID `json:"org,omitempty"`
	Lots  []int     `json:"lots"`
}

// guessed is about how many people a share stands for.
const guessed = 60

// surveyor builds a Ground from the places of a tenant.
type surveyor struct {
	g        *Ground
	within   kernel.Path
	areaOf   map[kernel.ID]int
	compound map[kernel.ID]int
	built    map[int]bool // compounds with buildings
	raw      []*territory.Place
	last     map[kernel.ID]int
}

func newSurveyor(within kernel.Path) *surveyor {
	return &surveyor{g: &Ground{}, within: within, areaOf: map[kernel.ID]int{}, compound: map[kernel.ID]int{}, built: map[int]bool{}, last: map[kernel.ID]int{}}
}

// areas gives the polygons of a shape, nil when it is none.
func areas(g orb.Geometry) orb.MultiPolygon {
	switch s := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{s}
	case orb.MultiPolygon:
		return s
	default:
		return nil
	}
}

// place takes one place; parents come before children.
func (s *surveyor) place(tx kernel.Tx, p *territory.Place) {
	if p.Kind.Level() == territory.LevelGrid {
		if n := trailing(p.Code); n > s.last[p.Parent] {
			s.last[p.Parent] = n
		}
	}
	if !p.Stands(tx.Now()) || !s.within.Holds(p.Path) {
		return
	}
	at, placed := orb.Point{}, false
	if p.Shape != nil {
		at, placed = geo.LabelPoint(p.Shape)
	}
	switch level := p.Kind.Level(); {
	case level == territory.LevelCommunity || level == territory.LevelVillage:
		s.areaOf[p.ID] = len(s.g.Areas)
		s.g.Areas = append(s.g.Areas, Area{ID: p.ID, Path: p.Path, Code: p.Code, Name: p.Name, People: p.People, Shape: areas(p.Shape)})
	case level == territory.LevelGrid:
		if i, ok := s.areaOf[p.Parent]; ok && areas(p.Shape) != nil {
			s.g.Lots = append(s.g.Lots, Lot{ID: p.ID, Code: p.Code, Name: p.Name, Area: i, Dedicated: p.Kind == territory.GridDedicated, Host: p.Host, People: p.People,
				Shape: areas(p.Shape), Kept: true})
		}
	case p.Kind == territory.Compound && placed:
		s.compound[p.ID] = len(s.g.Compounds)
		s.g.Compounds = append(s.g.Compounds, p.Name)
		s.g.Lands = append(s.g.Lands, Land{Shape: areas(p.Shape)})
		s.raw = append(s.raw, p)
	case p.Kind == territory.Building && placed:
		if c, ok := s.compound[p.Parent]; ok {
			s.built[c] = true
		}
		s.raw = append(s.raw, p)
	case p.Kind == territory.Site && placed && !onlyGreen(p.Functions):
		s.g.Stands = append(s.g.Stands, Stand{ID: p.ID, Name: p.Name, At: at, Functions: p.Functions})
	}
}

// trailing reads the digits at the end of a code as a number, at most three of them.
func trailing(code string) int {
	n, err := strconv.Atoi(code[max(0, len(code)-3):])
	if err != nil {
		return 0
	}
	return n
}

// onlyGreen reports whether all that a site offers is a green to walk in: that is no station.
func onlyGreen(functions []string) bool {
	return len(functions) > 0 && !slices.ContainsFunc(functions, func(f string) bool {
		return !slices.Contains([]string{"park", "garden", "playground", "village_green", "recreation_ground"}, f)
	})
}

// feature takes what lies between neighbours, and greens.
func (s *surveyor) feature(f geo.Feature) error {
	switch kind, _ := f.Properties["kind"].(string); kind {
	case "green", "park":
		if shape := areas(f.Geometry); shape != nil {
			name, _ := f.Properties["name"].(string)
			s.g.Greens = append(s.g.Greens, Green{Name: name, Shape: shape, Doors: doors(f.Properties["entrances"])})
		}
		return nil
	case "river", "railway", "water":
	default:
		return nil
	}
	switch g := f.Geometry.(type) {
	case orb.LineString:
		s.g.Lines = append(s.g.Lines, g)
	case orb.MultiLineString:
		s.g.Lines = append(s.g.Lines, g...)
	case orb.Polygon:
		s.g.Waters = append(s.g.Waters, g)
	case orb.MultiPolygon:
		s.g.Waters = append(s.g.Waters, g...)
	}
	return nil
}

// doors reads a list of [lon, lat]; nil when it is none.
func doors(v any) []orb.Point {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out []orb.Point
	if json.Unmarshal(raw, &out) != nil || slices.ContainsFunc(out, func(p orb.Point) bool { return math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 }) {
		return nil
	}
	return out
}

// finish puts homes into lots and shares out the people whose houses are not known.
func (s *surveyor) finish() *Ground {
	g := s.g
	for i := range g.Areas {
		g.Areas[i].Last = s.last[g.Areas[i].ID]
	}
	area := func(p *territory.Place) int {
		for i, a := range g.Areas {
			if a.Path.Holds(p.Path) {
				return i
			}
		}
		return -1
	}
	find := newFinder(g)
	for _, p := range s.raw {
		c, own := -1, s.compound
		if p.Kind == territory.Compound {
			c = own[p.ID]
			if g.Lands[c].Area = area(p); g.Lands[c].Area < 0 {
				g.Lands[c].Shape = nil
			}
			if s.built[c] {
				continue
			}
		} else if k, ok := own[p.Parent]; ok {
			c = k
		}
		at, _ := geo.LabelPoint(p.Shape)
		if a := area(p); a >= 0 {
			g.Homes = append(g.Homes, Home{At: at, People: p.People, Area: a, Lot: find.lot(a, at), Compound: c})
		}
	}
	s.share()
	return g
}

// share gives the people of lots (of areas without lots) that live in no known building to points spread over the ground.
func (s *surveyor) share() {
	g := s.g
	known, bare := make([]int, len(g.Lots)), make([]int, len(g.Areas))
	has := make([]bool, len(g.Areas))
	for _, h := range g.Homes {
		if h.Lot >= 0 {
			known[h.Lot] += h.People
		} else {
			bare[h.Area] += h.People
		}
	}
	for i, l := range g.Lots {
		has[l.Area] = true
		if rest := l.People - known[i]; rest > 0 {
			s.spread(l.Shape, rest, l.Area, i)
		}
	}
	for i, a := range g.Areas {
		if rest := a.People - bare[i]; !has[i] && rest > 0 && a.Shape != nil {
			s.spread(a.Shape, rest, i, -1)
		}
	}
}

func (s *surveyor) spread(shape orb.MultiPolygon, people, area, lot int) {
	n := max(1, min(40, people/guessed))
	in, b := geo.Prepare(shape), shape.Bound()
	var spots []orb.Point
	kx := math.Cos(b.Center()[1] * math.Pi / 180)
	step := math.Sqrt(geo.Area(shape)/float64(n)) / 111195
	for y := b.Min[1] + step/2; y < b.Max[1] && step > 0; y += step {
		for x := b.Min[0] + step/kx/2; x < b.Max[0]; x += step / kx {
			pt := orb.Point{x, y}
			wet := slices.ContainsFunc(s.g.Waters, func(w orb.Polygon) bool { return geo.Locate(w, pt) != geo.Outside })
			if in.Locate(pt) == geo.Inside && !wet {
				spots = append(spots, pt)
			}
		}
	}
	if len(spots) == 0 {
		at, ok := geo.LabelPoint(shape)
		if !ok {
			return
		}
		spots = append(spots, at)
	}
	for i, at := range spots {
		share := people*(i+1)/len(spots) - people*i/len(spots)
		s.g.Homes = append(s.g.Homes, Home{At: at, People: share, Area: area, Lot: lot, Compound: -1, Guess: true})
	}
}

// finder tells which lot of an area holds a point.
type finder struct{ of [][]found }

type found struct {
	lot  int
	area *geo.Prepared
}

func newFinder(g *Ground) *finder {
	f := &finder{of: make([][]found, len(g.Areas))}
	for i, l := range g.Lots {
		f.of[l.Area] = append(f.of[l.Area], found{i, geo.Prepare(l.Shape)})
	}
	return f
}

// lot gives the lot with the lowest code, as they stand in that order; -1 for none.
func (f *finder) lot(area int, at orb.Point) int {
	for _, x := range f.of[area] {
		if x.area.Locate(at) != geo.Outside {
			return x.lot
		}
	}
	return -1
}

// People sums the homes.
func (g *Ground) People() (n, guess int) {
	for _, h := range g.Homes {
		n += h.People
		if h.Guess {
			guess += h.People
		}
	}
	return n, guess
}

// plainName cuts what many names of communities end in.
func plainName(s string) string {
	for _, end := range []string{"居民委员会", "居委会", "村民委员会", "村委会"} {
		if t, ok := strings.CutSuffix(s, end); ok && t != "" {
			return t
		}
	}
	return s
}
