package web_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web"
	"sanzhi/internal/web/api"
)

// asked is what outside clients send that is not as it should be, and what they are told.
var asked = []struct {
	name, user, method, path string
	body                     any
	headers                  []header
	status                   int
	field                    string
	want                     string
}{
	{"no list without a sign-in", "", "GET", "/cases", nil, nil, 401, "", "请先登录"},
	{"in English", "", "GET", "/cases", nil, []header{english()}, 401, "", "please sign in first"},
	{"a wrong token", "", "GET", "/menu?lon=1&lat=1", nil, []header{who("nonsense")}, 401, "", ""},
	{"an empty token", "", "GET", "/config", nil, []header{{"Authorization", "Bearer "}}, 401, "", ""},
	{"a stale cookie is nobody", "", "GET", "/config", nil, []header{{"Cookie", "sanzhi_session=szs_630105_x"}}, 200, "", ""},
	{"a stale cookie is nobody, who may not list", "", "GET", "/cases", nil, []header{{"Cookie", "sanzhi_session=szs_630105_x"}}, 401, "", ""},
	{"who am I", "", "GET", "/me", nil, nil, 401, "", ""},
	{"an id that is none", "clerk", "GET", "/cases/abc", nil, nil, 404, "", ""},
	{"a case that is not", "clerk", "GET", "/cases/01ARZ3NDEKTSV4RRFFQ69G5FAV", nil, nil, 404, "", ""},
	{"a call that is not", "", "GET", "/nothing", nil, nil, 404, "", "没有这个接口"},
	{"broken JSON", "", "POST", "/cases", "{", nil, 400, "body", ""},
	{"no body", "", "POST", "/cases", "", nil, 400, "", ""},
	{"a form instead of JSON", "", "POST", "/cases", "a=b", []header{{"Content-Type", "application/x-www-form-urlencoded"}}, 400, "body", "JSON"},
	{"a body that is a list", "", "POST", "/cases", "[]", nil, 422, "body", ""},
	{"nothing in it", "", "POST", "/cases", "{}", nil, 422, "text", "缺少这一项"},
	{"a member that is not", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": 101.76, "lat": 36.65, "colour": 1}, nil, 422, "colour", ""},
	{"a text for a number", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": "a", "lat": 36.65}, nil, 422, "lon", "数字"},
	{"outside the district", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": outside[0], "lat": outside[1]}, nil, 422, "lon", ""},
	{"no such flow", "", "POST", "/cases", map[string]any{"flow": "zz", "text": "x", "lon": centre[0], "lat": centre[1]}, nil, 422, "flow", ""},
	{"an item of another place", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "north-only", "text": "x", "lon": centre[0], "lat": centre[1]}, nil, 422, "item", ""},
	{"an answer out of bounds", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "street-lamp", "text": "x", "lon": centre[0], "lat": centre[1], "form": map[string]any{"lamps": 1000}}, nil, 422, "", ""},
	{"a telephone that is none", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": centre[0], "lat": centre[1], "contact": map[string]any{"phone": "12"}}, nil, 422, "contact.phone", ""},
	{"a photo that is not", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": centre[0], "lat": centre[1], "photos": []string{"01ARZ3NDEKTSV4RRFFQ69G5FAV"}}, nil, 422, "photos[0]", ""},
	{"a zero character", "", "POST", "/cases", `{"flow":"menu","item":"chat","text":"a\u0000b","lon":101.76,"lat":36.65}`, nil, 400, "", ""},
	{"bytes that are no text", "", "POST", "/cases", "{\"flow\":\"menu\",\"text\":\"\xff\"}", nil, 400, "", ""},
	{"a crs that is none", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": 101.76, "lat": 36.65, "crs": "mars"}, nil, 422, "crs", "wgs84"},
	{"70 KiB", "", "POST", "/cases", `{"flow":"` + strings.Repeat("x", 70<<10) + `"}`, nil, 413, "", ""},
	{"another site's page", "", "POST", "/cases", "{}", []header{{"Sec-Fetch-Site", "cross-site"}}, 403, "", "别的网站"},
	{"another site's page, by origin", "", "POST", "/sessions", "{}", []header{{"Origin", "https://evil.example"}}, 403, "", ""},
	{"a bearer is no browser", "clerk", "POST", "/cases/similar", map[string]any{"lon": 1, "lat": 1}, []header{{"Sec-Fetch-Site", "cross-site"}}, 200, "", ""},
	{"a menu of nowhere", "", "GET", "/menu", nil, nil, 422, "lon", "缺少这一项"},
	{"a menu at no number", "", "GET", "/menu?lon=NaN&lat=1", nil, nil, 422, "lon", ""},
	{"a limit of none", "clerk", "GET", "/cases?limit=0", nil, nil, 422, "limit", "至少要 1"},
	{"a cursor of nothing", "clerk", "GET", "/cases?after=zz", nil, nil, 400, "after", ""},
	{"a zero in the address", "clerk", "GET", "/cases?step=%00", nil, nil, 400, "", ""},
	{"a zero in the path", "clerk", "GET", "/cases/%00", nil, nil, 400, "", ""},
	{"a date that is none", "leader", "GET", "/stats/rates?from=2023-13-01", nil, nil, 422, "from", ""},
	{"figures are not the cadre's", "cadre", "GET", "/stats/rates", nil, nil, 403, "", ""},
	{"an idempotency key without end", "", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": centre[0], "lat": centre[1]}, []header{key(strings.Repeat("k", 300))}, 422, "Idempotency-Key", ""},
	{"a place that is not", "clerk", "GET", "/cases?place=01ARZ3NDEKTSV4RRFFQ69G5FAV", nil, nil, 404, "", ""},
	{"a password that is wrong", "", "POST", "/sessions", map[string]any{"user": "clerk", "password": "x"}, nil, 401, "", ""},
	{"a district that is not here", "", "POST", "/sessions", map[string]any{"user": "clerk@999999", "password": "x"}, nil, 401, "", ""},
}

func TestAsked(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		for _, q := range asked {
			t.Run(q.name, func(t *testing.T) {
				w.t = t
				a := w.do(q.user, q.method, q.path, q.body, q.headers...).want(q.status)
				if q.status >= 400 {
					if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" || a.num("status") != q.status || a.str("title") == "" || a.str("detail") == "" || !strings.HasPrefix(a.str("type"), "urn:sanzhi:") {
						t.Errorf("no problem document: %s %s", ct, a.Raw)
					}
				}
				if q.field != "" && !slices.Contains(a.fields(), q.field) {
					t.Errorf("fields %v, want %s: %s", a.fields(), q.field, a.Raw)
				}
				if !strings.Contains(a.Raw, q.want) {
					t.Errorf("%q is not said: %s", q.want, a.Raw)
				}
			})
		}
	})
}

func TestPlacesOfPoints(t *testing.T) {
	w := newWorld(t)
	for _, p := range []struct {
		point             [2]float64
		crs, grid, street string
	}{
		{centre, "", "第1网格", "东街道"}, {centre, "wgs84", "第1网格", "东街道"}, {centre, "cgcs2000", "第1网格", "东街道"},
		{centreGCJ, "gcj02", "第1网格", "东街道"}, {[2]float64{101.7676980, 36.6547564}, "bd09", "第1网格", "东街道"},
		{centreGCJ, "", "第2网格", "东街道"}, {border, "", "西网格", "西街道"}, {outside, "", "", ""},
	} {
		q := fmt.Sprintf("?lon=%v&lat=%v&crs=%s", p.point[0], p.point[1], p.crs)
		q = strings.TrimSuffix(q, "&crs=")
		a := w.do("", "GET", "/places/at"+q, nil).want(200)
		if a.str("grid.name") != p.grid || a.str("street.name") != p.street {
			t.Errorf("%v %s: %s", p.point, p.crs, a.Raw)
		}
		if m := w.do("", "GET", "/menu"+q, nil).want(200); (len(m.list("items")) > 0) != (p.street != "") {
			t.Errorf("menu at %v: %s", p.point, m.Raw)
		}
	}
	c := w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": centreGCJ[0], "lat": centreGCJ[1], "crs": "gcj02"}).want(201)
	if c.str("place.grid.name") != "第1网格" {
		t.Errorf("%s", c.Raw)
	}
	if got := w.do("clerk", "GET", "/cases/"+c.str("id"), nil).want(200); fmt.Sprintf("%.5f", got.get("lon")) != "101.75934" {
		t.Errorf("answers are WGS84: %v", got.get("lon"))
	}
	if l := w.do("", "GET", "/places", nil).want(200); l.str("items.0.name") != "城北区" || l.get("items.0.children") != true {
		t.Errorf("%s", l.Raw)
	}
	if l := w.do("", "GET", "/places?q=xq", nil).want(200); !strings.Contains(l.Raw, "小桥社区") {
		t.Errorf("initials: %s", l.Raw)
	}
	// As it is told over the telephone: the estate in short, the house as people call it, the flat behind it.
	for said, want := range map[string]string{"建设3号楼": "3号楼", "建设巷 3栋2单元": "3号楼", "小桥社区建设巷3幢": "3号楼", "建设巷93号楼": "建设巷"} {
		if l := w.do("", "GET", "/places?q="+url.QueryEscape(said), nil).want(200); len(l.list("items")) != 1 || l.str("items.0.name") != want {
			t.Errorf("%s: %s", said, l.Raw)
		}
	}
}

func TestListsFiltersPages(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		var ids []string
		for i := range 23 {
			a := w.order("", "chat", fmt.Sprintf("第%d件小事 编号%d", i, i))
			ids = append(ids, a.str("id"))
		}
		number := w.do("clerk", "GET", "/cases/"+ids[3], nil).want(200).str("number")
		_ = w.do("", "POST", "/cases", map[string]any{"flow": "secret", "text": "邻里纠纷的小事", "lon": centre[0], "lat": centre[1]}).want(201)
		north := w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "北边的小事", "lon": northern[0], "lat": northern[1]}).want(201).str("id")
		pages := func(user, q string) (all []string) {
			for after := ""; ; {
				l := w.do(user, "GET", "/cases?limit=5&after="+after+q, nil).want(200)
				for i := range l.list("items") {
					all = append(all, l.str(fmt.Sprintf("items.%d.id", i)))
				}
				if after = l.str("next"); after == "" {
					return all
				}
			}
		}
		for _, q := range []string{"", "&sort=due", "&mine=true", "&q=%E5%B0%8F%E4%BA%8B", "&place=" + string(w.places["小桥社区"]), "&flow=menu&step=ordered", "&state=open"} {
			got := pages("clerk", q)
			slices.Sort(got)
			want := slices.Clone(ids)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%q: %d cases of %d, without doubles %d", q, len(got), len(want), len(slices.Compact(got)))
			}
		}
		for q, n := range map[string]int{"&q=" + number: 1, "&q=%E7%BA%A0%E7%BA%B7": 0, "&step=done": 0, "&flow=secret": 0, "&overdue=true": 0,
			"&place=" + string(w.places["北社区"]): 0, "&unit=" + string(w.orgs["城管局"]): 0, "&state=closed": 0} {
			if got := pages("clerk", q); len(got) != n {
				t.Errorf("clerk %q: %d, want %d", q, len(got), n)
			}
		}
		if got := pages("mediator", "&flow=secret"); len(got) != 1 {
			t.Errorf("the mediator sees %d disputes", len(got))
		}
		if got := pages("clerk-north", ""); !slices.Equal(got, []string{north}) {
			t.Errorf("north sees %v", got)
		}
		if got := pages("leader", "&q=%E7%BA%A0%E7%BA%B7"); len(got) != 0 {
			t.Errorf("a leader finds a dispute")
		}
		w.clock.Advance(48 * time.Hour) // past the time to submit
		if got := pages("clerk", "&overdue=true"); len(got) != len(ids) {
			t.Errorf("overdue: %d", len(got))
		}
		l := w.do("clerk", "GET", "/cases?overdue=true&limit=1", nil).want(200)
		if l.get("items.0.overdue") != true {
			t.Errorf("%s", l.Raw)
		}
		if q := w.do("clerk", "GET", "/cases/queue", nil).want(200); q.num("mine") != 23 || q.num("overdue") != 23 || q.num("today") != 0 {
			t.Errorf("%s", q.Raw)
		}
	})
}

func TestOnceAndAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		body := map[string]any{"flow": "menu", "item": "street-lamp", "text": "一次就好", "lon": centre[0], "lat": centre[1]}
		a := w.do("", "POST", "/cases", body, key("k1")).want(201)
		b := w.do("", "POST", "/cases", body, key("k1")).want(201)
		if a.str("id") != b.str("id") || a.str("track_code") != b.str("track_code") {
			t.Errorf("a repeated order is another: %s %s", a.Raw, b.Raw)
		}
		body["text"] = "另一件"
		w.do("", "POST", "/cases", body, key("k1")).want(422)
		w.do("clerk", "POST", "/cases", body, key("k1")).want(201) // another caller's key
		id := a.str("id")
		act := map[string]any{"version": 1}
		first := w.do("clerk", "POST", "/cases/"+id+"/submit", act, key("s")).want(200)
		if again := w.do("clerk", "POST", "/cases/"+id+"/submit", act, key("s")).want(200); again.num("version") != first.num("version") {
			t.Errorf("%s", again.Raw)
		}
		w.do("clerk", "POST", "/cases/"+id+"/submit", act).want(409)
		w.do("clerk", "POST", "/cases/"+id+"/submit", map[string]any{"version": 2}, key("s")).want(422)
		w.clock.Advance(49 * time.Hour)
		if later := w.do("clerk", "POST", "/cases/"+id+"/comment", map[string]any{"version": 2, "text": "x"}, key("s")).want(200); later.num("version") != 3 {
			t.Errorf("after 48 hours a key is free: %s", later.Raw)
		}
	})
}

