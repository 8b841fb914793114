package geo

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// sheet cuts a rectangle into cols × rows cells whose inner corners are moved at random and whose sides are bent, all
// vertices shared. It gives the cells and the outer border.
func sheet(cols, rows, bends int, seed uint64) ([]Part, orb.Polygon) {
	r := rand.New(rand.NewPCG(seed, 1))
	node := func(i, j float64) orb.Point { return orb.Point{101.7 + i*0.004, 36.6 + j*0.004} }
	corner := map[[2]int]orb.Point{}
	for i := range cols + 1 {
		for j := range rows + 1 {
			corner[[2]int{i, j}] = node(float64(i)+(r.Float64()-0.5)*0.4, float64(j)+(r.Float64()-0.5)*0.4)
		}
	}
	sides := map[[4]int][]orb.Point{}
	side := func(a, b [2]int) []orb.Point { // from a to b, without b
		key := [4]int{a[0], a[1], b[0], b[1]}
		if s, ok := sides[key]; ok {
			return s
		}
		p, q := corner[a], corner[b]
		path := []orb.Point{p}
		for k := 1; k <= bends; k++ {
			f := float64(k) / float64(bends+1)
			path = append(path, orb.Point{p[0] + f*(q[0]-p[0]) + (r.Float64()-0.5)*0.0002, p[1] + f*(q[1]-p[1]) + (r.Float64()-0.5)*0.0002})
		}
		back := append(slices.Clone(path[1:]), q)
		slices.Reverse(back)
		sides[key], sides[[4]int{b[0], b[1], a[0], a[1]}] = path, back
		return path
	}
	var parts []Part
	for j := range rows {
		for i := range cols {
			c := [][2]int{{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}, {i, j}}
			var ring orb.Ring
			for k := range 4 {
				ring = append(ring, side(c[k], c[k+1])...)
			}
			parts = append(parts, Part{fmt.Sprintf("%d-%d", i, j), orb.Polygon{append(ring, ring[0])}})
		}
	}
	var border orb.Ring
	for i := range cols {
		border = append(border, side([2]int{i, 0}, [2]int{i + 1, 0})...)
	}
	for j := range rows {
		border = append(border, side([2]int{cols, j}, [2]int{cols, j + 1})...)
	}
	for i := cols; i > 0; i-- {
		border = append(border, side([2]int{i, rows}, [2]int{i - 1, rows})...)
	}
	for j := rows; j > 0; j-- {
		border = append(border, side([2]int{0, j}, [2]int{0, j - 1})...)
	}
	return parts, orb.Polygon{append(border, border[0])}
}

func rect(x0, y0, x1, y1 float64) orb.Polygon {
	return orb.Polygon{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}}
}

type brief struct {
	Kind  FaultKind
	Names string
}

func briefs(faults []Fault) []brief {
	var out []brief
	for _, f := range faults {
		out = append(out, brief{f.Kind, fmt.Sprint(f.Names)})
	}
	return out
}

