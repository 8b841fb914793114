package geo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"sanzhi/internal/kernel"
)

// FaultKind is what is wrong with a tiling.
type FaultKind string

// The kinds of fault.
const (
	FaultGap     FaultKind = "gap"     // ground that no part holds
	FaultOverlap FaultKind = "overlap" // ground that two parts hold
	FaultBeyond  FaultKind = "beyond"  // ground of a part outside the outer area
	FaultInvalid FaultKind = "invalid" // a shape that is no valid area
)

// AllFaultKinds lists the closed set.
var AllFaultKinds = []FaultKind{FaultGap, FaultOverlap, FaultBeyond, FaultInvalid}

// Part is one named piece of a tiling: a Polygon or MultiPolygon in WGS84.
type Part struct {
	Name  string
	Shape orb.Geometry
}

// Fault is one place where parts do not tile. Shape is where: the area concerned, or a point where it is too small for
// floats to draw (Area is zero then).
type Fault struct {
	Kind  FaultKind
	Names []string // the parts concerned; for a gap, those that border on it
	Shape orb.Geometry
	Area  float64 // m²
	Say   kernel.Text
}

// CheckCoverage reports where the parts do not tile: invalid shapes, pairs that overlap, parts that reach beyond outer, and
// gaps. With outer nil a gap is ground that the parts enclose. No fault means that every point of outer is in exactly one
// part or on borders. That verdict is exact, down to the last bit of the coordinates; gaps without overlaps are drawn
// exactly too. Shapes of overlaps, and of gaps beside overlaps, are drawn in floats. Invalid shapes take no further part.
func CheckCoverage(outer orb.Geometry, parts []Part) []Fault {
	c := &coverage{outer: outer}
	if outer != nil {
		if f := Validate(outer); f != nil {
			return []Fault{invalid("", f)}
		}
		c.ready = append(c.ready, Prepare(outer))
		c.weights = append(c.weights, 1)
	}
	for _, p := range parts {
		if f := Validate(p.Shape); f != nil {
			c.faults = append(c.faults, invalid(p.Name, f))
			continue
		}
		c.parts = append(c.parts, p)
		c.areas = append(c.areas, Prepare(p.Shape))
		c.weights = append(c.weights, -1)
	}
	c.ready = append(c.ready, c.areas...)
	left := residue(c.ready, c.weights)
	if outer != nil && len(left) == 0 {
		return c.faults // the proof: see chain
	}
	c.pairs()
	c.beyond()
	c.gaps(left)
	return c.faults
}

func invalid(name string, f *Flaw) Fault {
	zh, en := "“"+name+"”的形状不对：", fmt.Sprintf("the shape of %q is not valid: ", name)
	names := []string{name}
	if name == "" {
		zh, en, names = "外边界的形状不对：", "the shape of the outer border is not valid: ", nil
	}
	return Fault{Kind: FaultInvalid, Names: names, Shape: f.At, Say: kernel.T(zh+f.Say.Zh, en+f.Say.En)}
}

type coverage struct {
	outer   orb.Geometry
	parts   []Part
	areas   []*Prepared // of parts
	ready   []*Prepared // outer, if any, then areas
	weights []int
	faults  []Fault
	crossed bool // areas overlap, so that borders may cross and weights pile up
}

// pairs finds every overlap of two parts.
func (c *coverage) pairs() {
	var tree rtree.RTreeG[int]
	for i, a := range c.areas {
		var near []int
		tree.Search(a.bound.Min, a.bound.Max, func(_, _ [2]float64, j int) bool {
			near = append(near, j)
			return true
		})
		slices.Sort(near)
		for _, j := range near {
			if r := relate(c.areas[j], a, true); r.overlap() {
				c.overlap(j, i, r.at)
			}
		}
		tree.Insert(a.bound.Min, a.bound.Max, i)
	}
}

func (c *coverage) overlap(i, j int, at orb.Point) {
	c.crossed = true
	a, b := c.parts[i], c.parts[j]
	f := Fault{Kind: FaultOverlap, Names: []string{a.Name, b.Name}, Shape: at}
	if shape, err := Intersection(a.Shape, b.Shape); err == nil {
		f.draw(shape)
	}
	f.Say = kernel.T(fmt.Sprintf("“%s”与“%s”重叠 %s 平方米", a.Name, b.Name, squareMetres(f.Area)),
		fmt.Sprintf("%q and %q overlap by %s m²", a.Name, b.Name, squareMetres(f.Area)))
	c.faults = append(c.faults, f)
}

