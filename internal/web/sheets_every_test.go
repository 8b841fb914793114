package web_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/sheets"
	"sanzhi/internal/store"
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/territory"
	"sanzhi/internal/web"
)

// desk is the sheets of one world, for who may do everything.
type desk struct {
	t     testing.TB
	w     *world
	s     *sheets.Service
	file  string
	actor kernel.Actor
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, file: filepath.Join(t.TempDir(), "sanzhi.db"), actor: kernel.System(tenant)}
	e, err := sqlite.Open(context.Background(), d.file, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.w = worldOn(t, e, func(c *web.Config) { d.s = c.API.Sheets })
	d.do(func(tx kernel.Tx) error { // what rows may refer to
		for _, def := range []indicators.Def{
			{ID: "coal", Name: kernel.T("产量", "Output"), Subject: "output", Nature: indicators.Sum, Better: indicators.More, Unit: "吨", Places: 1},
			{ID: "rate_kept", Name: kernel.T("按期率", "Kept"), Subject: "service", Nature: indicators.Rate, Better: indicators.More, Unit: "%", Places: 2},
		} {
			if _, err := d.w.indicators().Define(tx, d.actor, def); err != nil {
				return err
			}
		}
		street, err := store.Territory{}.Place(tx, d.w.places["东街道"])
		if err != nil {
			return err
		}
		return store.Territory{}.UpsertPlaces(tx, []*territory.Place{{ID: kernel.NewID(opening), Parent: street.ID, Kind: territory.Village, Code: "630105002003", Name: "青村", Path: street.Path.Child("003"), ValidFrom: opening}})
	})
	d.bring("places", []string{"code", "name", "kind", "parent"}, []string{"Z1", "老站点", "站点", "630105002001"}, []string{"Z2", "新站点", "站点", "630105002001"}, []string{"V1", "一村民组", "村民组", "630105002001"})
	d.bring("orgs", []string{"name", "kind", "place"}, []string{"小桥支部", "党支部", "630105002001"}, []string{"青青茶业", "企业", "630105"})
	return d
}

func (d *desk) do(fn func(tx kernel.Tx) error) {
	d.t.Helper()
	if err := d.w.db.Update(context.Background(), tenant, fn); err != nil {
		d.t.Fatal(err)
	}
}

var errGiveUp = errors.New("given up")

// try brings a file in; dry gives it up again.
func (d *desk) try(sheet string, data []byte, dry bool) *sheets.Outcome {
	d.t.Helper()
	f, err := sheets.ReadFile(data)
	if err != nil {
		d.t.Fatal(err)
	}
	var out *sheets.Outcome
	err = d.w.db.Update(context.Background(), tenant, func(tx kernel.Tx) (err error) {
		if out, err = d.s.Import(tx, d.actor, sheet, "t.xlsx", f); err != nil {
			return err
		}
		if dry || len(out.Faults) > 0 {
			return errGiveUp
		}
		return nil
	})
	if err != nil && !errors.Is(err, errGiveUp) {
		d.t.Fatalf("%s: %v", sheet, err)
	}
	d.w.setups.Forget(tenant)
	return out
}

func (d *desk) bring(sheet string, head []string, rows ...[]string) *sheets.Outcome {
	d.t.Helper()
	list := [][]any{}
	for _, r := range append([][]string{head}, rows...) {
		cells := make([]any, len(r))
		for i := range r {
			cells[i] = r[i]
		}
		list = append(list, cells)
	}
	out := d.try(sheet, book(d.t.(*testing.T), list...), false)
	if len(out.Faults) > 0 {
		d.t.Fatalf("%s: %+v", sheet, out.Faults)
	}
	return out
}

func (d *desk) template(sheet string, lang kernel.Lang) []byte {
	return d.out(func(tx kernel.Tx) ([]byte, error) { return d.s.Template(tx, d.actor, sheet, lang) })
}

// export gives a sheet in clear.
func (d *desk) export(sheet string, lang kernel.Lang) []byte {
	return d.out(func(tx kernel.Tx) ([]byte, error) { return d.s.Export(tx, d.actor, sheet, "核对", lang) })
}