func TestCoverage(t *testing.T) {
	holed := orb.Polygon{rect(0, 0, 3, 3)[0], rect(1, 1, 2, 2)[0]}
	bow := orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}
	up := math.Nextafter(1, 2)
	for _, c := range []struct {
		name  string
		outer orb.Geometry
		parts []Part
		want  []brief
	}{
		{"two halves", rect(0, 0, 2, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(1, 0, 2, 1)}}, nil},
		{"no outer", nil, []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(1, 0, 2, 1)}}, nil},
		{"apart, no outer", nil, []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(5, 0, 6, 1)}}, nil},
		{"corner on a straight side", rect(0, 0, 2, 2), []Part{{"a", rect(0, 0, 2, 1)}, {"b", rect(0, 1, 1, 2)}, {"c", rect(1, 1, 2, 2)}}, nil},
		{"clockwise ring", rect(0, 0, 2, 1), []Part{{"a", orb.Polygon{{{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}}}}, {"b", rect(1, 0, 2, 1)}}, nil},
		{"island in a hole", rect(0, 0, 3, 3), []Part{{"a", holed}, {"b", rect(1, 1, 2, 2)}}, nil},
		{"part of two pieces", rect(0, 0, 3, 1), []Part{{"a", orb.MultiPolygon{rect(0, 0, 1, 1), rect(2, 0, 3, 1)}}, {"b", rect(1, 0, 2, 1)}}, nil},
		{"missing half", rect(0, 0, 2, 1), []Part{{"a", rect(0, 0, 1, 1)}}, []brief{{FaultGap, "[a]"}}},
		{"no part", rect(0, 0, 2, 1), nil, []brief{{FaultGap, "[]"}}},
		{"empty hole", rect(0, 0, 3, 3), []Part{{"a", holed}}, []brief{{FaultGap, "[a]"}}},
		{"empty hole, no outer", nil, []Part{{"a", holed}}, []brief{{FaultGap, "[a]"}}},
		{"gap round an island, no outer", nil, []Part{{"a", holed}, {"b", rect(1.2, 1.2, 1.8, 1.8)}}, []brief{{FaultGap, "[a b]"}}},
		{"two gaps that touch", rect(0, 0, 2, 2), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(1, 1, 2, 2)}}, []brief{{FaultGap, "[a b]"}, {FaultGap, "[a b]"}}},
		{"same twice", rect(0, 0, 1, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(0, 0, 1, 1)}}, []brief{{FaultOverlap, "[a b]"}}},
		{"one in the other", rect(0, 0, 3, 3), []Part{{"a", rect(0, 0, 3, 3)}, {"b", rect(1, 1, 2, 2)}}, []brief{{FaultOverlap, "[a b]"}}},
		{"chord", rect(0, 0, 1, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", orb.Polygon{{{0, 0}, {1, 1}, {0, 1}, {0, 0}}}}}, []brief{{FaultOverlap, "[a b]"}}},
		{"cross", nil, []Part{{"a", rect(0, 1, 3, 2)}, {"b", rect(1, 0, 2, 3)}}, []brief{{FaultOverlap, "[a b]"}}},
		{"last bit overlaps", rect(0, 0, 2, 1), []Part{{"a", rect(0, 0, up, 1)}, {"b", rect(1, 0, 2, 1)}}, []brief{{FaultOverlap, "[a b]"}}},
		{"last bit is missing", rect(0, 0, 2, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(up, 0, 2, 1)}}, []brief{{FaultGap, "[a b]"}}},
		{"too far", rect(0, 0, 2, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(1, 0, 3, 1)}}, []brief{{FaultBeyond, "[b]"}}},
		{"fills a hole of outer", holed, []Part{{"a", holed}, {"b", rect(1, 1, 2, 2)}}, []brief{{FaultBeyond, "[b]"}}},
		{"chessboard", rect(0, 0, 3, 3), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(2, 0, 3, 1)}, {"c", rect(1, 1, 2, 2)}, {"d", rect(0, 2, 1, 3)}, {"e", rect(2, 2, 3, 3)}},
			[]brief{{FaultGap, "[a c d]"}, {FaultGap, "[a b c]"}, {FaultGap, "[c d e]"}, {FaultGap, "[b c e]"}}},
		{"elsewhere", rect(0, 0, 1, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", rect(5, 0, 6, 1)}}, []brief{{FaultBeyond, "[b]"}}},
		{"overlap and gap", rect(0, 0, 4, 1), []Part{{"a", rect(0, 0, 2, 1)}, {"b", rect(1, 0, 3, 1)}}, []brief{{FaultOverlap, "[a b]"}, {FaultGap, "[b]"}}},
		{"bow tie", rect(0, 0, 1, 1), []Part{{"a", rect(0, 0, 1, 1)}, {"b", bow}}, []brief{{FaultInvalid, "[b]"}}},
		{"not an area", nil, []Part{{"a", orb.Point{1, 1}}}, []brief{{FaultInvalid, "[a]"}}},
		{"outer is invalid", bow, []Part{{"a", rect(0, 0, 1, 1)}}, []brief{{FaultInvalid, "[]"}}},
	} {
		got := CheckCoverage(c.outer, c.parts)
		if d := cmp.Diff(c.want, briefs(got)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		for _, f := range got {
			if f.Shape == nil || f.Say.Zh == "" || f.Say.En == "" {
				t.Errorf("%s: fault without shape or words: %+v", c.name, f)
			}
			if flaw := Validate(f.Shape); f.Kind == FaultGap && flaw != nil {
				t.Errorf("%s: a gap is drawn as %v: %v", c.name, f.Shape, flaw)
			}
		}
	}
}

func TestCoverageMeasures(t *testing.T) {
	faults := CheckCoverage(rect(0, 0, 4, 1), []Part{{"a", rect(0, 0, 2, 1)}, {"b", rect(1, 0, 3, 1)}, {"c", rect(3, 0, 3.5, 1)}})
	if len(faults) != 2 {
		t.Fatalf("got %v", faults)
	}
	for i, want := range []float64{Area(rect(1, 0, 2, 1)), Area(rect(3.5, 0, 4, 1))} {
		if math.Abs(faults[i].Area/want-1) > 1e-9 {
			t.Errorf("%s measures %f m², want %f", faults[i].Kind, faults[i].Area, want)
		}
	}
	var b bytes.Buffer
	if err := WriteFeatures(&b, slices.Values(FaultMap(faults))); err != nil {
		t.Fatal(err)
	}
	back, err := readAll(b.String(), "")
	if err != nil || len(back) != 2 || back[0].Properties["kind"] != "overlap" || !orb.Equal(back[1].Geometry, faults[1].Shape) {
		t.Errorf("the map reads as %v, %v", back, err)
	}
}

// A sheet with all vertices shared has no fault; with a cell gone, doubled, or one vertex moved, it has the right one.
func TestCoverageFindsPlantedFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols, rows := rapid.IntRange(2, 5).Draw(t, "cols"), rapid.IntRange(2, 5).Draw(t, "rows")
		parts, outer := sheet(cols, rows, rapid.IntRange(0, 3).Draw(t, "bends"), rapid.Uint64().Draw(t, "seed"))
		if got := CheckCoverage(outer, parts); got != nil {
			t.Fatalf("a clean sheet has faults: %v", briefs(got))
		}
		if got := CheckCoverage(nil, parts); got != nil {
			t.Fatalf("a clean sheet without outer has faults: %v", briefs(got))
		}
		sum := 0.0
		for _, p := range parts {
			sum += Area(p.Shape)
		}
		if math.Abs(sum/Area(outer)-1) > 1e-9 {
			t.Fatalf("cells measure %f m², the sheet %f", sum, Area(outer))
		}
		k := rapid.IntRange(0, len(parts)-1).Draw(t, "cell")
		gone := slices.Delete(slices.Clone(parts), k, k+1)
		if got := CheckCoverage(outer, gone); len(got) != 1 || got[0].Kind != FaultGap || math.Abs(got[0].Area/Area(parts[k].Shape)-1) > 1e-9 {
			t.Fatalf("without %s: %v", parts[k].Name, briefs(got))
		}
		twice := append(slices.Clone(parts), Part{"again", parts[k].Shape})
		if got := CheckCoverage(outer, twice); len(got) != 1 || !cmp.Equal(got[0].Names, []string{parts[k].Name, "again"}) {
			t.Fatalf("with %s twice: %v", parts[k].Name, briefs(got))
		}
		nudged := slices.Clone(parts)
		cell := orb.Clone(parts[k].Shape).(orb.Polygon)
		cell[0][0][0] += rapid.SampledFrom([]float64{1e-5, -1e-5, 0x1p-46, -0x1p-46}).Draw(t, "by")
		cell[0][len(cell[0])-1] = cell[0][0]
		nudged[k].Shape = cell
		if got := CheckCoverage(outer, nudged); len(got) == 0 {
			t.Fatalf("%s was nudged unseen", parts[k].Name)
		}
	})
}

