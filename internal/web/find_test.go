package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/geo/pmtiles"
)

// tiles asks for a part of a base map.
func (w *world) tiles(tenant string, headers ...header) *answer {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodGet, w.http.URL+"/tiles/"+tenant+".pmtiles", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	return w.send(req)
}

// The base map of a district is drawn of its own places, for anyone, by ranges, under one name while nothing changes.
func TestBaseMapIsServedByRanges(t *testing.T) {
	w := newWorld(t)
	whole := w.tiles(string(tenant)).want(http.StatusOK)
	etag := whole.Header.Get("ETag")
	r, err := pmtiles.Open(strings.NewReader(whole.Raw))
	if err != nil || etag == "" || whole.Header.Get("Content-Encoding") != "" {
		t.Fatal(err, whole.Header)
	}
	names := ""
	if err := r.Each(func(_, _, _ uint32, b []byte) error {
		zip, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(zip)
		names += string(raw)
		return err
	}); err != nil || !strings.Contains(names, "building") && !strings.Contains(names, "place") {
		t.Errorf("%v: no houses or names in it", err)
	}
	part := w.tiles(string(tenant), header{"Range", "bytes=0-126"}).want(http.StatusPartialContent)
	if part.Raw != whole.Raw[:pmtiles.HeaderLen] || part.Header.Get("ETag") != etag {
		t.Errorf("a part of %d bytes, %s", len(part.Raw), part.Header.Get("ETag"))
	}
	w.tiles(string(tenant), header{"If-None-Match", etag}).want(http.StatusNotModified)
	w.tiles("999999").want(http.StatusNotFound)
	w.tiles("x").want(http.StatusNotFound)
}

// A finder gives each reader what that reader may see, by word, initials and number; points and cases by id keep to the same.
func TestFinder(t *testing.T) {
	w := newWorld(t)
	w.do("", "GET", "/find?q=x", nil).want(http.StatusUnauthorized)
	a := w.order("", "street-lamp", "巷口路灯不亮", map[string]any{"form": map[string]any{"lamps": 2}})
	id, number := a.str("id"), a.str("number")
	found := func(user, q string) *answer {
		t.Helper()
		return w.do(user, "GET", "/find?q="+url.QueryEscape(q), nil).want(http.StatusOK)
	}
	parts := []string{number, number[:12], number[7:], number[len(number)-5:], strings.ToLower(number[len(number)-5:]), "路灯"}
	for _, q := range parts {
		if a := found("clerk", q); a.str("cases.0.number") != number {
			t.Errorf("%s finds %s", q, a.Raw)
		}
		for _, other := range []string{"clerk-north", "resident", "volunteer", "planner"} {
			if a := found(other, q); len(a.list("cases")) != 0 {
				t.Errorf("%s finds by %s what is not theirs: %s", other, q, a.Raw)
			}
		}
	}
	for q, want := range map[string]string{"xqsq": "小桥社区", "XQ": "小桥社区", "桥社": "小桥社区", "630105002001": "小桥社区", "cbq": "城北区", "号楼": "3号楼"} {
		if a := found("clerk", q); a.str("places.0.name") != want {
			t.Errorf("%s finds %s", q, a.Raw)
		}
	}
	if a := found("clerk", "ajwy"); a.str("orgs.0.name") != "安居物业" {
		t.Errorf("initials find %s", a.Raw)
	}
	if a := found("clerk", "没有这种东西"); len(a.list("cases"))+len(a.list("places"))+len(a.list("orgs")) != 0 {
		t.Error(a.Raw)
	}

	p := w.do("clerk", "GET", "/cases/points", nil).want(http.StatusOK)
	if p.str("ids.0") != id || p.str("grid_ids.0") != string(w.places["第1网格"]) || p.num("grids.0") != 0 || p.str("kinds.0.step") != "ordered" || p.get("overdue.0") != false {
		t.Errorf("points %s", p.Raw)
	}
	if q := w.do("clerk", "GET", "/cases/points?overdue=true", nil).want(http.StatusOK); len(q.list("ids")) != 0 {
		t.Errorf("not overdue yet: %s", q.Raw)
	}
	w.clock.Advance(40 * 24 * time.Hour)
	if q := w.do("clerk", "GET", "/cases/points?overdue=true", nil).want(http.StatusOK); len(q.list("ids")) != 1 || q.get("overdue.0") != true {
		t.Errorf("overdue by now: %s", q.Raw)
	}
	if l := w.do("clerk", "GET", "/cases?ids="+id, nil).want(http.StatusOK); len(l.list("items")) != 1 {
		t.Error(l.Raw)
	}
	for _, path := range []string{"/cases/points", "/cases?ids=" + id} {
		if a := w.do("clerk-north", "GET", path, nil).want(http.StatusOK); len(a.list("ids"))+len(a.list("items")) != 0 {
			t.Errorf("%s shows another's case: %s", path, a.Raw)
		}
		w.do("", "GET", path, nil).want(http.StatusUnauthorized)
	}
	w.do("clerk", "GET", "/cases?ids=x", nil).want(http.StatusUnprocessableEntity)
}

// Pages of points have every case once.
func TestPointsComeInPages(t *testing.T) {
	w := newWorld(t)
	want := map[string]bool{}
	for i := range 7 {
		want[w.order("", "stair-light", "第"+strconv.Itoa(i)+"盏灯").str("id")] = true
	}
	got := map[string]bool{}
	for after, pages := "", 0; ; pages++ {
		a := w.do("leader", "GET", "/cases/points?limit=3&after="+after, nil).want(http.StatusOK)
		for _, id := range a.list("ids") {
			got[id.(string)] = true
		}
		if after = a.str("next"); after == "" || pages > 9 {
			break
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
