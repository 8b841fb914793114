package geo

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"sanzhi/internal/kernel"
)

// Flaw is why an area is not valid, and where.
type Flaw struct {
	Say kernel.Text
	At  orb.Point
}

// side is one side of a ring, as validity sees it.
type side struct {
	edge
	ring, index, sides int
}

// Validate checks an area exactly against the rules of OGC Simple Features 1.2.1 (6.1.11, 6.1.13): closed rings with area,
// no ring crossing or touching itself, rings that cross no other and share no side, holes inside their shell and not
// inside each other, a connected interior, and members of a MultiPolygon that do not overlap. nil means valid. Only the
// first flaw is told. Geometries without area are flawed.
func Validate(g orb.Geometry) *Flaw {
	polys := polygons(g)
	if len(polys) == 0 {
		return &Flaw{Say: kernel.T("不是面", "it is not an area")}
	}
	for _, p := range polys {
		if f := validatePolygon(p); f != nil {
			return f
		}
	}
	for i, p := range polys {
		for j := range i {
			a, b := Prepare(p), Prepare(polys[j])
			if a.bound.Intersects(b.bound) && relate(a, b, true).overlap() {
				return &Flaw{kernel.T("多个面互相重叠", "its members overlap"), p[0][0]}
			}
		}
	}
	return nil
}

func validatePolygon(p orb.Polygon) *Flaw {
	var tree rtree.RTreeG[side]
	if len(p) == 0 {
		return &Flaw{Say: kernel.T("面没有环", "the polygon has no ring")}
	}
	for i, r := range p {
		if f := addSides(&tree, r, i); f != nil {
			return f
		}
	}
	touch := newTouches(len(p))
	var flaw *Flaw
	tree.Scan(func(lo, hi [2]float64, s side) bool {
		tree.Search(lo, hi, func(_, _ [2]float64, t side) bool {
			if t.ring < s.ring || t.ring == s.ring && t.index <= s.index {
				return true
			}
			flaw = touch.meet(s, t)
			return flaw == nil
		})
		return flaw == nil
	})
	if flaw != nil {
		return flaw
	}
	return nested(p)
}

func addSides(tree *rtree.RTreeG[side], r orb.Ring, ring int) *Flaw {
	if len(r) < 4 || r[0] != r[len(r)-1] {
		at := orb.Point{}
		if len(r) > 0 {
			at = r[0]
		}
		return &Flaw{kernel.T("环没有闭合或不足四个点", "a ring is not closed or has fewer than four positions"), at}
	}
	index := 0
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if a == b {
			return &Flaw{kernel.T("环有连续重复的点", "a ring repeats a position"), a}
		}
		tree.Insert([2]float64{min(a[0], b[0]), min(a[1], b[1])}, [2]float64{max(a[0], b[0]), max(a[1], b[1])},
			side{edge{a, b}, ring, index, len(r) - 1})
		index++
	}
	return nil
}

// touches knows which rings meet in which points: a cycle among them cuts the interior in two.
type touches struct {
	parent []int // union-find over rings, then points
	points map[orb.Point]int
	joined map[[2]int]bool
}

func newTouches(rings int) *touches {
	t := &touches{points: map[orb.Point]int{}, joined: map[[2]int]bool{}}
	for i := range rings {
		t.parent = append(t.parent, i)
	}
	return t
}

func (t *touches) find(i int) int {
	for t.parent[i] != i {
		t.parent[i] = t.parent[t.parent[i]]
		i = t.parent[i]
	}
	return i
}

// join notes that a ring passes through p; false when that closes a cycle.
func (t *touches) join(ring int, p orb.Point) bool {
	node, ok := t.points[p]
	if !ok {
		node = len(t.parent)
		t.parent = append(t.parent, node)
		t.points[p] = node
	}
	if t.joined[[2]int{ring, node}] {
		return true
	}
	t.joined[[2]int{ring, node}] = true
	a, b := t.find(ring), t.find(node)
	t.parent[a] = b
	return a != b
}

// meet judges two different sides of one polygon.
func (t *touches) meet(s, o side) *Flaw {
	if crossProperly(s.a, s.b, o.a, o.b) {
		return &Flaw{kernel.T("边线自相交", "its border crosses itself"), crossing(s.edge, o.edge)}
	}
	if s.ring == o.ring && (o.index == s.index+1 || s.index == 0 && o.index == s.sides-1) {
		return spike(s, o)
	}
	var at []orb.Point
	for _, p := range []orb.Point{s.a, s.b} {
		if onSegment(o.a, o.b, p) {
			at = append(at, p)
		}
	}
	for _, p := range []orb.Point{o.a, o.b} {
		if onSegment(s.a, s.b, p) && p != s.a && p != s.b {
			at = append(at, p)
		}
	}
	switch {
	case len(at) == 0:
		return nil
	case len(at) > 1:
		return &Flaw{kernel.T("两段边线重合", "two stretches of its border coincide"), at[0]}
	case s.ring == o.ring:
		return &Flaw{kernel.T("环碰到自己", "a ring touches itself"), at[0]}
	case !t.join(s.ring, at[0]) || !t.join(o.ring, at[0]):
		return &Flaw{kernel.T("内部被孔洞切断，请拆成几个面", "its holes cut the interior apart; split it"), at[0]}
	}
	return nil
}

// spike judges two neighbouring sides of one ring: they may share only their common vertex.
func spike(s, o side) *Flaw {
	pairs := [][3]orb.Point{}
	if s.b == o.a {
		pairs = append(pairs, [3]orb.Point{s.a, s.b, o.b})
	}
	if o.b == s.a {
		pairs = append(pairs, [3]orb.Point{o.a, s.a, s.b})
	}
	for _, p := range pairs {
		if onSegment(p[0], p[1], p[2]) || onSegment(p[1], p[2], p[0]) {
			return &Flaw{kernel.T("边线折回，成了尖刺", "its border doubles back into a spike"), p[1]}
		}
	}
	return nil
}

// nested checks that every hole is in the shell and in no other hole. Rings do not cross here, so that one vertex off the
// other ring decides.
func nested(p orb.Polygon) *Flaw {
	rings := make([]*Prepared, len(p))
	for i, r := range p {
		rings[i] = Prepare(r)
	}
	for i := 1; i < len(p); i++ {
		for j := range p {
			if i == j {
				continue
			}
			want := Outside
			if j == 0 {
				want = Inside
			}
			if got := ringIn(p[i], rings[j]); got != want {
				return &Flaw{kernel.T(fmt.Sprintf("第 %d 个孔洞不在外环之内，或套在别的孔洞里", i), fmt.Sprintf("hole %d is not inside the shell, or is inside another hole", i)), p[i][0]}
			}
		}
	}
	return nil
}

func ringIn(r orb.Ring, area *Prepared) Position {
	for _, v := range r {
		if at := area.Locate(v); at != Border {
			return at
		}
	}
	for i := 1; i < len(r); i++ {
		if at := area.locateExact(midpoint(r[i-1], r[i])); at != Border {
			return at
		}
	}
	return Border
}

// crossing is where two properly crossing sides meet, as near as floats can say.
func crossing(s, o edge) orb.Point {
	dx, dy := s.b[0]-s.a[0], s.b[1]-s.a[1]
	ex, ey := o.b[0]-o.a[0], o.b[1]-o.a[1]
	det := dx*ey - dy*ex
	if det == 0 {
		return s.a
	}
	t := ((o.a[0]-s.a[0])*ey - (o.a[1]-s.a[1])*ex) / det
	t = max(0, min(1, t))
	return orb.Point{s.a[0] + t*dx, s.a[1] + t*dy}
}
