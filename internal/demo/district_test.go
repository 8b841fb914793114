package demo

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// district is built once for all tests that only read it.
var district = sync.OnceValues(func() (*District, error) { return Build(DefaultSeed) })

func built(t *testing.T) *District {
	t.Helper()
	d, err := district()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func count(d *District) map[territory.Kind]int {
	n := map[territory.Kind]int{}
	for _, p := range d.Places {
		n[p.Kind]++
	}
	return n
}

func TestTheFiguresOfTheLayoutAreMet(t *testing.T) {
	d := built(t)
	n := count(d)
	want := map[territory.Kind]int{territory.County: 1, territory.Subdistrict: 4, territory.Town: 2, territory.StreetSpecial: 1,
		territory.Community: 31, territory.Village: 38, territory.VillageOther: 1, territory.Compound: 360,
		territory.GridGeneral: 533, territory.GridDedicated: 105}
	for k, w := range want {
		if n[k] != w {
			t.Errorf("%d places of kind %s, want %d", n[k], k, w)
		}
	}
	if b := n[territory.Building]; b < 3600 || b > 4400 {
		t.Errorf("%d buildings, want about 4000", b)
	}
	tiers := map[Tier]int{}
	for _, c := range d.Centres {
		tiers[c.Tier]++
	}
	if diff := cmp.Diff(map[Tier]int{TierDistrict: 1, TierStreet: 7, TierUnit: 69}, tiers); diff != "" {
		t.Errorf("service centres (-want +got):\n%s", diff)
	}
}

// faults of the tree: what a table of places must keep, as a function so that a planted fault can be shown to be caught.
func treeFaults(places []*territory.Place) []string {
	var out []string
	byID, codes, paths := map[kernel.ID]*territory.Place{}, map[string]bool{}, map[kernel.Path]bool{}
	people := map[kernel.ID]int{}
	for _, p := range places {
		parent := byID[p.Parent]
		switch {
		case byID[p.ID] != nil, codes[p.Code], paths[p.Path]:
			out = append(out, p.Code+": id, code or path is there twice")
		case p.Kind == territory.County && p.Parent != "":
			out = append(out, p.Code+": the county has a parent")
		case p.Kind != territory.County && (parent == nil || !parent.Path.Holds(p.Path)):
			out = append(out, p.Code+": does not stand below its parent, in order")
		case p.Kind.Level() == territory.LevelGrid && len(p.Code) != 15:
			out = append(out, p.Code+": a grid has 15 digits")
		case p.Kind == territory.GridDedicated && p.Host == "":
			out = append(out, p.Code+": a dedicated grid needs a host")
		case p.Name == "":
			out = append(out, p.Code+": no name")
		}
		if _, err := kernel.ParseID("id", string(p.ID)); err != nil {
			out = append(out, p.Code+": "+err.Error())
		}
		byID[p.ID], codes[p.Code], paths[p.Path] = p, true, true
		if p.Kind.Level() != territory.LevelNone {
			people[p.Parent] += p.People
		}
	}
	for id, n := range people {
		if p := byID[id]; p != nil && p.People != n {
			out = append(out, fmt.Sprintf("%s: %d people, its parts have %d", p.Code, p.People, n))
		}
	}
	return out
}

func TestTheTreeIsWhole(t *testing.T) {
	d := built(t)
	for _, f := range treeFaults(d.Places) {
		t.Error(f)
	}
	for name, plant := range map[string]func(p *territory.Place){
		"lost host":   func(p *territory.Place) { p.Host = "" },
		"wrong path":  func(p *territory.Place) { p.Path = "630105/009/" },
		"lost people": func(p *territory.Place) { p.People++ },
		"short code":  func(p *territory.Place) { p.Code = p.Code[:14] },
		"twice":       func(p *territory.Place) { p.ID = d.Places[0].ID },
	} {
		places := append([]*territory.Place{}, d.Places...)
		for i, p := range places {
			if p.Kind == territory.GridDedicated {
				q := *p
				plant(&q)
				places[i] = &q
				break
			}
		}
		if len(treeFaults(places)) == 0 {
			t.Errorf("the fault %q is not caught", name)
		}
	}
}

// ringOf gives the one ring of a place's polygon.
func ringOf(p *territory.Place) orb.Ring { return p.Shape.(orb.Polygon)[0] }

// closureFaults checks that the shapes tile the outline: each directed edge is cancelled by exactly one reverse, or lies on
// the outline exactly once; each ring is simple in its vertices and counter-clockwise.
func closureFaults(outline orb.Ring, rings []orb.Ring) []string {
	type side [2]orb.Point
	seen, rim := map[side]int{}, map[side]bool{}
	for i := 1; i < len(outline); i++ {
		rim[side{outline[i-1], outline[i]}] = true
	}
	var out []string
	for n, r := range rings {
		if r.Orientation() != orb.CCW || !r.Closed() {
			out = append(out, fmt.Sprintf("ring %d is not a closed counter-clockwise ring", n))
		}
		at := map[orb.Point]bool{}
		for i := 1; i < len(r); i++ {
			if at[r[i]] {
				out = append(out, fmt.Sprintf("ring %d touches itself at %v", n, r[i]))
			}
			at[r[i]] = true
			seen[side{r[i-1], r[i]}]++
		}
	}
	for e, n := range seen {
		if n != 1 {
			out = append(out, fmt.Sprintf("edge %v is there %d times", e, n))
		}
		if back := seen[side{e[1], e[0]}]; back == 0 && !rim[e] {
			out = append(out, fmt.Sprintf("edge %v has no neighbour", e))
		} else if back > 0 && rim[e] {
			out = append(out, fmt.Sprintf("edge %v of the outline has a neighbour", e))
		}
	}
	for e := range rim {
		if seen[e] == 0 {
			out = append(out, fmt.Sprintf("edge %v of the outline is not covered", e))
		}
	}
	return out
}

func TestEachTierTilesTheDistrictExactly(t *testing.T) {
	d := built(t)
	tiers := map[string][]territory.Level{"streets": {territory.LevelStreet}, "communities and villages": {territory.LevelCommunity, territory.LevelVillage},
		"grids": {territory.LevelGrid}}
	outline := ringOf(d.Place("630105"))
	for name, levels := range tiers {
		var rings []orb.Ring
		for _, p := range d.Places {
			for _, l := range levels {
				if p.Kind.Level() == l {
					rings = append(rings, ringOf(p))
				}
			}
		}
		if f := closureFaults(outline, rings); len(f) > 0 {
			t.Errorf("%s: %d faults, first %s", name, len(f), f[0])
		}
		moved := rings[0].Clone()
		moved[1][0] += 1e-7 // the smallest gap there can be
		if len(closureFaults(outline, append([]orb.Ring{moved}, rings[1:]...))) == 0 {
			t.Errorf("%s: a gap of 1 cm is not caught", name)
		}
		if len(closureFaults(outline, rings[1:])) == 0 {
			t.Errorf("%s: a missing part is not caught", name)
		}
	}
}

func TestPartsTileTheirParents(t *testing.T) {
	d := built(t)
	children := map[kernel.ID][]orb.Ring{}
	for _, p := range d.Places {
		if p.Kind.Level() != territory.LevelNone {
			children[p.Parent] = append(children[p.Parent], ringOf(p))
		}
	}
	for _, p := range d.Places {
		if r := children[p.ID]; len(r) > 0 {
			if f := closureFaults(ringOf(p), r); len(f) > 0 {
				t.Errorf("%s: %d faults, first %s", p.Name, len(f), f[0])
			}
		}
	}
}

// No cell of the mesh is folded or bent: each is convex and counter-clockwise after rounding, which makes every union of
// cells simple.
func TestCellsAreConvex(t *testing.T) {
	m := built(t).layout.mesh
	for v := range meshV {
		for u := range meshU {
			k := corners(cellAt(u, v))
			for i := range k {
				a, b, c := m.at[k[i].u][k[i].v], m.at[k[(i+1)%4].u][k[(i+1)%4].v], m.at[k[(i+2)%4].u][k[(i+2)%4].v]
				if turn(a, b, c) <= 0 {
					t.Fatalf("cell %d,%d is bent", u, v)
				}
			}
		}
	}
}

func turn(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-b[1]) - (b[1]-a[1])*(c[0]-b[0])
}

