package territory

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// ImportOptions are what an import of places needs from outside.
type ImportOptions struct {
	// NewID gives the ids of new places.
	NewID func() kernel.ID
	// At is the instant of the import: ValidFrom of new places, and the version of the territory that must close.
	At time.Time
	// Sliver lets gaps and overlaps pass whose area in m² is below it. Zero demands that grids close exactly. Files drawn in
	// GCJ-02 or BD-09 are best read by geo.ReadCollection, which keeps corners on straight sides shared.
	Sliver float64
}

// ImportPlan is what an import would do. When Faults or Coverage hold anything it must not be carried out.
type ImportPlan struct {
	// Upsert is the places to write, parents first. Places that would not change are not among them.
	Upsert []*Place
	New    int // how many of Upsert are new
	// Faults are what is wrong with features and with the tree, each with its field ("features[3].properties.parent").
	Faults []kernel.Error
	// Coverage is where grids do not close, or shapes are not valid; geo.FaultMap draws it.
	Coverage []geo.Fault
}

// Refused reports whether the plan must not be carried out, as one invalid error that holds every fault; nil when it may.
func (p *ImportPlan) Refused() error {
	all := slices.Clone(p.Faults)
	for _, f := range p.Coverage {
		if slices.ContainsFunc(p.Faults, func(e kernel.Error) bool { return e.Say == f.Say }) {
			continue // a shape that is not valid is in both: with its field here, on the map there
		}
		all = append(all, kernel.Error{Kind: kernel.KindInvalid, Field: "features", Say: f.Say})
	}
	if len(all) == 0 {
		return nil
	}
	first := all[0]
	first.More = all[1:]
	return &first
}

// PlanImport works out which places the features of a GeoJSON file make or change, and what forbids it. It writes nothing
// and changes none of its arguments; existing is every place of the tenant with its shape.
//
// Properties, by English or Chinese name: code 代码, name 名称, kind 类型 (code or Chinese name), parent 上级 (the parent's
// code), households 户数, people 人口, host (organisation id, for dedicated grids), functions (list, for sites). A feature
// whose code is known changes that place, and only in what it states; it cannot move it to another parent or kind. A
// feature without geometry keeps the shape there is.
//
// The grids of every community or village that the import touches must tile it: no gap, no overlap, none beyond its border.
// Where the community has no shape of its own, its grids must leave no hole.
func PlanImport(features []geo.Feature, existing []*Place, o ImportOptions) *ImportPlan {
	im := &importer{o: o, plan: &ImportPlan{}, byCode: map[string]*Place{}, byID: map[kernel.ID]*Place{}, touched: map[kernel.ID]int{}, read: map[string]int{}, flawed: map[kernel.ID]bool{}}
	for _, p := range existing {
		im.byID[p.ID] = p
		// One code may have been borne by several places, one after another: the one that stands answers for it.
		if im.byCode[p.Code] == nil || p.Stands(o.At) {
			im.byCode[p.Code] = p
		}
	}
	rows := make([]row, 0, len(features))
	for i := range features {
		if r, ok := im.readRow(&features[i]); ok {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.kind.rank(), b.kind.rank()) })
	for _, r := range rows {
		im.place(r)
	}
	im.checkTree(existing)
	im.checkGrids()
	return im.plan
}

type importer struct {
	o       ImportOptions
	plan    *ImportPlan
	byCode  map[string]*Place // existing, and planned over them
	byID    map[kernel.ID]*Place
	touched map[kernel.ID]int // planned places: index of their feature
	read    map[string]int    // codes of the file: index of their feature
	flawed  map[kernel.ID]bool
}

// row is a feature that could be read.
type row struct {
	f          *geo.Feature
	code, name string
	kind       Kind
	parent     string // code
}

func (im *importer) fault(feature int, field, zh, en string) {
	im.plan.Faults = append(im.plan.Faults, kernel.Error{Kind: kernel.KindInvalid, Field: fmt.Sprintf("features[%d].%s", feature, field),
		Say: kernel.T(fmt.Sprintf("第 %d 个要素：%s", feature+1, zh), fmt.Sprintf("feature %d: %s", feature+1, en))})
}

