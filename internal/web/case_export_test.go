package web_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"
)

// lines reads a file of cases.
func (w *world) lines(a *answer) [][]string {
	w.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Raw, "\ufeff"))).ReadAll()
	if err != nil {
		w.t.Fatalf("%v: %s", err, a.Raw)
	}
	return rows
}

func TestCaseExport(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id := w.order("", "street-lamp", "=HYPERLINK(1) 路灯不亮", map[string]any{"contact": map[string]any{"name": "张三丰", "phone": "13812345678"}}).str("id")
		other := w.order("", "street-lamp", "＠院里井盖松了").str("id")
		filter := map[string]any{"state": "open", "item": "street-lamp"}
		took := w.do("clerk", "POST", "/case-exports", filter, key("x")).want(201)
		if again := w.do("clerk", "POST", "/case-exports", filter, key("x")).want(201); again.str("id") != took.str("id") {
			t.Error("a repeated request took another copy")
		}
		list := w.do("clerk", "GET", "/cases?state=open&item=street-lamp", nil).want(200).list("items")
		file := w.do("clerk", "GET", "/case-exports/"+took.str("id"), nil).want(200)
		rows := w.lines(file)
		if len(rows) != took.num("rows")+1 || len(rows) != len(list)+1 || len(rows) < 3 {
			t.Fatalf("%d rows told, %d listed: %s", took.num("rows"), len(list), file.Raw)
		}
		if !strings.Contains(file.Header.Get("Content-Disposition"), `filename="cases-`+took.str("id")) || !strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("%v", file.Header)
		}
		for _, bad := range []string{"13812345678", "张三丰", id, other} {
			if strings.Contains(file.Raw, bad) {
				t.Errorf("%q stands in the file", bad)
			}
		}
		for _, want := range []string{"138****5678", "张", "'=HYPERLINK(1)", "'＠院里"} {
			if !strings.Contains(file.Raw, want) {
				t.Errorf("%q does not stand in the file: %s", want, file.Raw)
			}
		}
		// English heads; words looked for are not kept, and must be said again.
		found := w.do("clerk", "POST", "/case-exports", map[string]any{"q": "井盖松了"}).want(201)
		w.do("clerk", "GET", "/case-exports/"+found.str("id"), nil).want(404)
		in := w.lines(w.do("clerk", "GET", "/case-exports/"+found.str("id")+"?q=井盖松了", nil, english()).want(200))
		if len(in) != 2 || in[0][0] != "Number" {
			t.Errorf("%v", in)
		}
		log := w.do("auditor", "GET", "/audit?act=cases_exported", nil).want(200)
		if len(log.list("items")) != 2 || strings.Contains(log.Raw, "井盖") || !strings.Contains(log.Raw, `"street-lamp"`) || log.str("items.0.title") == "cases_exported" {
			t.Errorf("%s", log.Raw)
		}
		// Not another's, not another row of the ledger, not later.
		w.do("dispatcher", "GET", "/case-exports/"+took.str("id"), nil).want(404)
		w.do("clerk", "GET", "/case-exports/"+nobodyID, nil).want(404)
		w.clock.Advance(11 * time.Minute)
		w.do("clerk", "GET", "/case-exports/"+took.str("id"), nil).want(404)
	})
}

func TestCaseExportNeedsThePermission(t *testing.T) {
	w := newWorld(t)
	w.to("dispatched")
	// The cadre reads cases and may not export; nobody may neither.
	w.do("cadre", "GET", "/cases", nil).want(200)
	w.do("cadre", "POST", "/case-exports", map[string]any{}).want(403)
	w.do("", "POST", "/case-exports", map[string]any{}).want(401)
	w.do("clerk", "POST", "/case-exports", map[string]any{"strand": "none"}).want(422)
	w.do("clerk", "POST", "/case-exports", map[string]any{"place": nobodyID}).want(404)
}

// A copy never holds more rows than were written down, however many have come since.
func TestCaseExportPages(t *testing.T) {
	w := newWorld(t)
	for range 205 {
		w.order("clerk", "street-lamp", "路灯不亮")
	}
	took := w.do("clerk", "POST", "/case-exports", map[string]any{"state": "open", "sort": "new"}).want(201)
	w.order("clerk", "street-lamp", "后来的一件")
	if n := len(w.lines(w.do("clerk", "GET", "/case-exports/"+took.str("id"), nil).want(200))) - 1; n != took.num("rows") || n != 205 {
		t.Errorf("%d rows for %d", n, took.num("rows"))
	}
}
