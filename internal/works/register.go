package works

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Meta is what a register says of itself.
type Meta struct {
	Name   string
	AsOf   time.Time
	Source string
}

// parsed is a register that was read: what its rows say, and every fault.
type parsed struct {
	rows     []parsedRow
	types    []parsedRow
	totals   map[State]parsedRow
	sites    []parsedRow
	projects []parsedRow
	items    []parsedRow
	faults   []kernel.Error
}

type parsedRow struct {
	RegisterRow
	record  Record
	site    SiteType
	kind    Kind
	state   State
	n       int
	q       kernel.Quantity
	action  Action
	methods []Method
	uses    []Use
}

func (p *parsed) fault(r RegisterRow, column string, say kernel.Text) {
	field := fmt.Sprintf("line %d", r.Line)
	if column != "" {
		field += ": " + column
	}
	p.faults = append(p.faults, kernel.Error{Kind: kernel.KindInvalid, Field: field, Say: say})
}

// parseRows reads every row and names every fault with its line.
func parseRows(rows []RegisterRow) *parsed {
	p := &parsed{totals: map[State]parsedRow{}}
	for i, r := range rows {
		if r.Line == 0 {
			r.Line = i + 1
		}
		p.row(r)
	}
	return p
}

func (p *parsed) row(r RegisterRow) {
	x := parsedRow{RegisterRow: r, state: Done}
	var ok bool
	if x.record, ok = Records.Find(r.Record); !ok {
		p.fault(r, "record", choose(Records.Say()))
		return
	}
	if r.State != "" {
		if x.state, ok = States.Find(r.State); !ok {
			p.fault(r, "state", choose(States.Say()))
			return
		}
	}
	if (x.record == "total" || x.record == "type" || x.record == "site") && !SiteStates.Has(x.state) {
		p.fault(r, "state", choose(SiteStates.Say()))
		return
	}
	before := len(p.faults)
	switch x.record {
	case "total":
		x.n = p.number(r)
		if _, twice := p.totals[x.state]; twice {
			p.fault(r, "state", kernel.T("同一状态的合计写了两次", "the total of this state stands there twice"))
		} else if before == len(p.faults) {
			p.totals[x.state] = x
		}
	case "type":
		x.n, x.site = p.number(r), p.siteType(r)
		for _, t := range p.types {
			if t.site == x.site && t.state == x.state {
				p.fault(r, "type", kernel.T(fmt.Sprintf("这一类型第 %d 行已经写过", t.Line), fmt.Sprintf("this type stands in line %d already", t.Line)))
			}
		}
		p.types = append(p.types, x)
	case "site":
		p.site(x)
	case "project":
		p.project(x)
	case "item":
		p.item(x)
	}
}

func (p *parsed) number(r RegisterRow) int {
	n, err := strconv.Atoi(r.Count)
	if err != nil || n < 0 || n > 1_000_000 {
		p.fault(r, "count", kernel.T("个数要是整数", "the count is a whole number"))
		return 0
	}
	return n
}

func (p *parsed) siteType(r RegisterRow) SiteType {
	t, ok := SiteTypes.Find(r.Type)
	if !ok {
		p.fault(r, "type", choose(SiteTypes.Say()))
	}
	return t
}

func (p *parsed) site(x parsedRow) {
	x.site = p.siteType(x.RegisterRow)
	if x.Name == "" {
		p.fault(x.RegisterRow, "name", kernel.T("示范点要有名称；只知道个数的，用“类型”行", "a site has a name; when only numbers are known, use a row of the record \"type\""))
	}
	for _, s := range p.sites {
		if s.Name == x.Name && s.site == x.site {
			p.fault(x.RegisterRow, "name", kernel.T(fmt.Sprintf("第 %d 行已有同类同名的示范点", s.Line), fmt.Sprintf("line %d has a site of this type and name", s.Line)))
		}
	}
	var ok bool
	for _, w := range words(x.Methods) {
		var m Method
		if m, ok = Methods.Find(w); !ok {
			p.fault(x.RegisterRow, "methods", choose(Methods.Say()))
		}
		x.methods = append(x.methods, m)
	}
	for _, w := range words(x.Uses) {
		var u Use
		if u, ok = Uses.Find(w); !ok {
			p.fault(x.RegisterRow, "uses", choose(Uses.Say()))
		}
		x.uses = append(x.uses, u)
	}
	p.sites = append(p.sites, x)
}

// words splits a cell that holds several values.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、;；,，|", r) })
}

func (p *parsed) project(x parsedRow) {
	var ok bool
	if x.kind, ok = Kinds.Find(x.Type); !ok {
		p.fault(x.RegisterRow, "type", choose(Kinds.Say()))
	}
	if x.kind == JointBody {
		p.fault(x.RegisterRow, "type", kernel.T("党建联合体要选成员单位，请在页面上登记", "a joint body names its members; enter it on its page"))
	}
	if n := len([]rune(x.Name)); n < 2 || n > 80 {
		p.fault(x.RegisterRow, "name", kernel.T("名称要 2 到 80 个字", "the name has 2 to 80 characters"))
	}
	for _, o := range p.projects {
		if o.Name == x.Name {
			p.fault(x.RegisterRow, "name", kernel.T(fmt.Sprintf("第 %d 行已有同名工程", o.Line), fmt.Sprintf("line %d has a project of this name", o.Line)))
		}
	}
	p.projects = append(p.projects, x)
}