func (im *importer) readRow(f *geo.Feature) (row, bool) {
	r := row{f: f, code: textOf(f, "code", "代码"), name: textOf(f, "name", "名称"), parent: textOf(f, "parent", "上级")}
	if !validCode(r.code) {
		im.fault(f.Index, "properties.code", "代码应由数字、字母、横线组成，不能为空", "the code must be made of digits, letters and dashes, and not be empty")
		return r, false
	}
	if other, twice := im.read[r.code]; twice {
		im.fault(f.Index, "properties.code", fmt.Sprintf("代码 %s 与第 %d 个要素重复", r.code, other+1), fmt.Sprintf("the code %s is also that of feature %d", r.code, other+1))
		return r, false
	}
	im.read[r.code] = f.Index
	old := im.byCode[r.code]
	if old != nil && !old.Stands(im.o.At) {
		im.fault(f.Index, "properties.code", "“"+old.Name+"”（"+r.code+"）已停用，请换一个代码", old.Name+" ("+r.code+") is no longer in force; use another code")
		return r, false
	}
	kind := textOf(f, "kind", "类型")
	if kind == "" && old != nil {
		r.kind = old.Kind
		return r, true
	}
	k, err := ParseKind(kind)
	if err != nil {
		im.fault(f.Index, "properties.kind", "不认识类型“"+kind+"”", "unknown kind \""+kind+"\"")
		return r, false
	}
	if r.kind = k; old != nil && old.Kind != k {
		im.fault(f.Index, "properties.kind", "“"+old.Name+"”已是"+old.Kind.Text().Zh+"，导入不能改变类型", old.Name+" is a "+old.Kind.Text().En+" already; an import cannot change its kind")
		return r, false
	}
	return r, true
}