// draw sets the shape of the fault, unless floats left nothing of it.
func (f *Fault) draw(shape orb.MultiPolygon) {
	if len(shape) == 0 {
		return
	}
	f.Shape, f.Area = shape, Area(shape)
	if len(shape) == 1 {
		f.Shape = shape[0]
	}
}

func squareMetres(v float64) string {
	if v > 0 && v < 0.01 {
		return fmt.Sprintf("%.2g", v)
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

// beyond finds every part that reaches outside outer.
func (c *coverage) beyond() {
	if c.outer == nil {
		return
	}
	for i, a := range c.areas {
		r := relate(a, c.ready[0], false)
		if !r.beyond() {
			continue
		}
		c.crossed = true
		p := c.parts[i]
		f := Fault{Kind: FaultBeyond, Names: []string{p.Name}, Shape: a.edges[0].a}
		if r.cross {
			f.Shape = r.at
		}
		if shape, err := Difference(p.Shape, c.outer); err == nil {
			f.draw(shape)
		}
		f.Say = kernel.T(fmt.Sprintf("“%s”超出外边界 %s 平方米", p.Name, squareMetres(f.Area)),
			fmt.Sprintf("%q reaches %s m² beyond the outer border", p.Name, squareMetres(f.Area)))
		c.faults = append(c.faults, f)
	}
}

// gaps finds the ground that no part holds. left is the border of outer minus the parts.
func (c *coverage) gaps(left chain) {
	// Without crossings the chain itself draws the gaps: its counter-clockwise rings are what the parts leave or enclose,
	// its clockwise ones parts that stand inside a gap, or the far side of the whole when there is no outer.
	var found []orb.Polygon
	if c.crossed {
		found = c.overlayGaps()
	} else {
		found = assemble(left.rings())
	}
	for _, p := range found {
		f := Fault{Kind: FaultGap, Names: c.bordering(p), Shape: p, Area: Area(p)}
		near, en := "", ""
		if len(f.Names) > 0 {
			near, en = "，邻近“"+strings.Join(f.Names, "”“")+"”", ", beside "+strings.Join(f.Names, ", ")
		}
		f.Say = kernel.T(fmt.Sprintf("有空隙 %s 平方米%s", squareMetres(f.Area), near), fmt.Sprintf("there is a gap of %s m²%s", squareMetres(f.Area), en))
		c.faults = append(c.faults, f)
	}
}

// overlayGaps is the way when overlaps make borders cross: floats decide, and slivers below a square millimetre, which are
// their rounding, are left out. When the overlay gives up, the overlaps are told alone: they must be mended first anyway.
func (c *coverage) overlayGaps() []orb.Polygon {
	shapes := make([]orb.Geometry, len(c.parts))
	for i, p := range c.parts {
		shapes[i] = p.Shape
	}
	union, err := Union(shapes)
	if err != nil {
		return nil
	}
	var found orb.MultiPolygon
	if c.outer != nil {
		if found, err = Difference(c.outer, union); err != nil {
			return nil
		}
	} else {
		for _, p := range union {
			for _, hole := range p[1:] {
				found = append(found, orb.Polygon{hole})
			}
		}
		if len(found) > 0 {
			if rest, err := Difference(found, union); err == nil {
				found = rest // parts may stand inside a hole of others
			}
		}
	}
	return slices.DeleteFunc(found, func(p orb.Polygon) bool { return Area(p) < 1e-6 })
}

// bordering names the parts that touch the gap, at most a handful.
func (c *coverage) bordering(gap orb.Polygon) []string {
	g := Prepare(gap)
	var names []string
	for i, a := range c.areas {
		if len(names) == 8 {
			break
		}
		if a.bound.Intersects(g.bound) && slices.ContainsFunc(g.edges, func(e edge) bool { return a.Locate(e.a) != Outside }) {
			names = append(names, c.parts[i].Name)
		}
	}
	return names
}

// FaultMap gives the faults as features for a map: properties kind, names, area_m2, zh and en.
func FaultMap(faults []Fault) []Feature {
	out := make([]Feature, len(faults))
	for i, f := range faults {
		names := f.Names
		if names == nil {
			names = []string{}
		}
		out[i] = Feature{Index: i, Geometry: f.Shape, Properties: map[string]any{
			"kind": string(f.Kind), "names": names, "area_m2": f.Area, "zh": f.Say.Zh, "en": f.Say.En,
		}}
	}
	return out
}
