package planning

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/cells"
	"sanzhi/internal/planning/partition"
)

// Result is what a plan came to. The members are those of its kind.
type Result struct {
	Lots  []Lot    `json:"lots,omitempty"`  // of the plan
	Today []Lot    `json:"today,omitempty"` // what it began from
	Now   Measures `json:"now"`
	Plan  Measures `json:"plan"`
	// Of is the lot of each home of the ground.
	Of    []int         `json:"of,omitempty"`
	Notes []kernel.Text `json:"notes,omitempty"`

	Siting *SitingResult `json:"siting,omitempty"`
	Staff  *StaffResult  `json:"staff,omitempty"`
	Reach  *ReachResult  `json:"reach,omitempty"`
}

// told is how a run tells how far it is, and whether to go on.
type told func(percent int) error

// draw plans grids: the people of the ground in connected parts of nearly equal size, none across a community's border. Several
// drawings are made, and the one that scores best by the weights of the four criteria is kept.
func (g *Ground) draw(ctx context.Context, p *Params, tell told) (*Result, error) {
	d, err := g.draft(p, tell)
	if err != nil {
		return nil, err
	}
	var best *Result
	for i, v := range d.variants() {
		if err := tell(45 + 15*i); err != nil {
			return nil, err
		}
		w := watching(ctx, tell, 45+15*i, 15)
		v.Progress = func(done, all int) { w.at(float64(done) / float64(all)) }
		r, err := d.solve(w.ctx, v)
		if err = w.end(err); err != nil {
			return nil, err
		}
		if best == nil || r.Plan.Broken < best.Plan.Broken || r.Plan.Broken == best.Plan.Broken && r.Plan.Score.All > best.Plan.Score.All {
			best = r
		}
	}
	if best == nil {
		return nil, kernel.Invalid("place", kernel.T("这里没有可以重划的网格", "there is no grid here that may be drawn anew"))
	}
	best.Notes = append(best.Notes, d.notes...)
	return best, tell(95)
}

// draft is the problem as the algorithm takes it.
type draft struct {
	g     *Ground
	p     *Params
	today []Lot
	of    []int // today's lot of each home
	free  []int // homes that are drawn anew
	kept  []int // lots that stay as they are
	cells []*cells.Cells
	local []int // of each free home, its number within its area's cells
	graph *partition.Graph
	opts  partition.Options
	notes []kernel.Text
}

func (g *Ground) draft(p *Params, tell told) (*draft, error) {
	d := &draft{g: g, p: p, today: slices.Clone(g.Lots), of: make([]int, len(g.Homes)), cells: make([]*cells.Cells, len(g.Areas))}
	stays, open := make([]bool, len(d.today)), make([]bool, len(g.Areas))
	for _, code := range p.Locked {
		if !slices.ContainsFunc(d.today, func(l Lot) bool { return l.Code == code }) {
			return nil, kernel.Invalid("locked", kernel.T("要锁的网格 "+code+" 不在这里", "the grid "+code+" that is to be locked is not here"))
		}
	}
	for i := range d.today {
		l := &d.today[i]
		l.Locked = locked(p.Locked, l.Code)
		stays[i] = !balanced(l, p)
		if stays[i] {
			d.kept = append(d.kept, i)
		} else {
			open[l.Area] = true
		}
	}
	hasLots := byArea(d.today, len(g.Areas))
	for h, home := range g.Homes {
		d.of[h] = home.Lot
		if home.Lot >= 0 && !stays[home.Lot] || home.Lot < 0 && len(hasLots[home.Area]) == 0 && g.Areas[home.Area].Shape != nil {
			d.free = append(d.free, h)
		}
	}
	if len(d.free) == 0 {
		return nil, kernel.Invalid("place", kernel.T("这里没有可以重划的地方：没有住户，或者网格都锁住了", "there is nothing to draw anew here: no homes, or all grids are locked"))
	}
	if err := d.ground(stays, hasLots, tell); err != nil {
		return nil, err
	}
	return d, d.options()
}

// ground cuts each area's free ground into the cells of its homes and joins them into one graph.
func (d *draft) ground(stays []bool, hasLots [][]int, tell told) error {
	g := d.g
	homes := make([][]int, len(g.Areas)) // numbers in free
	for k, h := range d.free {
		homes[g.Homes[h].Area] = append(homes[g.Homes[h].Area], k)
	}
	d.local = make([]int, len(d.free))
	near := make([][]partition.Arc, len(d.free))
	mean := d.perGrid()
	for a := range g.Areas {
		if err := tell(5 + 40*a/len(g.Areas)); err != nil {
			return err
		}
		if len(homes[a]) == 0 {
			continue
		}
		region, err := freeRegion(g.Areas[a].Shape, d.today, hasLots[a], stays)
		if err != nil {
			return err
		}
		seeds := make([]orb.Point, len(homes[a]))
		for i, k := range homes[a] {
			seeds[i], d.local[k] = g.Homes[d.free[k]].At, i
		}
		if d.cells[a], err = cells.Build(region, seeds); err != nil {
			return err
		}
		edges := d.cells[a].Edges
		if d.p.Water {
			edges = cells.Cut(edges, seeds, g.Lines, g.Waters)
		}
		edges = d.islands(a, homes[a], seeds, edges, mean)
		for _, e := range edges {
			x, y, w := homes[a][e.A], homes[a][e.B], int32(max(1, min(1000, math.Round(e.Length))))
			near[x], near[y] = append(near[x], partition.Arc{To: int32(y), Weight: w}), append(near[y], partition.Arc{To: int32(x), Weight: w})
		}
	}
	d.graph = g.graph(d.free, near)
	return nil
}