func TestValidate(t *testing.T) {
	shell := rect(0, 0, 10, 10)[0]
	for _, c := range []struct {
		name string
		g    orb.Geometry
		ok   bool
	}{
		{"square", orb.Polygon{shell}, true},
		{"clockwise", orb.Polygon{{{0, 0}, {0, 1}, {1, 1}, {0, 0}}}, true},
		{"with a hole", orb.Polygon{shell, rect(1, 1, 2, 2)[0]}, true},
		{"hole touches once", orb.Polygon{shell, {{0, 5}, {1, 6}, {1, 4}, {0, 5}}}, true},
		{"hole touches twice", orb.Polygon{shell, {{0, 5}, {5, 6}, {10, 5}, {5, 4}, {0, 5}}}, false},
		{"two holes meet at a corner", orb.Polygon{shell, rect(1, 1, 2, 2)[0], rect(2, 2, 3, 3)[0]}, true},
		{"holes and shell make a chain", orb.Polygon{shell, {{0, 5}, {4, 6}, {5, 5}, {4, 4}, {0, 5}}, {{10, 5}, {6, 6}, {5, 5}, {6, 4}, {10, 5}}}, false},
		{"hole shares a side", orb.Polygon{shell, rect(0, 1, 1, 2)[0]}, false},
		{"hole outside", orb.Polygon{shell, rect(20, 1, 21, 2)[0]}, false},
		{"hole in a hole", orb.Polygon{shell, rect(1, 1, 5, 5)[0], rect(2, 2, 3, 3)[0]}, false},
		{"hole is the shell", orb.Polygon{shell, shell}, false},
		{"bow tie", orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}, false},
		{"spike", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {1, 3}, {1, 1}, {0, 1}, {0, 0}}}, false},
		{"flat", orb.Polygon{{{0, 0}, {1, 0}, {2, 0}, {0, 0}}}, false},
		{"there and back", orb.Polygon{{{0, 0}, {1, 0}, {0, 0}, {0, 0}}}, false},
		{"touches itself", orb.Polygon{{{0, 0}, {2, 0}, {2, 2}, {1, 0}, {0, 2}, {0, 0}}}, false},
		{"figure of eight", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}, {0, 1}, {0, 0}}}, false},
		{"open", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, false},
		{"no ring", orb.Polygon{}, false},
		{"members meet at a corner", orb.MultiPolygon{rect(0, 0, 1, 1), rect(1, 1, 2, 2)}, true},
		{"members overlap", orb.MultiPolygon{rect(0, 0, 2, 2), rect(1, 1, 3, 3)}, false},
		{"line", orb.LineString{{0, 0}, {1, 1}}, false},
		{"nothing", nil, false},
	} {
		if f := Validate(c.g); (f == nil) != c.ok {
			t.Errorf("%s: %v", c.name, f)
		} else if f != nil && (f.Say.Zh == "" || f.Say.En == "") {
			t.Errorf("%s: no words", c.name)
		}
	}
}

