package web_test

import (
	"net/url"
	"strings"
	"testing"
)

// A house is found as the pages say it: what holds it and its own name in one.
func TestPlacesAsPeopleSayThem(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		ask := func(q string) *answer { return w.do("", "GET", "/places?q="+url.QueryEscape(q), nil).want(200) }
		for _, q := range []string{"小桥社区3号楼", "小桥社区 3号楼"} {
			if l := ask(q); l.str("items.0.id") != string(w.places["3号楼"]) {
				t.Errorf("%s: %s", q, l.Raw)
			}
		}
		for _, q := range []string{"北社区3号楼", "小桥社区99号楼", strings.Repeat("桥", 40)} {
			if l := ask(q); len(l.list("items")) != 0 {
				t.Errorf("%s finds %s", q, l.Raw)
			}
		}
	})
}