func TestUnmaskIsSeen(t *testing.T) {
	w := newWorld(t)
	a := w.order("", "chat", "请回电", map[string]any{"contact": map[string]any{"name": "张三", "phone": "13812345678"}, "address": "3单元402"})
	id, code := a.str("id"), a.str("track_code")
	ask := map[string]any{"fields": []string{"phone"}, "reason": "约上门时间"}
	w.do("firm", "POST", "/cases/"+id+"/unmask", ask).want(404)
	w.do("leader", "POST", "/cases/"+id+"/unmask", ask).want(403)
	w.do("clerk", "POST", "/cases/"+id+"/unmask", map[string]any{"fields": []string{"soul"}, "reason": "想看"}).want(422)
	w.do("clerk", "POST", "/cases/"+id+"/unmask", map[string]any{"fields": []string{"phone"}, "reason": " "}).want(422)
	got := w.do("clerk", "POST", "/cases/"+id+"/unmask", ask, key("u")).want(200)
	if got.str("phone") != "13812345678" || got.get("name") != nil {
		t.Errorf("%s", got.Raw)
	}
	if again := w.do("clerk", "POST", "/cases/"+id+"/unmask", ask, key("u")).want(200); again.str("phone") != "13812345678" {
		t.Errorf("%s", again.Raw)
	}
	tr := w.do("", "GET", "/track/"+code, nil).want(200)
	if len(tr.list("seen")) != 1 || tr.str("seen.0.reason") != "约上门时间" || tr.str("seen.0.who") == "" {
		t.Errorf("one look, seen by the person: %v", tr.get("seen"))
	}
	if l := w.do("auditor", "GET", "/audit/looks", nil).want(200); len(l.list("items")) != 1 || strings.Contains(l.Raw, "138") {
		t.Errorf("%s", l.Raw)
	}
	for _, p := range []string{"/cases", "/cases/" + id, "/cases/" + id + "/events"} {
		if g := w.do("clerk", "GET", p, nil).want(200); strings.Contains(g.Raw, "13812345678") || strings.Contains(g.Raw, "张三") {
			t.Errorf("%s shows a person in clear", p)
		}
	}
}