func (d *desk) out(fn func(tx kernel.Tx) ([]byte, error)) (data []byte) {
	d.t.Helper()
	d.do(func(tx kernel.Tx) (err error) { data, err = fn(tx); return err })
	return data
}

// fillIn writes rows under the head of a template, as somebody would, and gives the workbook.
func (d *desk) fillIn(template []byte, rows [][]string) []byte {
	d.t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(template))
	if err != nil {
		d.t.Fatal(err)
	}
	name := f.GetSheetList()[0]
	for i, r := range rows {
		for j, v := range r {
			at, _ := excelize.CoordinatesToCellName(j+2, i+2) // behind the system number
			if err := f.SetCellStr(name, at, v); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		d.t.Fatal(err)
	}
	return b.Bytes()
}

// rows reads a workbook's first sheet; without numbers the system number is left out.
func (d *desk) rows(data []byte, numbers bool) [][]string {
	d.t.Helper()
	f, err := sheets.ReadFile(data)
	if err != nil {
		d.t.Fatal(err)
	}
	var out [][]string
	for _, r := range f.Rows {
		if !numbers {
			r.Cells[0] = ""
		}
		out = append(out, r.Cells)
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

// beside are the tables that every act adds to, and those of imports themselves.
var beside = []string{"ledger_row", "ledger_row_private", "outbox", "sheet_import", "sheet_change", "revision", "setup_revision",
	"place_word"} // names that any place has borne: it only grows

// dump gives all rows of all tables but those beside.
func (d *desk) dump() map[string][]string {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.file+"?mode=ro")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tables := d.query(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'ledger%'")
	out := map[string][]string{}
	for _, t := range tables {
		if !slices.Contains(beside, t) {
			what := map[bool]string{true: "tenant, name, settings", false: "*"}[t == "tenant"] // its revision grows with each change of what is set up
			out[t] = d.query(db, "SELECT "+what+" FROM "+t)
			slices.Sort(out[t])
		}
	}
	return out
}

func (d *desk) query(db *sql.DB, q string) []string {
	d.t.Helper()
	rows, err := db.Query(q)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		cells, to := make([]any, len(cols)), make([]any, len(cols))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			d.t.Fatal(err)
		}
		s := make([]string, len(cols))
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				c = string(b)
			}
			s[i] = fmt.Sprint(c)
		}
		out = append(out, strings.Join(s, "|"))
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return out
}