func TestRandomPointsFallInOneGrid(t *testing.T) {
	d := built(t)
	county := ringOf(d.Place("630105"))
	bound := county.Bound()
	r := rand.New(rand.NewPCG(1, 2))
	var grids []*territory.Place
	for _, p := range d.Places {
		if p.Kind.Level() == territory.LevelGrid {
			grids = append(grids, p)
		}
	}
	inside := 0
	for range 4000 {
		pt := orb.Point{lerp(bound.Min[0], bound.Max[0], r.Float64()), lerp(bound.Min[1], bound.Max[1], r.Float64())}
		n, want := 0, 0
		if planar.RingContains(county, pt) {
			want = 1
		}
		for _, g := range grids {
			if planar.RingContains(ringOf(g), pt) {
				n++
			}
		}
		inside += n
		if n != want {
			t.Fatalf("%v lies in %d grids, want %d", pt, n, want)
		}
	}
	if inside < 1000 {
		t.Errorf("only %d points fell inside: the test says little", inside)
	}
}

// within reports whether every edge of the inner ring lies in the outer one: its vertices and nine points along each edge.
func within(outer, inner orb.Ring) bool {
	for i := 1; i < len(inner); i++ {
		for k := range 10 {
			f := float64(k) / 10
			if !planar.RingContains(outer, orb.Point{lerp(inner[i-1][0], inner[i][0], f), lerp(inner[i-1][1], inner[i][1], f)}) {
				return false
			}
		}
	}
	return true
}