// A rating is not for those who are rated: neither the assignee nor anybody of the unit sees it anywhere.
func TestRatingStaysFromTheUnit(t *testing.T) {
	w := newWorld(t)
	id, code := w.to("done")
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 1, "solved": true, "text": "态度不好呀"}).want(200)
	for _, user := range []string{"cadre", "cadre2", "dispatcher"} {
		for _, p := range []string{"/cases", "/cases/" + id, "/cases/" + id + "/events", "/cases?q=%E6%80%81%E5%BA%A6"} {
			a := w.do(user, "GET", p, nil).want(200)
			for _, not := range []string{"态度不好", `"rating":{`, `"score"`} {
				if strings.Contains(a.Raw, not) {
					t.Errorf("%s reads %s in %s", user, not, p)
				}
			}
		}
	}
	for _, user := range []string{"clerk", "supervisor", "leader"} {
		if a := w.do(user, "GET", "/cases/"+id, nil).want(200); a.num("rating.score") != 1 || a.str("rating.text") != "态度不好呀" {
			t.Errorf("%s oversees, but reads %v", user, a.get("rating"))
		}
	}
}

func TestEmergencyWords(t *testing.T) {
	w := newWorld(t)
	a := w.order("", "chat", "三楼冒烟了")
	if a.str("emergency.0.number") != "119" || a.str("id") == "" {
		t.Errorf("%s", a.Raw)
	}
	if b := w.order("", "chat", "三楼灯坏了"); b.get("emergency") != nil {
		t.Errorf("%s", b.Raw)
	}
}