func (p *parsed) item(x parsedRow) {
	var ok bool
	if x.action, ok = Actions.Find(x.Action); !ok {
		p.fault(x.RegisterRow, "action", choose(Actions.Say()))
	}
	var err error
	if x.q, err = ParseQuantity("quantity", x.Quantity); err != nil {
		p.fault(x.RegisterRow, "quantity", sayQuantity)
	}
	if x.Subject == "" {
		p.fault(x.RegisterRow, "subject", kernel.T("请写明是什么，例如 路灯", "say what it is, such as 路灯"))
	}
	if x.Name == "" {
		p.fault(x.RegisterRow, "name", kernel.T("请写明属于哪个工程", "name the project that it belongs to"))
	}
	p.items = append(p.items, x)
}

// check compares the declared numbers: the types of a state must add up to its total, and sites known by name must not be more
// than their type declares. Nothing is guessed: what does not add up is refused with the rows and the difference.
func (p *parsed) check() {
	for _, st := range []State{Done, Planned} {
		var types []parsedRow
		sum := 0
		for _, t := range p.types {
			if t.state == st {
				types = append(types, t)
				sum += t.n
			}
		}
		named := map[SiteType]int{}
		count := 0
		for _, s := range p.sites {
			if s.state == st {
				named[s.site]++
				count++
			}
		}
		total, declared := p.totals[st]
		switch {
		case !declared && len(types) > 0:
			p.fault(types[0].RegisterRow, "record", kernel.T("写了类型，没有写“"+SiteStates.Name(st).Zh+"”的合计行", "there are types but no total of what is "+SiteStates.Name(st).En))
		case declared && len(types) > 0 && sum != total.n:
			p.fault(total.RegisterRow, "count", differs(types, sum, total.n))
		case declared && len(types) == 0 && count != total.n:
			p.fault(total.RegisterRow, "count", kernel.T(fmt.Sprintf("逐个登记的示范点共 %d 个，申报合计 %d，相差 %d", count, total.n, count-total.n),
				fmt.Sprintf("%d sites are listed, %d are declared: a difference of %d", count, total.n, count-total.n)))
		case !declared && len(types) == 0 && count > 0:
			p.fault(p.sites[0].RegisterRow, "record", kernel.T("有示范点，没有写“"+SiteStates.Name(st).Zh+"”的合计行", "there are sites but no total of what is "+SiteStates.Name(st).En))
		}
		for _, t := range types {
			if named[t.site] > t.n {
				p.fault(t.RegisterRow, "count", kernel.T(fmt.Sprintf("%s逐个登记了 %d 个，多于申报的 %d，相差 %d", SiteTypes.Name(t.site).Zh, named[t.site], t.n, named[t.site]-t.n),
					fmt.Sprintf("%s: %d sites are listed, more than the %d declared by %d", SiteTypes.Name(t.site).En, named[t.site], t.n, named[t.site]-t.n)))
			}
			delete(named, t.site)
		}
		if len(types) > 0 {
			for _, o := range SiteTypes {
				if named[o.ID] > 0 {
					p.fault(total.RegisterRow, "type", kernel.T(o.Name.Zh+"有示范点，没有类型行", o.Name.En+" has sites, but no row of its type"))
				}
			}
		}
	}
}

// differs says which type rows add up to what, and by how much that is not the total.
func differs(types []parsedRow, sum, total int) kernel.Text {
	var zh, en []string
	for _, t := range types {
		zh = append(zh, fmt.Sprintf("%s %d（第 %d 行）", SiteTypes.Name(t.site).Zh, t.n, t.Line))
		en = append(en, fmt.Sprintf("%s %d (line %d)", SiteTypes.Name(t.site).En, t.n, t.Line))
	}
	word, wordEn := "多", "more"
	d := sum - total
	if d < 0 {
		word, wordEn, d = "少", "fewer", -d
	}
	return kernel.T(fmt.Sprintf("各类相加是 %d，申报合计是 %d，%s %d。各类：%s", sum, total, word, d, strings.Join(zh, "、")),
		fmt.Sprintf("the types add up to %d, the declared total is %d: %d %s. Types: %s", sum, total, d, wordEn, strings.Join(en, ", ")))
}

// register gives the declared numbers.
func (p *parsed) register(m Meta) *Register {
	if len(p.totals) == 0 {
		return nil
	}
	r := &Register{Name: m.Name, AsOf: m.AsOf, Source: m.Source, Built: map[SiteType]int{}, Planned: map[SiteType]int{}, Total: map[State]int{}}
	for st, t := range p.totals {
		r.Total[st] = t.n
	}
	for _, t := range p.types {
		r.Counts(t.state)[t.site] = t.n
	}
	for _, st := range []State{Done, Planned} {
		if p.hasTypes(st) {
			continue
		}
		for _, s := range p.sites {
			if s.state == st {
				r.Counts(st)[s.site]++
			}
		}
	}
	return r
}

func (p *parsed) hasTypes(st State) bool {
	for _, t := range p.types {
		if t.state == st {
			return true
		}
	}
	return false
}

// refusal gives all faults as one error, or nil.
func (p *parsed) refusal() error {
	if len(p.faults) == 0 {
		return nil
	}
	const most = 100
	first := p.faults[0]
	first.More = p.faults[1:min(len(p.faults), most)]
	return &first
}