// validCode keeps codes fit for a path's segment.
func validCode(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// textOf reads a property as text under either name. Spreadsheets turn codes into numbers: whole ones are read as digits.
func textOf(f *geo.Feature, names ...string) string {
	for _, n := range names {
		switch v := f.Properties[n].(type) {
		case string:
			return v
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return ""
}

// place plans one row. Rows come by rank, so that a parent in the same file is planned before.
func (im *importer) place(r row) {
	old := im.byCode[r.code]
	p := &Place{Code: r.code, Kind: r.kind, ValidFrom: im.o.At}
	if old != nil {
		c := *old
		p = &c
	} else {
		p.ID = im.o.NewID()
	}
	if r.name != "" {
		p.Name = r.name
	}
	p.Initials = Initials(p.Name)
	if p.Name == "" {
		im.fault(r.f.Index, "properties.name", "没有名称", "there is no name")
	}
	im.counts(r.f, p)
	im.setParent(r, p, old)
	im.setShape(r.f, p)
	if old != nil && same(p, old) {
		return
	}
	im.byCode[p.Code], im.byID[p.ID], im.touched[p.ID] = p, p, r.f.Index
	im.plan.Upsert = append(im.plan.Upsert, p)
	if old == nil {
		im.plan.New++
	}
}

func (im *importer) counts(f *geo.Feature, p *Place) {
	for _, c := range []struct {
		to     *int
		en, zh string
	}{{&p.Households, "households", "户数"}, {&p.People, "people", "人口"}} {
		text := textOf(f, c.en, c.zh)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			im.fault(f.Index, "properties."+c.en, c.zh+"应是不小于零的整数", c.en+" must be a whole number, zero or more")
			continue
		}
		*c.to = n
	}
	if host := textOf(f, "host"); host != "" {
		id, err := kernel.ParseID("host", host)
		if err != nil {
			im.fault(f.Index, "properties.host", "所属单位的编号不对", "the id of the host organisation is not valid")
		}
		p.Host = id
	}
	if list, ok := f.Properties["functions"].([]any); ok {
		p.Functions = nil
		for _, v := range list {
			if s, ok := v.(string); ok && s != "" {
				p.Functions = append(p.Functions, s)
			}
		}
	}
}

func (im *importer) setParent(r row, p, old *Place) {
	if r.parent == "" {
		if old == nil {
			p.Path = kernel.Path("").Child(segment(p.Code, ""))
		}
		if old == nil && !p.Kind.MayBeRoot() {
			im.fault(r.f.Index, "properties.parent", "没有写上级的代码", "the code of the parent is missing")
		}
		return
	}
	parent := im.byCode[r.parent]
	switch {
	case parent == nil:
		im.fault(r.f.Index, "properties.parent", "上级 "+r.parent+" 不存在", "the parent "+r.parent+" is not there")
	case old == nil:
		p.Parent, p.Path = parent.ID, parent.Path.Child(segment(p.Code, parent.Code))
	case old.Parent != parent.ID:
		im.fault(r.f.Index, "properties.parent", "“"+old.Name+"”不在 "+r.parent+" 之下，导入不能改变上级", old.Name+" does not stand under "+r.parent+"; an import cannot move it")
	}
}

// segment is a place's own part of its path: what its code adds to its parent's, or the whole code.
func segment(code, parent string) string {
	if n := len(parent); n < len(code) && code[:n] == parent {
		return code[n:]
	}
	return code
}

// areal kinds must have an area for a shape, if they have one.
func (k Kind) areal() bool { return k != Site && k != Entrance && k != Building }

func (im *importer) setShape(f *geo.Feature, p *Place) {
	if f.Geometry == nil {
		return
	}
	p.Shape = f.Geometry
	isArea := false
	switch f.Geometry.(type) {
	case orb.Polygon, orb.MultiPolygon:
		isArea = true
	}
	if !isArea {
		if p.Kind.areal() {
			im.fault(f.Index, "geometry", p.Kind.Text().Zh+"的形状应是面", "the shape of a "+p.Kind.Text().En+" must be a polygon")
		}
		return
	}
	if flaw := geo.Validate(f.Geometry); flaw != nil {
		im.fault(f.Index, "geometry", "“"+p.Name+"”的形状不对："+flaw.Say.Zh, "the shape of "+p.Name+" is not valid: "+flaw.Say.En)
		im.flawed[p.ID] = true
		im.plan.Coverage = append(im.plan.Coverage, geo.Fault{Kind: geo.FaultInvalid, Names: []string{p.Name + " " + p.Code}, Shape: flaw.At,
			Say: im.plan.Faults[len(im.plan.Faults)-1].Say})
	}
}

func same(a, b *Place) bool {
	return a.Name == b.Name && a.Initials == b.Initials && a.Households == b.Households && a.People == b.People && a.Host == b.Host &&
		slices.Equal(a.Functions, b.Functions) && (a.Shape == nil && b.Shape == nil || a.Shape != nil && b.Shape != nil && orb.Equal(a.Shape, b.Shape))
}

// checkTree tells the tree's faults that concern what is planned; older ones are not the importer's to mend.
func (im *importer) checkTree(existing []*Place) {
	all := make([]*Place, 0, len(im.byID))
	for _, p := range existing {
		if _, ok := im.touched[p.ID]; !ok && p.Stands(im.o.At) {
			all = append(all, p)
		}
	}
	for _, f := range CheckTree(append(all, im.plan.Upsert...)) {
		if i, ok := im.touched[f.Place.ID]; ok && !im.told(i) {
			im.fault(i, treeField(f.Rule), f.Say.Zh, f.Say.En)
		}
	}
}

// told keeps one cause from being told twice: a row whose parent is wrong breaks the tree's rules as well.
func (im *importer) told(feature int) bool {
	field := fmt.Sprintf("features[%d].properties.parent", feature)
	return slices.ContainsFunc(im.plan.Faults, func(e kernel.Error) bool { return e.Field == field })
}

func treeField(r TreeRule) string {
	switch r {
	case RuleKind:
		return "properties.kind"
	case RuleHost:
		return "properties.host"
	case RuleCode, RulePath, RuleDuplicate:
		return "properties.code"
	default:
		return "properties.parent"
	}
}

// checkGrids checks the tiling of every community and village whose grids or border the plan touches.
func (im *importer) checkGrids() {
	under := map[kernel.ID][]*Place{}
	for _, p := range im.byID {
		if p.Kind.Level() == LevelGrid && p.Stands(im.o.At) {
			under[p.Parent] = append(under[p.Parent], p)
		}
	}
	var parents []*Place
	for id, grids := range under {
		_, hit := im.touched[id]
		for _, g := range grids {
			_, grid := im.touched[g.ID]
			hit = hit || grid
		}
		if parent := im.byID[id]; hit && parent != nil {
			parents = append(parents, parent)
		}
	}
	slices.SortFunc(parents, func(a, b *Place) int { return cmp.Compare(a.Code, b.Code) })
	for _, parent := range parents {
		im.checkTiling(parent, under[parent.ID])
	}
}

// checkTiling passes over a community whose own shape, or any of whose grids', is not valid: that is told already, and gaps
// in its place would mislead.
func (im *importer) checkTiling(parent *Place, grids []*Place) {
	if im.flawed[parent.ID] || slices.ContainsFunc(grids, func(g *Place) bool { return im.flawed[g.ID] }) {
		return
	}
	slices.SortFunc(grids, func(a, b *Place) int { return cmp.Compare(a.Code, b.Code) })
	var parts []geo.Part
	for _, g := range grids {
		if g.Shape == nil {
			if i, ok := im.touched[g.ID]; ok {
				im.fault(i, "geometry", "网格“"+g.Name+"”没有形状", "the grid "+g.Name+" has no shape")
			}
			continue
		}
		parts = append(parts, geo.Part{Name: g.Name + " " + g.Code, Shape: g.Shape})
	}
	for _, f := range geo.CheckCoverage(parent.Shape, parts) {
		if f.Kind == geo.FaultInvalid || f.Area >= im.o.Sliver {
			f.Say = kernel.T(parent.Name+"："+f.Say.Zh, parent.Name+": "+f.Say.En)
			im.plan.Coverage = append(im.plan.Coverage, f)
		}
	}
}
