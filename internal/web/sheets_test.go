package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// book makes a workbook of rows.
func book(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", at, &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bring sends a workbook.
func (w *world) bring(user, sheet, query string, data []byte, headers ...header) *answer {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "rows.xlsx")
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = m.Close()
	req, err := http.NewRequest("POST", w.http.URL+"/api/v1/sheets/"+sheet+"/import"+query, &b)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	for _, h := range append(headers, w.as(user)) {
		req.Header.Set(h.name, h.value)
	}
	return w.send(req)
}

// out reads an export's first sheet.
func (w *world) out(user, sheet, query string) ([]byte, [][]string) {
	w.t.Helper()
	req, err := http.NewRequest("GET", w.http.URL+"/api/v1/sheets/"+sheet+"/export.xlsx"+query, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	h := w.as(user)
	req.Header.Set(h.name, h.value)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		w.t.Fatalf("export: %d %s %v", res.StatusCode, data, err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	name := f.GetSheetList()[0]
	rows, err := f.GetRows(name)
	if err != nil {
		w.t.Fatal(err)
	}
	for r := range rows {
		for c := range rows[r] {
			at, _ := excelize.CoordinatesToCellName(c+1, r+1)
			if formula, _ := f.GetCellFormula(name, at); formula != "" {
				w.t.Errorf("%s holds the formula %q", at, formula)
			}
		}
	}
	return data, rows
}

func TestSheetRoundTrip(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		file := book(t, []any{"单位*", "职责*", "具体做什么"}, []any{"小桥居委会", "=HYPERLINK(\"http://x\")", "修水"}, []any{"小桥居委会", "'+1", nil})

		// Without sign-in and without the permission there is no such sheet.
		w.bring("resident", "duty", "?dry=1", file).want(404)
		dry := w.bring("clerk", "duty", "?dry=1", file).want(200)
		if dry.num("added") != 2 {
			t.Fatalf("dry run: %s", dry.Raw)
		}
		if again := w.bring("clerk", "duty", "?dry=1", file).want(200); again.num("added") != 2 {
			t.Fatalf("a dry run wrote: %s", again.Raw)
		}
		done := w.bring("clerk", "duty", "", file, key("sheet-import-000000000001")).want(200)
		if again := w.bring("clerk", "duty", "", file, key("sheet-import-000000000001")).want(200); again.str("id") != done.str("id") {
			t.Errorf("the same key did it twice: %s", again.Raw)
		}
		if second := w.bring("clerk", "duty", "", file).want(200); second.num("added") != 0 || second.num("same") != 2 {
			t.Errorf("a second run: %s", second.Raw)
		}
		data, rows := w.out("clerk", "duty", "")
		if len(rows) != 3 {
			t.Fatalf("export: %v", rows)
		}
		if same := w.bring("clerk", "duty", "", data).want(200); same.num("same") != 2 || same.num("changed")+same.num("added") != 0 {
			t.Errorf("the export brought in again: %s", same.Raw)
		}
		entries := w.do("clerk", "GET", "/registers/duty/entries", nil)
		if entries.Status == 200 && !strings.Contains(entries.Raw, "=HYPERLINK") {
			t.Errorf("the text is not what was sent: %s", entries.Raw)
		}

		w.do("clerk", "POST", "/imports/"+done.str("id")+"/undo", map[string]any{}).want(200)
		if _, rows := w.out("clerk", "duty", ""); len(rows) != 1 {
			t.Errorf("after undo: %v", rows)
		}
		w.do("clerk", "POST", "/imports/"+done.str("id")+"/undo", map[string]any{}).want(409)
		if once := w.bring("clerk", "duty", "", file).want(200); once.num("added") != 2 {
			t.Errorf("after undo it can come again: %s", once.Raw)
		}
	})
}