func TestCompoundsAndBuildingsStandInside(t *testing.T) {
	d := built(t)
	byID := map[kernel.ID]*territory.Place{}
	grids := map[kernel.ID][]*territory.Place{}
	inner := map[kernel.ID][]*territory.Place{}
	for _, p := range d.Places {
		byID[p.ID] = p
		if p.Kind == territory.GridGeneral {
			grids[p.Parent] = append(grids[p.Parent], p)
		}
		if p.Kind == territory.Compound {
			n := 0
			for _, g := range grids[p.Parent] {
				if within(ringOf(g), ringOf(p)) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("compound %s lies wholly in %d grids", p.Name, n)
			}
			inner[p.Parent] = append(inner[p.Parent], p)
		}
		if p.Kind == territory.Building {
			if !within(ringOf(byID[p.Parent]), ringOf(p)) {
				t.Errorf("building %s stands outside %s", p.Code, byID[p.Parent].Name)
			}
			inner[p.Parent] = append(inner[p.Parent], p)
		}
	}
	for id, ps := range inner {
		if byID[id].Kind == territory.Compound && (len(ps) < 8 || len(ps) > 14) {
			t.Errorf("%s has %d buildings", byID[id].Name, len(ps))
		}
		for i, a := range ps {
			for _, b := range ps[i+1:] {
				if overlap(ringOf(a), ringOf(b)) {
					t.Errorf("%s and %s overlap", a.Code, b.Code)
				}
			}
		}
	}
	if overlap(ringOf(d.Places[0]), ringOf(d.Places[1])) == false {
		t.Error("the check of overlap sees none between the county and its first street")
	}
}

// overlap reports whether a vertex or an edge's middle of one ring lies within the other, or their edges cross.
func overlap(a, b orb.Ring) bool {
	if !a.Bound().Intersects(b.Bound()) {
		return false
	}
	for i := 1; i < len(a); i++ {
		if planar.RingContains(b, a[i]) {
			return true
		}
		for j := 1; j < len(b); j++ {
			if planar.RingContains(a, b[j]) ||
				turn(a[i-1], a[i], b[j-1])*turn(a[i-1], a[i], b[j]) < 0 && turn(b[j-1], b[j], a[i-1])*turn(b[j-1], b[j], a[i]) < 0 {
				return true
			}
		}
	}
	return false
}