// every are rows as people write them, for each sheet, in the order of its columns behind the system number. The cells of some begin as
// formulas do.
var every = map[string][][]string{
	"orgs": {{"城西街道办", "党政机关", "西街道", "区政府", "road  water", "0971-5500001"}, {"=西社区二支部", "党支部", "630105001001", "+西社区总支", "", ""},
		{"+西社区总支", "党支部", "630105001001", "城西街道办", "", "-"}, {"西社区居委会", "居（村）委会", "北社区", "", "", ""}},
	"posts": {{"=钱主任", "13900001111", "主任", "社区工作者", "西社区居委会", "西社区", "2023-01-01", ""}, {"=钱主任", "13900001111", "兼网格员", "网格员", "西社区居委会", "630105001001001", "2023/1/1", "2030-12-31"},
		{"冯二", "", "干部", "干部", "城管局", "630105", "2023-02-03", ""}},
	"places": {{"C09", "@新小区", "小区", "630105002001", "120", "300", "", ""}, {"C09-1", "1号楼", "楼栋", "C09", "0", "12", "101.7592", "36.6481"}, {"C09-1-2", "2单元", "单元", "C09-1", "", "", "", ""},
		{"S1", "桥头站", "站点", "630105002001", "", "", "101.758", "36.648"}, {"G1", "=一组", "村民组", "630105002001", "40", "", "", ""}},
	"volunteers": {{"-张三丰", "138 0000 1234", "小桥社区", "理发 修车 理发", "4"}, {"李四", "13800001235", "630105002001", "", ""}},
	"works":      {{"=SUM(A1) 停车场", "停车场", "小桥社区", "城管局", "建成", "2022-10-01", "桥头", "@五十个\n车位", "上报"}, {"+小游园", "增绿", "630105001001", "", "计划", "", "", "", ""}},
	"targets": {{"产量", "城管局", "2023Q1", "30", "", "区政府 / 2023Q1"}, {"产量", "区政府", "2023年", "400.0", "", ""}, {"产量", "自来水公司", "2023Q1", "70.5", "2", "区政府 / 2023Q1"}, {"产量", "区政府", "2023Q1", "100.5", "", "区政府 / 2023"},
		{"产量", "区政府", "2023Q2", "99.5", "", "区政府 / 2023"}, {"产量", "区政府", "2023Q3", "100", "", "区政府 / 2023"}, {"产量", "区政府", "2023Q4", "100", "", "区政府 / 2023"},
		{"Kept", "区政府", "2023-03", "98.50", "3", ""}},
	"activities": {{"=讲座", "论坛", "论坛", "", "小桥社区", "小桥居委会", "2023-05-01 09:00", "2023/5/1 11:30", "听众 | 80人", "", "", "", "法治、德治", "否", "", "", "讲\n新规"},
		{"-清扫", "志愿服务", "卫生整治", "", "630105002001", "", "2023-05-02 08:00", "2023-05-02 12:00", "清洁组 | 20 | 志愿 | 卫生环境整治岗 | 08:00-10:00 | 要会 修车 理发\n+值守组｜5人｜志愿", "桥头", "", "", "", "是", "30", "0", ""},
		{"党校", "党校课堂", "讲", "近郊", "西社区", "", "2023-05-03 09:00", "2023-05-04 17:00", "座位 | 50 | 参加\n第二天 | 50 | 参加 | 2023-05-04 09:00~2023-05-04 12:00", "", "", "", "", "", "", "", ""},
		{"采茶", "劳务", "采茶", "", "西社区", "", "2023-05-05 06:00", "2023-05-05 18:00", `早\|班 | 8人 | 计酬 | 3.5元/公斤 | 灵活就业 | 06:00-11:00`, "", "", "", "", "", "", "", ""}},
	"duty":           {{"小桥居委会", "", "=修水", "+做什么\n第二行", ""}, {"城管局", "630105", "@收垃圾", "", "-依据"}},
	"pledge":         {{"小桥居委会", "小桥社区", "=修好路灯", "2023-12-31"}, {"城管局", "", "修路", "2024.1.5"}},
	"pioneer":        {{"小桥居委会", "", "=窗口岗", "-接待"}},
	"brand":          {{"小桥支部", "", "+红心桥", "@帮"}},
	"classroom":      {{"小桥居委会", "", "室内课堂", "=课堂", ""}, {"小桥居委会", "", "平台", "平台", "用"}},
	"joint":          {{"区政府", "", "=联合体", "正在试点", "一起", "城管局、自来水公司"}},
	"station":        {{"Z1", "骑手驿站", "", "服务站", "充电、法律援助", "每天 08:00-20:00", "=0971"}},
	"block":          {{"城管局", "", "1", "=一片", "+", "630105001001、630105002002"}},
	"census":         {{"小桥社区", "=快递站", "新业态平台站点", "12", "否", "是", "2023-04-01"}, {"小桥社区", "茶馆", "非公企业", "", "有", "无", "2023/4/2"}},
	"task":           {{"630105", "=任务", "", "区政府", "城管局", "自来水公司、安居物业", "小桥居委会"}},
	"plan":           {{"630105002003", "乡村旅游", "=种茶\n+卖茶", "2024-01-01"}},
	"layout":         {{"630105", "=规划", "廊", "1", "+廊", ""}, {"630105", "=规划", "翼", "2", "翼", "@"}},
	"linkage":        {{"青青茶业", "", "=茶", "1.8万余户", "-明前", "安居物业", "630105001001"}},
	"variety":        {{"630105", "=辣椒", "蔬菜", "@"}},
	"count":          {{"630105", "=电动车", "1.8万余辆", "2023-03-31", "+交警"}, {"小桥社区", "街巷", "近400条", "2023-03-31", "城管"}},
	"tolerance":      {{"城管局", "", "=钱某某", "+事", "-依据", "从轻处理", "2023-03-01"}},
	"accountability": {{"城管局", "", "孙某某", "事", "依据", "通报", "2023-03-01"}},
}