func TestResidentsAccount(t *testing.T) {
	w := newWorld(t)
	id := w.order("resident", "chat", "我的事").str("id")
	w.order("", "chat", "别人的事")
	if l := w.do("resident", "GET", "/cases", nil).want(200); len(l.list("items")) != 1 || l.str("items.0.id") != id {
		t.Errorf("%s", l.Raw)
	}
	w.do("neighbour", "GET", "/cases/"+id, nil).want(404)
	w.act("resident", id, "comment", map[string]any{"text": "补一句"}).want(200)
	w.act("neighbour", id, "comment", map[string]any{"text": "补一句"}).want(404)
	w.act("resident", id, "cancel", nil).want(200)
}

func picture(t *testing.T, format string, side int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		m.Set(i, i, color.RGBA{byte(i), 80, 20, 255})
	}
	var b bytes.Buffer
	var err error
	if format == "png" {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (w *world) upload(data []byte, headers ...header) *answer {
	w.t.Helper()
	var b bytes.Buffer
	f := multipart.NewWriter(&b)
	p, err := f.CreateFormFile("photo", "a.jpg")
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = p.Write(data)
	_ = f.Close()
	return w.do("", "POST", "/uploads", b.Bytes(), append(headers, header{"Content-Type", f.FormDataContentType()})...)
}

func TestPhotos(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		raw := picture(t, "jpeg", 64)
		exif := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), []byte("GPS 101.759,36.648")...)
		app1 := append([]byte{0xff, 0xe1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
		raw = append(append(slices.Clone(raw[:2]), app1...), raw[2:]...)
		a := w.upload(raw, key("p")).want(201)
		if b := w.upload(raw, key("p")).want(201); b.str("id") != a.str("id") {
			t.Errorf("a repeated upload is another: %s %s", a.Raw, b.Raw)
		}
		w.upload(picture(t, "jpeg", 32), key("p")).want(422)
		w.upload([]byte("GIF89a not taken")).want(422)
		w.upload(nil).want(422)
		w.upload(make([]byte, 14<<20)).want(413)
		w.do("", "POST", "/uploads", "x").want(400)
		id := a.str("id")
		w.do("clerk", "GET", "/photos/"+id, nil).want(404) // nobody's until a case takes it
		c := w.order("", "chat", "有照片", map[string]any{"photos": []string{id}})
		w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "再用一次", "lon": centre[0], "lat": centre[1], "photos": []string{id}}).want(422)
		got := w.do("clerk", "GET", "/photos/"+id, nil).want(200)
		if strings.Contains(got.Raw, "GPS") || strings.Contains(got.Raw, "Exif") || got.Header.Get("Content-Type") != "image/jpeg" {
			t.Error("what the camera wrote is still in the photo")
		}
		w.do("clerk", "GET", "/photos/"+id+"/thumb", nil).want(200)
		w.do("", "GET", "/photos/"+id+"?code="+c.str("track_code"), nil).want(200)
		w.do("", "GET", "/photos/"+id, nil).want(401)
		w.do("clerk-north", "GET", "/photos/"+id, nil).want(404)
		other := w.order("", "chat", "另一件")
		w.do("", "GET", "/photos/"+id+"?code="+other.str("track_code"), nil).want(404)
		late := w.upload(picture(t, "png", 16)).want(201).str("id")
		w.clock.Advance(61 * time.Minute)
		w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "太晚", "lon": centre[0], "lat": centre[1], "photos": []string{late}}).want(422)
	})
}

func TestSignInIsSlowedDown(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		a := w.do("", "POST", "/sessions", map[string]any{"user": "clerk", "password": "wrong"})
		if a.Status == 429 {
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
		a.want(401)
	}
	t.Error("twenty wrong passwords and no end")
}