func TestSheetUndoRefused(t *testing.T) {
	w := newWorld(t)
	const org = "小桥居委会"
	done := w.bring("clerk", "duty", "", book(t, []any{"单位*", "职责*"}, []any{org, "甲"}, []any{org, "乙"})).want(200)
	data, rows := w.out("clerk", "duty", "")
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if rows[2][3] != "甲" && rows[1][3] != "甲" {
		t.Fatalf("%v", rows)
	}
	row := map[bool]string{true: "D2", false: "D3"}[rows[1][3] == "乙"]
	if err := f.SetCellStr(f.GetSheetList()[0], row, "丙"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	change := w.bring("clerk", "duty", "", b.Bytes()).want(200)
	if change.num("changed") != 1 || change.num("same") != 1 {
		t.Fatalf("a change by number: %s", change.Raw)
	}
	refused := w.do("clerk", "POST", "/imports/"+done.str("id")+"/undo", map[string]any{}).want(409)
	if !strings.Contains(refused.Raw, "第 3 行") {
		t.Errorf("the row that changed is not named: %s", refused.Raw)
	}
	w.do("clerk", "POST", "/imports/"+change.str("id")+"/undo", map[string]any{}).want(200)
	if _, rows := w.out("clerk", "duty", ""); fmt.Sprint(rows[1:]) == "" || strings.Contains(fmt.Sprint(rows), "丙") {
		t.Errorf("the change was not put back: %v", rows)
	}
}

func TestSheetFaults(t *testing.T) {
	w := newWorld(t)
	file := book(t, []any{"单位*", "职责*"}, []any{"没有这家", "甲"}, []any{nil, nil}, []any{"没有这家", nil})
	dry := w.bring("clerk", "duty", "?dry=1", file, english()).want(200)
	faults := dry.list("faults")
	if len(faults) != 3 || dry.JSON["ok"] != false {
		t.Fatalf("faults: %s", dry.Raw)
	}
	if x := faults[0].(map[string]any); x["row"] != 2.0 || x["column"] != "org" || !strings.Contains(x["say"].(string), "no organisation") {
		t.Errorf("the first fault: %v", x)
	}
	if real := w.bring("clerk", "duty", "", file).want(422); !strings.Contains(real.Raw, "rows[4].title") {
		t.Errorf("faults by row and column: %s", real.Raw)
	}
	if _, rows := w.out("clerk", "duty", ""); len(rows) != 1 {
		t.Errorf("something was written: %v", rows)
	}
	w.bring("clerk", "duty", "", []byte("PK no")).want(422)
}

func TestSheetPersonalMasked(t *testing.T) {
	w := newWorld(t)
	places := w.do("clerk", "GET", "/places?kind=community", nil).want(200)
	code := places.list("items")[0].(map[string]any)["code"].(string)
	for _, x := range places.list("items") { // one that the clerk keeps
		c := x.(map[string]any)["code"].(string)
		if w.bring("clerk", "volunteers", "?dry=1", book(t, []any{"姓名*", "手机*", "在哪里登记*"}, []any{"张三丰", "13800001234", c})).JSON["ok"] == true {
			code = c
		}
	}
	file := book(t, []any{"姓名*", "手机*", "在哪里登记*", "技能"}, []any{"张三丰", "13800001234", code, "理发"})
	w.bring("clerk", "volunteers", "", file).want(200)
	data, rows := w.out("clerk", "volunteers", "")
	if s := fmt.Sprint(rows); strings.Contains(s, "三丰") || strings.Contains(s, "13800001234") || !strings.Contains(s, "138****1234") {
		t.Errorf("not masked: %s", s)
	}
	if same := w.bring("clerk", "volunteers", "", data).want(200); same.num("same") != 1 || same.num("changed") != 0 {
		t.Errorf("a masked export brought in again: %s", same.Raw)
	}
	if _, rows := w.out("clerk", "volunteers", "?reason=%E6%A0%B8%E5%AF%B9"); !strings.Contains(fmt.Sprint(rows), "张三丰") {
		t.Errorf("not in clear with a reason: %v", rows)
	}
	if log := w.do("auditor", "GET", "/audit?act=sheet.reveal", nil).want(200); len(log.list("items")) != 1 {
		t.Errorf("the look is not in the ledger: %s", log.Raw)
	}
}

func TestSheetOfTenThousand(t *testing.T) {
	w := newWorld(t)
	rows := [][]any{{"单位*", "职责*"}}
	for i := range 10_000 {
		rows = append(rows, []any{"小桥居委会", fmt.Sprintf("职责 %d", i)})
	}
	file := book(t, rows...)
	begin := time.Now()
	if done := w.bring("clerk", "duty", "", file).want(200); done.num("added") != 10_000 {
		t.Fatalf("%s", done.Raw)
	}
	t.Logf("brought in after %v", time.Since(begin))
	if again := w.bring("clerk", "duty", "", file).want(200); again.num("same") != 10_000 {
		t.Fatalf("%s", again.Raw)
	}
	w.bring("clerk", "duty", "", book(t, append(rows, []any{"小桥居委会", "多一行"})...)).want(422)
}

// What changed since an import is named and left, the rest is put back.
func TestSheetUndoLeaves(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		const org = "小桥居委会"
		done := w.bring("clerk", "duty", "", book(t, []any{"单位*", "职责*"}, []any{org, "甲"}, []any{org, "乙"}, []any{org, "丙"})).want(200)
		data, rows := w.out("clerk", "duty", "")
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if len(r) > 3 && r[3] == "乙" {
				at, _ := excelize.CoordinatesToCellName(4, i+1)
				if err := f.SetCellStr(f.GetSheetList()[0], at, "乙改"); err != nil {
					t.Fatal(err)
				}
			}
		}
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		w.bring("clerk", "duty", "", b.Bytes()).want(200)

		undo := "/imports/" + done.str("id") + "/undo"
		refused := w.do("clerk", "POST", undo, map[string]any{}, english()).want(409)
		if got := refused.fields(); len(got) != 1 || got[0] != "rows[3]" || !strings.Contains(refused.Raw, "乙") || !strings.Contains(refused.Raw, "row 3 (") {
			t.Errorf("named: %s", refused.Raw)
		}
		if _, rows := w.out("clerk", "duty", ""); len(rows) != 4 {
			t.Errorf("a refused undo took something away: %v", rows)
		}
		w.do("clerk-north", "POST", undo, map[string]any{"leave": true}).want(409) // somebody else's rows: none is theirs to see
		left := w.do("clerk", "POST", undo, map[string]any{"leave": true}, key("sheet-undo-0000000000001")).want(200)
		if left.num("left") != 1 || left.num("left_rows.0.row") != 3 {
			t.Errorf("left: %s", left.Raw)
		}
		if again := w.do("clerk", "POST", undo, map[string]any{"leave": true}, key("sheet-undo-0000000000001")).want(200); again.Raw != left.Raw {
			t.Errorf("the same key again: %s", again.Raw)
		}
		if _, rows := w.out("clerk", "duty", ""); len(rows) != 2 || rows[1][3] != "乙改" {
			t.Errorf("after undo: %v", rows)
		}
		if list := w.do("clerk", "GET", "/imports", nil).want(200); len(list.list("items")) != 2 || strings.Count(list.Raw, `"left":1`) != 1 || strings.Count(list.Raw, "undone_at") != 1 {
			t.Errorf("history: %s", list.Raw)
		}
		w.do("clerk", "POST", undo, map[string]any{"leave": true}).want(409)
	})
}

// How far a file is, is told line by line; the last line holds what came of it.
func TestSheetTold(t *testing.T) {
	w := newWorld(t)
	last := func(a *answer) string {
		lines := strings.Split(strings.TrimSpace(a.Raw), "\n")
		return lines[len(lines)-1]
	}
	good := book(t, []any{"单位*", "职责*"}, []any{"小桥居委会", "甲"})
	if got := last(w.bring("clerk", "duty", "?dry=1&stream=1", good).want(200)); !strings.Contains(got, `"added":1`) || !strings.Contains(got, `"ok":true`) {
		t.Errorf("tried: %s", got)
	}
	if got := last(w.bring("clerk", "duty", "?stream=1", good).want(200)); !strings.Contains(got, `"added":1`) || !strings.Contains(got, `"done":1,"rows":1`) {
		t.Errorf("brought in: %s", got)
	}
	if got := last(w.bring("clerk", "duty", "?stream=1", book(t, []any{"单位*", "职责*"}, []any{"没有这家", "甲"})).want(200)); !strings.Contains(got, `"status":422`) || !strings.Contains(got, "rows[2].org") {
		t.Errorf("refused: %s", got)
	}
}