// onlyOut are the sheets whose rows are made on their page, because each needs what no cell may say.
var onlyOut = map[string]string{"service": "about a report-in", "household": "each household's own consent"}

func (d *desk) keys() []string {
	var out []string
	for _, k := range d.s.Kinds(d.actor) {
		if k.OnlyOut != (onlyOut[k.Key] != "") {
			d.t.Errorf("%s: for export only: %v", k.Key, k.OnlyOut)
		}
		if !k.OnlyOut {
			out = append(out, k.Key)
		}
	}
	return out
}

// Each sheet goes all the way: template, filled in, tried, brought in, brought in again, exported, brought in elsewhere, undone.
func TestEverySheet(t *testing.T) {
	langs := []kernel.Lang{kernel.Chinese, kernel.English}
	for i, key := range newDesk(t).keys() {
		rows, known := every[key]
		if !known {
			t.Errorf("%s: no rows to try it with", key)
		}
		t.Run(key, func(t *testing.T) {
			d, lang := newDesk(t), langs[i%2]
			before := d.dump()
			file := d.fillIn(d.template(key, lang), rows)
			if dry := d.try(key, file, true); dry.Added != len(rows) || len(dry.Faults) > 0 {
				t.Fatalf("tried: %+v", dry)
			}
			if diff := cmp.Diff(before, d.dump()); diff != "" {
				t.Fatalf("trying wrote (-before +after)\n%s", diff)
			}
			done := d.try(key, file, false)
			if done.Added != len(rows) || len(done.Faults) > 0 {
				t.Fatalf("brought in: %+v", done)
			}
			after := d.dump()
			if again := d.try(key, file, false); again.Same != len(rows) || again.Added+again.Changed+len(again.Faults) > 0 {
				t.Fatalf("a second time: %+v", again)
			}
			export := d.export(key, lang)
			if again := d.try(key, export, false); again.Same != again.Rows || again.Rows < len(rows) || len(again.Faults) > 0 {
				t.Fatalf("the export brought in again: %+v", again)
			}
			if diff := cmp.Diff(after, d.dump()); diff != "" {
				t.Fatalf("a second time wrote (-before +after)\n%s", diff)
			}
			noFormula(t, export)

			other := newDesk(t)
			if got := other.try(key, export, false); got.Added != len(rows) || len(got.Faults) > 0 {
				t.Fatalf("brought in elsewhere: %+v", got)
			}
			for _, l := range langs {
				if diff := cmp.Diff(d.rows(d.export(key, l), false), other.rows(other.export(key, l), false)); diff != "" {
					t.Fatalf("elsewhere (-here +there)\n%s", diff)
				}
			}

			d.do(func(tx kernel.Tx) error { _, _, err := d.s.Undo(tx, d.actor, done.ID, false, nil); return err })
			if diff := cmp.Diff(before, d.dump()); diff != "" {
				t.Fatalf("undone (-before +after)\n%s", diff)
			}
		})
	}
}

func noFormula(t *testing.T, data []byte) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for r := range rows {
			for c, v := range rows[r] {
				at, _ := excelize.CoordinatesToCellName(c+1, r+1)
				kind, _ := f.GetCellType(name, at)
				if formula, _ := f.GetCellFormula(name, at); formula != "" || v != "" && kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber && strings.ContainsAny(v[:1], "=+-@") {
					t.Errorf("%s %s: %q %q", name, at, v, formula)
				}
			}
		}
	}
}

// Two people who look alike under their stars are two people; a masked cell that may mean either is told.
func TestSheetAlikeUnderStars(t *testing.T) {
	d := newDesk(t)
	head := []string{"name", "phone", "place"}
	d.bring("volunteers", head, []string{"张三丰", "13800001234", "小桥社区"})
	if got := d.bring("volunteers", head, []string{"张二丰", "13899991234", "小桥社区"}); got.Added != 1 {
		t.Errorf("the second: %+v", got)
	}
	out := d.try("volunteers", book(t, []any{"name", "phone", "place"}, []any{"张*丰", "138****1234", "小桥社区"}), true)
	if len(out.Faults) != 1 || !strings.Contains(out.Faults[0].Say.En, "several entries") {
		t.Errorf("either of them: %+v", out)
	}
}
