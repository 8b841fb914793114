package osmpbf

import (
	"slices"

	"github.com/paulmach/orb"
)

// Shape is an element with the tags that were asked for and where it lies: a point, a closed way as a polygon, an open one as
// a line, or a relation of type multipolygon or boundary as a multipolygon.
type Shape struct {
	Type     byte // 'n', 'w' or 'r'
	ID       int64
	Tags     map[string]string
	Geometry orb.Geometry
}

// Shapes gives the elements that want chooses, in the order nodes, ways, relations, with the tags named. Elements of which the
// file lacks a part are left out, as are relations whose rings do not close.
func Shapes(file []byte, keys []string, want func(tags Tags) bool) ([]Shape, error) {
	a := &assembly{lines: map[int64][]int64{}, need: map[int64]bool{}, at: map[int64]orb.Point{}}
	var nodes, ways []Shape
	var relations []relation
	take := func(kind byte, id int64, tags Tags) Shape {
		s := Shape{Type: kind, ID: id, Tags: map[string]string{}}
		for _, k := range keys {
			if v := tags.Find(k); v != "" {
				s.Tags[k] = v
			}
		}
		return s
	}
	err := Scan(file, Handler{Relation: func(id int64, members []Member, tags Tags) error {
		if t := tags.Find("type"); (t == "multipolygon" || t == "boundary") && want(tags) {
			relations = append(relations, relation{take('r', id, tags), slices.Clone(members)})
			for _, m := range members {
				if m.Type == 'w' {
					a.need[m.Ref] = true
				}
			}
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	err = Scan(file, Handler{Way: func(id int64, refs []int64, tags Tags) error {
		chosen := tags.Len() > 0 && want(tags)
		if chosen {
			ways = append(ways, take('w', id, tags))
		}
		if chosen || a.need[id] {
			a.lines[id] = slices.Clone(refs)
			for _, r := range refs {
				a.at[r] = orb.Point{}
			}
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	here := map[int64]bool{}
	err = Scan(file, Handler{Node: func(id int64, at orb.Point, tags Tags) error {
		if _, ok := a.at[id]; ok {
			a.at[id], here[id] = at, true
		}
		if tags.Len() > 0 && want(tags) {
			s := take('n', id, tags)
			s.Geometry = at
			nodes = append(nodes, s)
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	a.here = here
	return a.join(nodes, ways, relations), nil
}

type relation struct {
	Shape
	members []Member
}

// assembly puts shapes together.
type assembly struct {
	lines map[int64][]int64
	need  map[int64]bool
	at    map[int64]orb.Point
	here  map[int64]bool
}

func (a *assembly) join(nodes, ways []Shape, relations []relation) []Shape {
	out := nodes
	for _, w := range ways {
		line, ok := a.line(a.lines[w.ID])
		switch {
		case !ok || len(line) < 2:
			continue
		case len(line) >= 4 && line[0] == line[len(line)-1]:
			w.Geometry = orb.Polygon{orb.Ring(line)}
		default:
			w.Geometry = line
		}
		out = append(out, w)
	}
	for _, r := range relations {
		outer, inner := a.rings(r.members, false), a.rings(r.members, true)
		if len(outer) == 0 {
			continue
		}
		var shape orb.MultiPolygon
		for _, ring := range outer {
			shape = append(shape, orb.Polygon{ring})
		}
		for _, hole := range inner {
			for i := range shape {
				if shape[i][0].Bound().Contains(hole[0]) { // the validity of what comes out is checked by who stores it
					shape[i] = append(shape[i], hole)
					break
				}
			}
		}
		r.Geometry = shape
		out = append(out, r.Shape)
	}
	return out
}

func (a *assembly) line(refs []int64) (orb.LineString, bool) {
	line := make(orb.LineString, 0, len(refs))
	for _, r := range refs {
		if !a.here[r] {
			return nil, false
		}
		if p := a.at[r]; len(line) == 0 || line[len(line)-1] != p {
			line = append(line, p)
		}
	}
	return line, true
}

// rings links a relation's outer or inner ways end to end; nil when one of them is missing or a ring does not close.
func (a *assembly) rings(members []Member, inner bool) []orb.Ring {
	var left [][]int64
	for _, m := range members {
		if m.Type == 'w' && (m.Role == "inner") == inner {
			refs := a.lines[m.Ref]
			if len(refs) < 2 {
				return nil
			}
			left = append(left, refs)
		}
	}
	var out []orb.Ring
	for len(left) > 0 {
		chain := slices.Clone(left[0])
		left = slices.Clone(left[1:])
		for chain[0] != chain[len(chain)-1] {
			end := chain[len(chain)-1]
			i := slices.IndexFunc(left, func(r []int64) bool { return r[0] == end || r[len(r)-1] == end })
			if i < 0 {
				return nil
			}
			next := slices.Clone(left[i])
			if next[0] != end {
				slices.Reverse(next)
			}
			chain, left = append(chain, next[1:]...), slices.Delete(left, i, i+1)
		}
		line, ok := a.line(chain)
		if !ok || len(line) < 4 {
			return nil
		}
		out = append(out, orb.Ring(line))
	}
	return out
}