func TestSignOutRevokesAtOnce(t *testing.T) {
	w := newWorld(t)
	a := w.do("", "POST", "/sessions", map[string]any{"user": "clerk", "password": password}).want(201)
	set := a.Header.Get("Set-Cookie")
	if !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || a.str("posts.0.role") != "community_clerk" || !strings.Contains(a.Raw, "case.read") {
		t.Errorf("%s %s", set, a.Raw)
	}
	cookie := header{"Cookie", strings.Split(set, ";")[0]}
	w.do("", "GET", "/me", nil, cookie).want(200)
	w.do("", "GET", "/me", nil, who(strings.TrimPrefix(cookie.value, "sanzhi_session="))).want(200)
	w.do("", "DELETE", "/sessions/current", nil, cookie).want(204)
	w.do("", "GET", "/me", nil, cookie).want(401)
	w.do("", "DELETE", "/sessions/current", nil, cookie).want(204)
	b := w.do("", "POST", "/sessions", map[string]any{"user": "clerk", "password": password}).want(201)
	cookie = header{"Cookie", strings.Split(b.Header.Get("Set-Cookie"), ";")[0]}
	w.clock.Advance(31 * time.Minute) // not used for half an hour
	w.do("", "GET", "/me", nil, cookie).want(401)
}

// What another process ends, ends here at the next request, though who signed in is remembered.
func TestWhatAnotherProcessEndsEndsAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		changed := 0
		w.srv.API.Signed.Changed = func(ctx context.Context, t kernel.Tenant, account kernel.ID) (bool, error) {
			changed++
			return w.outbox.AccessTold(ctx, t, account)
		}
		w.do("clerk", "GET", "/me", nil).want(200)
		w.clock.Advance(2 * time.Minute)
		if _, err := w.outbox.Sweep(context.Background(), tenant, api.TopicAccess, w.clock.Now().Add(-time.Minute), 100); err != nil {
			t.Fatal(err)
		}
		w.do("clerk", "GET", "/me", nil).want(200)
		before := changed
		w.do("clerk", "GET", "/me", nil).want(200)
		if changed != before+1 {
			t.Errorf("asked %d times whether anything changed", changed-before)
		}
		// Another process knows nothing of what is remembered here.
		if err := w.access.RevokeAll(context.Background(), kernel.System(tenant), w.people["clerk"]); err != nil {
			t.Fatal(err)
		}
		w.do("clerk", "GET", "/me", nil).want(401)
	})
}

// Behind a proxy that is believed: a neighbourhood behind one address is served, a telephone that floods is slowed.
func TestOrderLimits(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.API.TrustProxy = true })
	order := func(address, phone string, more ...header) *answer {
		return w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": centre[0], "lat": centre[1],
			"contact": map[string]any{"phone": phone}}, append(more, header{"X-Forwarded-For", "6.6.6.6, " + address})...)
	}
	for i := range 60 {
		order("203.0.113.7", fmt.Sprintf("138%08d", i)).want(201)
	}
	if a := order("203.0.113.7", "13900000000").want(429); a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	var kept *answer
	for i := range 3 {
		kept = order(fmt.Sprintf("198.51.100.%d", i), "13711112222", key(fmt.Sprint(i))).want(201)
	}
	order("198.51.100.9", "13711112222").want(429)
	if again := order("198.51.100.2", "13711112222", key("2")).want(201); again.str("id") != kept.str("id") {
		t.Error("a repeated request gets its answer, whatever the limit says")
	}
	order("198.51.100.9", "13733334444").want(201)
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	w.do("", "GET", "/config", nil).want(200) // something to count
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "sanzhi_http_requests_total", "/api/openapi.json": `"openapi":"3.1.0"`} {
		res, err := http.Get(w.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, _ = b.ReadFrom(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %d %.200s", path, res.StatusCode, b.String())
		}
	}
}

// Whoever tries many codes is slowed down; others, and who mistypes now and then, are not.
func TestGuessingCodesIsSlowedDown(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.API.TrustProxy = true })
	_, code := w.to("ordered")
	from := func(a string) header { return header{"X-Forwarded-For", a} }
	for range 60 {
		w.do("", "GET", "/track/"+strings.Repeat("9", 15), nil, from("203.0.113.7")).want(404)
	}
	if a := w.do("", "GET", "/track/"+code, nil, from("203.0.113.7")).want(429); a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.do("", "GET", "/track/"+code, nil, from("203.0.113.8")).want(200)
	w.clock.Advance(2 * time.Second)
	w.do("", "GET", "/track/"+code, nil, from("203.0.113.7")).want(200)
}