// 638 grids as in the district, 32 vertices each.
func BenchmarkCoverage(b *testing.B) {
	parts, outer := sheet(29, 22, 7, 1)
	b.Run("clean", func(b *testing.B) {
		for b.Loop() {
			if f := CheckCoverage(outer, parts); f != nil {
				b.Fatal(f)
			}
		}
	})
	b.Run("no outer", func(b *testing.B) {
		for b.Loop() {
			CheckCoverage(nil, parts)
		}
	})
	b.Run("one missing", func(b *testing.B) {
		for b.Loop() {
			CheckCoverage(outer, parts[1:])
		}
	})
	twice := append(slices.Clone(parts), Part{"again", parts[300].Shape})
	b.Run("one twice", func(b *testing.B) {
		for b.Loop() {
			CheckCoverage(outer, twice)
		}
	})
}

// Slices between two common points can be joined wrongly in many ways; each must come back whole.
func TestRingsKeepSlicesApart(t *testing.T) {
	c := chain{}
	for k := range 6 {
		x := float64(3 * k)
		slice := orb.Polygon{{{0, -9}, {x + 1, 0}, {0, 9}, {x, 0.5}, {0, -9}}}
		for _, e := range Prepare(slice).edges {
			c.add(e.a, e.b, 1)
		}
	}
	got := assemble(c.rings())
	if len(got) != 6 {
		t.Errorf("6 slices came back as %d", len(got))
	}
	for _, p := range got {
		if f := Validate(p); f != nil || len(p[0]) != 5 {
			t.Errorf("a slice came back as %v: %v", p, f)
		}
	}
}

// The overlay library is another way to the same answer, up to its rounding.
func TestRelateAgreesWithOverlay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := star(t, rapid.IntRange(3, 12).Draw(t, "n")), star(t, rapid.IntRange(3, 12).Draw(t, "m"))
		move := orb.Point{rapid.Float64Range(-2, 2).Draw(t, "east"), rapid.Float64Range(-2, 2).Draw(t, "north")}
		b = mapPolygon(b, func(p orb.Point) orb.Point { return orb.Point{p[0] + move[0], p[1] + move[1]} })
		r := relate(Prepare(a), Prepare(b), false)
		common, err := Intersection(a, b)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := Difference(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if area := Area(common); r.overlap() != (area > 0) && (area > 1 || r.overlap() && !r.cross) {
			t.Fatalf("overlap %v, yet %f m² in common", r.overlap(), area)
		}
		if area := Area(rest); r.beyond() != (area > 0) && (area > 1 || r.beyond() && !r.cross) {
			t.Fatalf("beyond %v, yet %f m² outside", r.beyond(), area)
		}
	})
}

// Corners on a neighbour's straight side must still tile after conversion; one by one they do not.
func TestReadCollectionKeepsTiling(t *testing.T) {
	var b bytes.Buffer
	outer, shapes := rect(101.5, 36.5, 102, 37), []orb.Geometry{rect(101.5, 36.5, 102, 36.75), rect(101.5, 36.75, 101.625, 37), rect(101.625, 36.75, 102, 37)}
	var features []Feature
	for _, s := range append(shapes, outer) {
		features = append(features, Feature{Geometry: s})
	}
	if err := WriteFeatures(&b, slices.Values(features)); err != nil {
		t.Fatal(err)
	}
	check := func(read []Feature, err error) []Fault {
		if err != nil || len(read) != 4 {
			t.Fatalf("%d read, %v", len(read), err)
		}
		var parts []Part
		for i, f := range read[:3] {
			parts = append(parts, Part{fmt.Sprint(i), f.Geometry})
		}
		return CheckCoverage(read[3].Geometry, parts)
	}
	for _, c := range AllCRS {
		if got := check(ReadCollection(bytes.NewReader(b.Bytes()), c)); got != nil {
			t.Errorf("%s: %v", c, briefs(got))
		}
	}
	if check(readAll(b.String(), GCJ02)) == nil {
		t.Error("one by one they tile as well: this test proves nothing")
	}
	if _, err := ReadCollection(bytes.NewReader([]byte("[")), ""); err == nil {
		t.Error("a broken file was read")
	}
}
