package works

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestParseQuantity(t *testing.T) {
	q := func(v float64, unit string, how kernel.Qualifier, step float64) kernel.Quantity {
		return kernel.Quantity{Value: v, Unit: unit, Qualifier: how, Step: step}
	}
	for in, want := range map[string]kernel.Quantity{
		"12000余株": q(12000, "株", kernel.AtLeast, 1000), "7000余株": q(7000, "株", kernel.AtLeast, 1000), "3600米": q(3600, "米", kernel.Exact, 0),
		"1500 米": q(1500, "米", kernel.Exact, 0), "41000余㎡": q(41000, "平方米", kernel.AtLeast, 1000), "40盏": q(40, "盏", kernel.Exact, 0), "19棵": q(19, "棵", kernel.Exact, 0),
		"近400条": q(400, "条", kernel.Nearly, 100), "约100块": q(100, "块", kernel.About, 0), "1.8万余辆": q(18000, "辆", kernel.AtLeast, 1000), "30多个": q(30, "个", kernel.AtLeast, 10),
		"1,300余名": q(1300, "名", kernel.AtLeast, 100), "2万株": q(20000, "株", kernel.Exact, 0), "105处": q(105, "处", kernel.Exact, 0),
	} {
		got, err := ParseQuantity("quantity", in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
	for _, in := range []string{"", "株", "近", "12000", "12000余", "-3米", "3.4.5米", "近400余条", "十二株", "1e9米", "3米4"} {
		if got, err := ParseQuantity("quantity", in); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q is taken as %+v", in, got)
		}
	}
	for _, in := range []string{"12000余株", "近400条", "约100块", "3600米"} {
		got, _ := ParseQuantity("", in)
		if back := FormatQuantity(got); back != in {
			t.Errorf("%s is written as %s", in, back)
		}
	}
}

func line(subject, group string, a Action, quantity string) *Item {
	q, err := ParseQuantity("", quantity)
	if err != nil {
		panic(err)
	}
	return &Item{ID: kernel.NewID(time.UnixMilli(1e12)), Subject: subject, Group: group, Action: a, Quantity: q, Source: "line"}
}

func find(t *testing.T, l []Total, group, subject string) Total {
	t.Helper()
	for _, x := range l {
		if x.Group == group && x.Subject == subject {
			return x
		}
	}
	t.Fatalf("no total of %s %s in %+v", group, subject, l)
	return Total{}
}

// The stock changes by what is new and what is removed: 40 lamps and 7000 flowers that were replaced add nothing, the rail goes.
func TestStock(t *testing.T) {
	subjects, _, err := Totals([]*Item{line("路灯", "", "replace", "40盏"), line("花卉", "", "replace", "7000余株"), line("花卉", "", "replant", "12000余株"),
		line("凤凰木", "", "plant", "19棵"), line("护栏", "", "remove", "300米"), line("护栏", "", "build", "120米")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for subject, want := range map[string]string{"路灯": "0盏", "花卉": "0株", "凤凰木": "19棵", "护栏": "-180米"} {
		net, err := find(t, subjects, "", subject).Net()
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatQuantity(net); got != want {
			t.Errorf("%s: the stock changes by %s, want %s", subject, got, want)
		}
	}
	flowers := find(t, subjects, "", "花卉")
	if got := FormatQuantity(flowers.Other); got != "19000余株" {
		t.Errorf("flowers handled: %s", got)
	}
	// What 余 takes away lies below the figure given, never above.
	taken, _, _ := Totals([]*Item{line("树", "", "remove", "1300余棵")}, nil)
	net, _ := taken[0].Net()
	if net.Qualifier == kernel.Exact || !net.Holds(-1300) || !net.Holds(-1390) || net.Holds(-1299) || net.Holds(-1401) {
		t.Errorf("%+v", net)
	}
}

// 和林格尔: 口袋公园 3 + 小微绿地 4 are 7 green sites, and 近400 stays nearly.
func TestGroupTotals(t *testing.T) {
	subjects, groups, err := Totals([]*Item{line("口袋公园", "绿地", "build", "3个"), line("小微绿地", "绿地", "build", "4个"), line("背街小巷硬化", "道路", "renew", "近400条"),
		line("背街小巷硬化", "道路", "renew", "12条"), line("公厕", "", "build", "32座"), line("停车场", "停车", "rebuild", "2处"), line("停车位", "停车", "add", "150个")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := find(t, groups, "绿地", "").All()
	if err != nil || FormatQuantity(all) != "7个" {
		t.Errorf("green sites: %+v %v", all, err)
	}
	lanes, _ := find(t, subjects, "道路", "背街小巷硬化").All()
	if lanes.Qualifier != kernel.Nearly || lanes.Value != 412 {
		t.Errorf("近400 and 12 are %+v", lanes)
	}
	if len(groups) != 4 { // 绿地, 道路, 停车 in two units
		t.Errorf("%d groups: units are not added to each other: %+v", len(groups), groups)
	}
}

// Totals equal the sums of their lines whatever the order, and a line that tells another's figure counts in none.
func TestTotalsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		var items []*Item
		want := map[string]float64{}
		exact := map[string]bool{}
		for i := range n {
			it := line(rapid.SampledFrom([]string{"花卉", "路灯"}).Draw(t, "subject"), "", rapid.SampledFrom(Actions).Draw(t, "action").ID, "1个")
			it.Quantity.Value = float64(rapid.IntRange(1, 9999).Draw(t, "value"))
			it.Quantity.Qualifier = rapid.SampledFrom(kernel.AllQualifiers).Draw(t, "qualifier")
			if rapid.Bool().Draw(t, "twin") {
				it.TwinOf = kernel.ID("other")
			} else {
				want[it.Subject] += it.Quantity.Value
				if was, seen := exact[it.Subject]; !seen || was {
					exact[it.Subject] = it.Quantity.Qualifier == kernel.Exact
				}
			}
			items = append(items, it)
			_ = i
		}
		items = rapid.Permutation(items).Draw(t, "order")
		subjects, _, err := Totals(items, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(subjects) != len(want) {
			t.Fatalf("%d totals of %d things", len(subjects), len(want))
		}
		for _, s := range subjects {
			all, err := s.All()
			if err != nil || all.Value != want[s.Subject] {
				t.Fatalf("%s: %+v, want %v (%v)", s.Subject, all, want[s.Subject], err)
			}
			if (all.Qualifier == kernel.Exact) != exact[s.Subject] {
				t.Fatalf("%s: %s, exact members only: %v", s.Subject, all.Qualifier, exact[s.Subject])
			}
		}
	})
}

// 花卉7000余株 is told twice, for the planters of a road and for those of 北回归大道: a likely double count.
func TestTwins(t *testing.T) {
	county, west, east := kernel.Path("530925/"), kernel.Path("530925/100/"), kernel.Path("530925/101/")
	at := func(l Line, id, project, location string) Line {
		l.Item.ID, l.Item.Project, l.Item.Location = kernel.ID(id), kernel.ID(project), location
		return l
	}
	of := func(name string, path kernel.Path, quantity string) Line {
		return Line{Item: line("花卉", "", "replace", quantity), Name: name, Path: path}
	}
	a := at(of("道路绿化提升", county, "7000余株"), "A", "1", "道路中间花箱护栏")
	b := at(of("绿美滨河街区", county, "7000余株"), "B", "2", "北回归大道花箱")
	for name, c := range map[string]struct {
		other Line
		want  Why
	}{
		"told again":       {b, WhyNames},
		"in one project":   {at(of("道路绿化提升", county, "7000余株"), "B", "1", "广场"), WhyProject},
		"another figure":   {at(of("绿美滨河街区", county, "7100余株"), "B", "2", "北回归大道花箱"), ""},
		"exact is another": {at(of("绿美滨河街区", county, "7000株"), "B", "2", "北回归大道花箱"), ""},
		"another unit":     {at(of("绿美滨河街区", county, "7000余盆"), "B", "2", "北回归大道花箱"), ""},
		"elsewhere":        {at(of("南勐河治理", county, "7000余株"), "B", "2", "南门广场"), ""},
		"already known as one": {func() Line {
			l := at(of("绿美滨河街区", county, "7000余株"), "B", "2", "北回归大道花箱")
			l.Item.TwinOf = "A"
			return l
		}(), ""},
	} {
		var got Why
		if f := Twins([]Line{a, c.other}); len(f) == 1 {
			got = f[0].Why
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	near := func(p, q kernel.Path, lon float64) int {
		x, y := at(of("甲", p, "7000余株"), "A", "1", "东"), at(of("乙", q, "7000余株"), "B", "2", "西")
		x.Lon, x.Lat, y.Lon, y.Lat = 99.8, 23.4, 99.8+lon, 23.4
		return len(Twins([]Line{x, y}))
	}
	if near(west, east, 0.003) != 1 || near(west, east, 0.03) != 0 || near(west, west.Child("1"), 0.03) != 1 || near(county, west, 0.03) != 0 {
		t.Error("near is not near")
	}
	x, y := at(Line{Item: line("公厕", "", "build", "2座"), Path: west}, "A", "1", "东"), at(Line{Item: line("公厕", "", "build", "2座"), Path: west}, "B", "2", "西")
	if len(Twins([]Line{x, y})) != 0 {
		t.Error("small numbers meet by chance and are flagged")
	}
}

const register = `记录,类型,状态,个数
合计,,建成,%TOTAL%
类型,城镇,建成,3
类型,社区,建成,8
类型,乡村,建成,16
类型,交通,建成,13
类型,河湖,建成,1
类型,校园,建成,3
类型,景区,建成,6
合计,,计划,18
类型,社区,计划,18
`

func readRegister(t *testing.T, text string) *parsed {
	t.Helper()
	rows, err := ReadCSV(text)
	if err != nil {
		t.Fatal(err)
	}
	p := parseRows(rows)
	p.check()
	return p
}

// 50 sites of seven types are taken, 49 and 51 refused with the rows and the difference; 18 planned stay apart.
func TestRegisterAddsUp(t *testing.T) {
	p := readRegister(t, strings.ReplaceAll(register, "%TOTAL%", "50"))
	if err := p.refusal(); err != nil {
		t.Fatal(err)
	}
	r := p.register(Meta{Name: "x"})
	if r.Total[Done] != 50 || r.Total[Planned] != 18 || r.Built["community"] != 8 || r.Planned["community"] != 18 || len(r.Built) != 7 || len(r.Planned) != 1 {
		t.Errorf("%+v", r)
	}
	for total, want := range map[string][2]string{"49": {"各类相加是 50，申报合计是 49，多 1。各类：城镇 3（第 3 行）、社区 8（第 4 行）", "1 more"}, "51": {"各类相加是 50，申报合计是 51，少 1", "1 fewer"}} {
		err := readRegister(t, strings.ReplaceAll(register, "%TOTAL%", total)).refusal()
		var e *kernel.Error
		if !kernel.Is(err, kernel.KindInvalid) {
			t.Fatalf("%s is taken: %v", total, err)
		}
		e = err.(*kernel.Error)
		if e.Field != "line 2: count" || !strings.Contains(e.Say.Zh, want[0]) || !strings.Contains(e.Say.En, want[1]) || !strings.Contains(e.Say.Zh, "景区 6（第 9 行）") {
			t.Errorf("%s: %s %s %s", total, e.Field, e.Say.Zh, e.Say.En)
		}
	}
}

func TestRegisterFaults(t *testing.T) {
	for name, c := range map[string]struct{ csv, field, say string }{
		"a planned type without its total": {"记录,类型,状态,个数\n类型,社区,计划,18\n", "line 2: record", "合计"},
		"more named than declared":         {"记录,类型,状态,个数,名称\n合计,,,1,\n类型,社区,,1,\n示范点,社区,,,甲小区\n示范点,社区,,,乙小区\n", "line 3: count", "相差 1"},
		"named and declared differ":        {"记录,类型,状态,个数,名称\n合计,,,3,\n示范点,社区,,,甲小区\n示范点,校园,,,乙学校\n", "line 2: count", "相差 -1"},
		"a type that is none":              {"记录,类型,状态,个数\n合计,,,1\n类型,广场,,1\n", "line 3: type", "城镇"},
		"a total twice":                    {"记录,类型,状态,个数\n合计,,,1\n合计,,,1\n", "line 3: state", "两次"},
		"a type twice":                     {"记录,类型,状态,个数\n合计,,,2\n类型,社区,,1\n类型,社区,,1\n", "line 4: type", "第 3 行"},
		"no number":                        {"记录,类型,状态,个数\n合计,,,五十\n", "line 2: count", "整数"},
		"a quantity without unit":          {"记录,名称,内容,做法,数量\n清单,甲,花卉,更换,7000\n", "line 2: quantity", "7000"},
		"a record that is none":            {"记录\n别的\n", "line 2: record", "示范点"},
		"an empty line keeps the numbers":  {"\n记录,类型,状态,个数\n\n合计,,,x\n", "line 4: count", "整数"},
	} {
		err := readRegister(t, c.csv).refusal()
		e, ok := err.(*kernel.Error)
		if !ok || e.Field != c.field {
			t.Errorf("%s: %v, want the field %s", name, err, c.field)
			continue
		}
		if c.say != "7000" && !strings.Contains(e.Say.Zh, c.say) {
			t.Errorf("%s: %s", name, e.Say.Zh)
		}
	}
	for _, csv := range []string{"", "记录,没有\n", "名称\n", "记录\n\"x\n"} {
		if rows, err := ReadCSV(csv); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%q: %v %v", csv, rows, err)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add(strings.ReplaceAll(register, "%TOTAL%", "50"))
	f.Add("记录,数量\n清单,7000余株\n")
	f.Fuzz(func(_ *testing.T, s string) {
		rows, err := ReadCSV(s)
		if err == nil {
			p := parseRows(rows)
			p.check()
			_ = p.refusal()
		}
	})
}

// A work shared by two districts counts each part once, and parts that exceed the whole are named.
func TestRollUp(t *testing.T) {
	sh := &Project{Body: Body{Shared: &Shared{Key: "civil-2023", With: []Partner{{Tenant: "150100"}}, OwnShare: 40}}}
	q := line("长椅", "", "add", "200把").Quantity
	mine, err := itemOf(sh, ItemDraft{Subject: "长椅", Action: "add", Quantity: q, Source: "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	rest := kernel.Quantity{Value: 120, Unit: "把", Qualifier: kernel.Exact}
	theirs, err := itemOf(sh, ItemDraft{Subject: "长椅", Action: "add", Quantity: q, Own: &rest, Source: "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	parts := []SharedPart{{"150123", "civil-2023", mine}, {"150100", "civil-2023", theirs}}
	sum, over, err := RollUp(parts)
	if err != nil || len(over) != 0 || len(sum) != 1 || FormatQuantity(sum[0].Added) != "200把" || mine.Quantity.Value != 80 {
		t.Errorf("%+v %+v %v", sum, over, err)
	}
	theirs.Quantity.Value = 130
	if _, over, _ = RollUp(parts); len(over) != 1 || over[0].Counted.Value != 210 || over[0].Whole.Value != 200 {
		t.Errorf("the parts exceed the whole: %+v", over)
	}
	for name, d := range map[string]ItemDraft{
		"a share that gives no whole number": {Subject: "长椅", Action: "add", Quantity: kernel.Quantity{Value: 7, Unit: "把"}, Source: "x"},
		"more than the whole":                {Subject: "长椅", Action: "add", Quantity: q, Own: &kernel.Quantity{Value: 201, Unit: "把"}, Source: "x"},
		"another unit":                       {Subject: "长椅", Action: "add", Quantity: q, Own: &kernel.Quantity{Value: 1, Unit: "米"}, Source: "x"},
		"no source":                          {Subject: "长椅", Action: "add", Quantity: q},
	} {
		if _, err := itemOf(sh, d, ""); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStages(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2023, 3, d, 0, 0, 0, 0, kernel.Shanghai) }
	for name, st := range map[string]Stage{"no name": {State: Planned}, "no state": {Name: "甲"}, "ends before it begins": {Name: "甲", State: Active, From: day(5), To: day(4)},
		"done without a day": {Name: "甲", State: Done}, "a day without being done": {Name: "甲", State: Active, Done: day(4)}, "done before it begins": {Name: "甲", State: Done, From: day(5), Done: day(4)}} {
		if err := checkStage(0, &st); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkStage(0, &Stage{Name: "甲", State: Done, From: day(4), To: day(4), Done: day(6)}); err != nil {
		t.Error(err)
	}
	states := func(l ...State) (out []Stage) {
		for _, s := range l {
			out = append(out, Stage{State: s})
		}
		return out
	}
	for _, c := range []struct {
		stages []Stage
		want   State
	}{{nil, Planned}, {states(Planned, Planned), Planned}, {states(Done, Planned), Active}, {states(Done, Done), Done}, {states(Done, Stopped), Stopped}, {states(Active, Stopped), Active}} {
		if got := StateOf(c.stages); got != c.want {
			t.Errorf("%+v: %s, want %s", c.stages, got, c.want)
		}
	}
}

// Closed sets say every value in both languages, and have as many as the sources name.
func TestSets(t *testing.T) {
	if len(SiteTypes) != 7 || len(Methods) != 5 || len(Uses) != 4 || len(Parts) != 4 || len(Levels) != 2 || len(Moments) != 3 {
		t.Error("a set has another size than its source")
	}
	check(t, Kinds)
	check(t, States)
	check(t, Actions)
	check(t, Methods)
	check(t, Uses)
	check(t, Parts)
	check(t, Levels)
	check(t, Moments)
	check(t, SiteTypes)
	check(t, Reasons)
	check(t, Records)
}

func check[T ~string](t *testing.T, l Options[T]) {
	t.Helper()
	seen := map[T]bool{}
	for _, o := range l {
		if o.ID == "" || o.Name.Zh == "" || o.Name.En == "" || seen[o.ID] {
			t.Errorf("%+v", o)
		}
		seen[o.ID] = true
		for _, s := range []string{string(o.ID), o.Name.Zh, o.Name.En} {
			if got, ok := l.Find(s); !ok || got != o.ID {
				t.Errorf("%s is found as %s", s, got)
			}
		}
	}
}