func freeRegion(area orb.MultiPolygon, lots []Lot, own []int, stays []bool) (orb.MultiPolygon, error) {
	if len(own) == 0 {
		return area, nil
	}
	var l []orb.Geometry
	for _, i := range own {
		if !stays[i] {
			l = append(l, lots[i].Shape)
		}
	}
	u, err := geo.Union(l)
	if err != nil {
		return nil, kernel.Internal("ground of grids", err)
	}
	return u, nil
}

// graph puts homes into a plane of metres.
func (g *Ground) graph(free []int, near [][]partition.Arc) *partition.Graph {
	out := &partition.Graph{First: make([]int32, 1, len(free)+1)}
	mid := g.Homes[free[0]].At
	kx := 111195 * math.Cos(mid[1]*math.Pi/180)
	for k, h := range free {
		home := g.Homes[h]
		slices.SortFunc(near[k], func(a, b partition.Arc) int { return cmp.Compare(a.To, b.To) })
		out.Arcs = append(out.Arcs, near[k]...)
		out.First = append(out.First, int32(len(out.Arcs)))
		out.Weight = append(out.Weight, int32(home.People))
		out.X, out.Y = append(out.X, (home.At[0]-mid[0])*kx), append(out.Y, (home.At[1]-mid[1])*111195)
	}
	return out
}

func (d *draft) options() error {
	g := d.g
	o := partition.Options{Tolerance: float64(d.p.Tolerance) / 100, Seed: d.p.Seed}
	border, used := make([]int32, len(g.Areas)), int32(0)
	for i := range border {
		border[i] = -1
	}
	o.Parts = len(d.today) - len(d.kept)
	if d.p.Grids > 0 {
		o.Parts = d.p.Grids - len(d.kept)
	}
	for _, h := range d.free {
		home := g.Homes[h]
		if border[home.Area] < 0 {
			border[home.Area] = used
			used++
		}
		o.Borders = append(o.Borders, border[home.Area])
		group := int32(-1)
		if d.p.Whole {
			group = int32(home.Compound)
		}
		o.Groups = append(o.Groups, group)
	}
	if d.p.Grids == 0 && o.Parts < int(used) {
		o.Parts = int(used)
	}
	if o.Parts < int(used) || o.Parts > len(d.free) {
		return kernel.Invalid("grids", kernel.T(fmt.Sprintf("网格数要在 %d 到 %d 之间：每个社区至少一格，锁住和专属的 %d 格也算在内", int(used)+len(d.kept), len(d.free)+len(d.kept), len(d.kept)),
			fmt.Sprintf("the number of grids must lie between %d and %d: each community has one at least, and the %d locked or dedicated ones count", int(used)+len(d.kept), len(d.free)+len(d.kept), len(d.kept))))
	}
	d.opts = o
	return nil
}

// variants are the drawings that are tried: one that looks for compact grids, one that keeps today's where it can, one in between.
func (d *draft) variants() []partition.Options {
	compact, stay := float64(d.p.Weights.Convenient)/25, float64(d.p.Weights.Resources)/4
	var out []partition.Options
	a := d.opts
	a.Compact = compact
	out = append(out, a)
	a.Compact, a.Seed = 2*compact+0.5, a.Seed+1
	out = append(out, a)
	if current := d.current(); current != nil {
		a = d.opts
		a.Compact, a.Change, a.Current = compact/2, stay, current
		out = append(out, a)
	}
	return out
}

// current numbers today's free lots from 0, nil when the plan wants another number of grids.
func (d *draft) current() []int32 {
	number := map[int]int32{}
	out := make([]int32, len(d.free))
	for k, h := range d.free {
		l := d.of[h]
		if l < 0 {
			return nil
		}
		if _, ok := number[l]; !ok {
			number[l] = int32(len(number))
		}
		out[k] = number[l]
	}
	if len(number) != d.opts.Parts {
		return nil
	}
	return out
}