func TestTheMiddleStandsAtAHome(t *testing.T) {
	d := built(t)
	var got []string
	for _, p := range d.Places {
		if poly, ok := p.Shape.(orb.Polygon); ok && planar.PolygonContains(poly, Middle) {
			got = append(got, p.Name)
		}
	}
	want := []string{"城北区", "小桥大街街道", "小桥社区", "建设巷12号院", "3号楼"}
	if strings.Join(got[:3], " ") != strings.Join(want[:3], " ") || strings.Join(got[len(got)-2:], " ") != strings.Join(want[3:], " ") || len(got) != 6 {
		t.Errorf("the middle lies in %v", got)
	}
}

func TestGridsAreBalanced(t *testing.T) {
	d := built(t)
	for _, a := range d.layout.units() {
		sum, n := 0, 0
		for _, g := range a.parts {
			if g.kind == territory.GridGeneral {
				sum, n = sum+g.people, n+1
			}
		}
		for _, g := range a.parts {
			if f := float64(g.people*n) / float64(sum); g.kind == territory.GridGeneral && (f < 0.75 || f > 1.25) {
				t.Errorf("%s has %.2f of its unit's mean", g.name, f)
			}
		}
	}
}

func TestGreensAreLargeEnough(t *testing.T) {
	d := built(t)
	parks, greens := 0, 0
	metres := func(g orb.Geometry) float64 { return planar.Area(g) * metresLon * metresLat }
	for _, p := range d.Places {
		if p.Kind == territory.Site && p.Shape.Dimensions() == 2 {
			parks++
			if a := metres(p.Shape); a < 5000 {
				t.Errorf("%s has only %.0f m²", p.Name, a)
			}
		}
	}
	for _, f := range d.Features {
		if f.Kind == FeatureGreen {
			greens++
			if a := metres(f.Shape); a < 400 {
				t.Errorf("%s has only %.0f m²", f.Name, a)
			}
		}
	}
	if parks < 8 || greens < 60 {
		t.Errorf("%d parks and %d greens", parks, greens)
	}
}

func digest(d *District) string {
	h := sha256.New()
	for _, p := range d.Places {
		fmt.Fprintf(h, "%+v\n", *p)
	}
	fmt.Fprintf(h, "%v %v %v", d.Centres, d.Features, d.Hosts)
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func TestTheSameSeedGivesTheSameDistrict(t *testing.T) {
	again, err := Build(DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := digest(built(t)), digest(again); a != b {
		t.Errorf("two runs differ: %s, %s", a, b)
	}
	other, err := Build("another")
	if err != nil {
		t.Fatal(err)
	}
	if digest(other) == digest(again) {
		t.Error("another seed gives the same district")
	}
}

// The program's own rules, which know nothing of the mesh, find nothing to fault.
func TestTheProgramsOwnChecksPass(t *testing.T) {
	d := built(t)
	for _, f := range territory.CheckTree(d.Places) {
		t.Errorf("%s: %s", f.Place.Name, f.Say.En)
	}
	var grids []geo.Part
	shapes, codes := map[kernel.ID][]orb.Geometry{}, map[kernel.ID][]string{}
	for _, p := range d.Places {
		if f := geo.Validate(p.Shape); f != nil && p.Shape.Dimensions() == 2 {
			t.Errorf("%s: %v", p.Code, f)
		}
		if p.Kind.Level() == territory.LevelGrid {
			grids = append(grids, geo.Part{Name: p.Code, Shape: p.Shape})
			shapes[p.Parent], codes[p.Parent] = append(shapes[p.Parent], p.Shape), append(codes[p.Parent], p.Code)
		}
	}
	for _, f := range geo.CheckCoverage(d.Places[0].Shape, grids) {
		t.Errorf("%s %v", f.Kind, f.Names)
	}
	for _, f := range d.Features {
		if x := geo.Validate(f.Shape); x != nil && f.Shape.Dimensions() == 2 {
			t.Errorf("%s: %v", f.Name, x)
		}
	}
	for id, have := range codes {
		want, err := territory.NumberGrids(have[0][:12], shapes[id])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("numbers from west to east, north to south (-want +got):\n%s", diff)
		}
	}
}