func (d *draft) solve(ctx context.Context, o partition.Options) (*Result, error) {
	s, err := partition.Solve(ctx, d.graph, o)
	if err != nil {
		return nil, err
	}
	r := &Result{Today: slices.Clone(d.today), Of: slices.Clone(d.of)}
	if err := d.lots(r, s, o.Parts); err != nil {
		return nil, err
	}
	r.Now, r.Plan = d.g.measure(r.Today, d.of, d.p), d.g.measure(r.Lots, r.Of, d.p)
	r.Plan.Broken = s.Broken
	r.Plan.Moved = d.g.moved(r)
	r.Plan.Score = r.Plan.score(d.p.Weights)
	if current := d.current(); current != nil {
		r.Now.Broken = partition.Measure(d.graph, current, o.Parts).Broken
	}
	d.g.explain(r.Lots, r.Of, &r.Plan, d.p)
	d.g.explain(r.Today, d.of, &r.Now, d.p)
	for _, n := range s.NotMet {
		if n.Why != partition.WhyShare && n.Why != partition.WhyStuck && n.Why != partition.WhyHeavy { // these are said grid by grid
			name := d.g.Areas[d.g.Homes[d.free[n.Vertex]].Area].Name
			r.Notes = append(r.Notes, kernel.T(name+"："+n.Say.Zh, name+": "+n.Say.En))
		}
	}
	return r, nil
}

// moved counts the people whose lot is now another place.
func (g *Ground) moved(r *Result) (n int) {
	for h, home := range g.Homes {
		if a, b := home.Lot, r.Of[h]; a >= 0 && b >= 0 && r.Lots[b].ID != r.Today[a].ID || a >= 0 && b >= 0 && r.Lots[b].Fresh {
			n += home.People
		}
	}
	return n
}

// lots makes the plan's lots of the parts: those that stay, then the drawn ones, each heir of the one most of whose people it has.
func (d *draft) lots(r *Result, s *partition.Result, parts int) error {
	g := d.g
	at := map[int]int{}
	for _, i := range d.kept {
		at[i] = len(r.Lots)
		l := d.today[i]
		l.Kept = true
		r.Lots = append(r.Lots, l)
	}
	for h := range g.Homes {
		if l := d.of[h]; l >= 0 {
			if k, ok := at[l]; ok {
				r.Of[h] = k
			} else {
				r.Of[h] = -1
			}
		}
	}
	area, shapes := make([]int, parts), make([]orb.MultiPolygon, parts)
	for k, h := range d.free {
		area[s.Part[k]] = g.Homes[h].Area
		r.Of[h] = len(r.Lots) + int(s.Part[k])
	}
	for a, c := range d.cells {
		if c == nil {
			continue
		}
		part := make([]int32, len(c.Pieces))
		for k, h := range d.free {
			if g.Homes[h].Area == a {
				part[d.local[k]] = s.Part[k]
			}
		}
		merged, err := c.Merge(part, parts)
		if err != nil {
			return err
		}
		for k, m := range merged {
			if m != nil {
				shapes[k] = m
			}
		}
	}
	first := len(r.Lots)
	for k := range parts {
		r.Lots = append(r.Lots, Lot{Area: area[k], Shape: shapes[k]})
	}
	d.inherit(r, first)
	return nil
}

// inherit gives drawn lots the names, codes and people's posts of the former ones, by the most people in common, each once; what
// is left over is new, and what ends is taken by whoever has most of its people.
func (d *draft) inherit(r *Result, first int) {
	g := d.g
	common := map[[2]int]int{} // former lot, drawn lot
	for h, home := range g.Homes {
		if a, b := d.of[h], r.Of[h]; a >= 0 && b >= first {
			common[[2]int{a, b}] += home.People + 1
		}
	}
	pairs := make([][2]int, 0, len(common))
	for k := range common {
		pairs = append(pairs, k)
	}
	slices.SortFunc(pairs, func(a, b [2]int) int {
		return cmp.Or(cmp.Compare(common[b], common[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	heir, taken := map[int]int{}, map[int]bool{}
	for _, k := range pairs {
		if _, ok := heir[k[0]]; ok || taken[k[1]] {
			continue
		}
		heir[k[0]], taken[k[1]] = k[1], true
		was, l := d.today[k[0]], &r.Lots[k[1]]
		l.ID, l.Code, l.Name, l.Dedicated, l.Host, l.Staff = was.ID, was.Code, was.Name, was.Dedicated, was.Host, was.Staff
		l.Fresh = was.Fresh
	}
	for _, k := range pairs { // the first pair of a lot that ends is with whoever has most of it
		if _, ok := heir[k[0]]; !ok {
			heir[k[0]] = k[1]
			if id := d.today[k[0]].ID; id != "" {
				r.Lots[k[1]].Takes = append(r.Lots[k[1]].Takes, id)
			}
			r.Lots[k[1]].Staff += d.today[k[0]].Staff
		}
	}
	last := make([]int, len(g.Areas))
	for i, a := range g.Areas {
		last[i] = a.Last
	}
	for i := first; i < len(r.Lots); i++ {
		l := &r.Lots[i]
		if l.Code != "" {
			continue
		}
		a := &g.Areas[l.Area]
		last[l.Area]++
		l.Code, l.Name, l.Fresh = fmt.Sprintf("%s%03d", a.Code, last[l.Area]), fmt.Sprintf("%s第%d网格", plainName(a.Name), last[l.Area]), true
	}
}
