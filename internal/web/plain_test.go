package web_test

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/web"
)

// leaf is one page without script as it came.
type leaf struct {
	t      *testing.T
	Status int
	Header http.Header
	Raw    string
}

// fetch opens a page; a redirection is an answer of its own.
func (w *world) fetch(t *testing.T, method, path string, body io.Reader, headers ...header) *leaf {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, w.http.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	a := w.send(req)
	return &leaf{t, a.Status, a.Header, html.UnescapeString(a.Raw)}
}

func (l *leaf) want(status int) *leaf {
	l.t.Helper()
	if l.Status != status {
		l.t.Fatalf("status %d, want %d: %s", l.Status, status, l.Raw)
	}
	return l
}

func (l *leaf) says(words ...string) *leaf {
	l.t.Helper()
	for _, s := range words {
		if !strings.Contains(l.Raw, s) {
			l.t.Errorf("the page does not say %q: %s", s, l.Raw)
		}
	}
	return l
}

func (l *leaf) not(words ...string) *leaf {
	l.t.Helper()
	for _, s := range words {
		if strings.Contains(l.Raw, s) {
			l.t.Errorf("the page says %q: %s", s, l.Raw)
		}
	}
	return l
}

var (
	formOf   = regexp.MustCompile(`(?s)<form action="([^"]+)" method="post".*?</form>`)
	hiddenOf = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// form gives where the form that ends so is sent, and its hidden fields.
func (l *leaf) form(end string) (action string, fields map[string]string) {
	l.t.Helper()
	for _, m := range formOf.FindAllStringSubmatch(l.Raw, -1) {
		if u, err := url.Parse(m[1]); err != nil || !strings.HasSuffix(u.Path, end) {
			continue
		}
		fields = map[string]string{}
		for _, h := range hiddenOf.FindAllStringSubmatch(m[0], -1) {
			fields[h[1]] = h[2]
		}
		return m[1], fields
	}
	l.t.Fatalf("no form for %s: %s", end, l.Raw)
	return "", nil
}

// post sends a form as a browser does: in the order of the page, photos last.
func (w *world) post(t *testing.T, action string, fields map[string]string, photo []byte, headers ...header) *leaf {
	t.Helper()
	var b bytes.Buffer
	f := multipart.NewWriter(&b)
	_ = f.WriteField("token", fields["token"])
	for k, v := range fields {
		if k != "token" {
			_ = f.WriteField(k, v)
		}
	}
	p, err := f.CreateFormFile("photo.order", map[bool]string{true: "a.jpg"}[photo != nil])
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Write(photo)
	_ = f.Close()
	return w.fetch(t, "POST", action, &b, append([]header{{"Content-Type", f.FormDataContentType()}}, headers...)...)
}

func with(fields map[string]string, more map[string]string) map[string]string {
	out := maps.Clone(fields)
	maps.Copy(out, more)
	return out
}

func (w *world) menuLink(item string) string {
	return "/plain/order?place=" + string(w.places["3号楼"]) + "&flow=menu&item=" + item
}

// The whole way without script, in both languages: find the place, order with a photo, follow, rate.
func TestPlainWay(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) { plainWay(t, newWorld(t), lang) })
	}
}

func plainWay(t *testing.T, w *world, lang string) {
	t.Helper()
	say := func(zh, en string) string { return map[string]string{"zh": zh, "en": en}[lang] }
	l := "lang=" + lang
	home := w.fetch(t, "GET", "/plain?"+l, nil).want(200).says(say("您在哪里", "Where are you"), `href="tel:119"`, "/plain/track?lang="+lang).not("<script", "style=")
	if csp := home.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self'") || home.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", home.Header)
	}
	w.fetch(t, "GET", "/plain/place?q=3号楼&"+l, nil).want(200).says("/plain/menu?lang="+lang+"&place="+string(w.places["3号楼"]), "建设巷")
	w.fetch(t, "GET", "/plain/place?in="+string(w.places["建设巷"])+"&name=建设巷&"+l, nil).want(200).says(say("就在建设巷", "Here: 建设巷"), say("回到街道重新选", "Choose from the list again"), "3号楼")
	menu := w.fetch(t, "GET", "/plain/menu?place="+string(w.places["3号楼"])+"&"+l, nil).want(200)
	menu.says("建设巷 3号楼", say("楼道灯不亮", "Stair light out"), "item=stair-light").not("north-only")

	form := w.fetch(t, "GET", w.menuLink("stair-light")+"&"+l, nil).want(200)
	action, fields := form.form("/plain/order")
	fields = with(fields, map[string]string{"words": "三楼到五楼都黑，还冒烟", "address": "2-301", "name": "张三丰", "phone": "13812345678"})
	sent := w.post(t, action, fields, picture(t, "jpeg", 64)).want(303)
	to := sent.Header.Get("Location")
	receipt := w.fetch(t, "GET", to, nil).want(200).says(say("收到了", "Order received"), "630105-20230427-", say("听着像急事", "This sounds urgent"), "119")
	code := regexp.MustCompile(`class="code">([^<]+)<`).FindStringSubmatch(receipt.Raw)[1]

	// The button pressed twice, the page loaded again: still one order.
	if again := w.post(t, action, fields, picture(t, "jpeg", 64)).want(303); again.Header.Get("Location") != to {
		t.Errorf("sent again it is another order: %s, %s", to, again.Header.Get("Location"))
	}
	all := w.do("clerk", "GET", "/cases", nil).want(200)
	if len(all.list("items")) != 1 {
		t.Fatalf("one order was sent: %s", all.Raw)
	}
	id := all.str("items.0.id")
	detail := w.do("clerk", "GET", "/cases/"+id, nil).want(200)
	if detail.str("contact.name") != "张*" || len(detail.list("photos")) != 1 || detail.str("address") != "建设巷 3号楼 2-301" || detail.str("place.building.name") != "3号楼" {
		t.Errorf("the order: %s", detail.Raw)
	}

	track := w.fetch(t, "GET", "/plain/t/"+strings.ToLower(code)+"?"+l, nil).want(200).says(say("楼道灯不亮", "Stair light out"), "三楼到五楼都黑", "/api/v1/photos/").not("13812345678", "张三丰")
	act, hidden := track.form("/comment")
	w.post(t, act, with(hidden, map[string]string{"f.text": "门开着"}), nil).want(303)
	w.fetch(t, "GET", "/plain/t/"+code+"?told=comment&"+l, nil).want(200).says("门开着", say("补上了", "Your note is added"))

	w.carry(id)
	done := w.fetch(t, "GET", "/plain/t/"+code+"?"+l, nil).want(200).says("换了三只灯", say("办好了吗", "Is it solved"))
	act, hidden = done.form("/rate")
	w.post(t, act, with(hidden, map[string]string{"score": "5"}), nil).want(422).says(say("请先说办好了没有", "Please say first whether it is solved"))
	w.post(t, act, with(hidden, map[string]string{"solved": "yes", "score": "9"}), nil).want(422).says(say("请打个分", "Please give a score"))
	rated := with(hidden, map[string]string{"solved": "yes", "score": "5", "text": "来得快"})
	w.post(t, act, rated, nil).want(303)
	w.post(t, act, rated, nil).want(303)
	w.fetch(t, "GET", "/plain/t/"+code+"?told=rate&"+l, nil).want(200).says("来得快", say("5 分", "5 of 5"))
	if tr := w.do("", "GET", "/track/"+code, nil).want(200); tr.str("end") != "done" || tr.num("rating.score") != 5 {
		t.Errorf("after rating: %s", tr.Raw)
	}
}

// carry carries an order of a stair light to its end.
func (w *world) carry(id string) {
	w.t.Helper()
	w.act("clerk", id, "submit", nil).want(200)
	unit := w.do("firm", "GET", "/cases/"+id, nil).want(200).str("unit.id")
	staff := w.do("firm", "GET", "/orgs/"+unit+"/staff?case="+id, nil).want(200)
	w.act("firm", id, "dispatch", map[string]any{"assignee": staff.str("items.0.id")}).want(200)
	w.act("firm-cadre", id, "accept", nil).want(200)
	w.act("firm-cadre", id, "finish", map[string]any{"result": "换了三只灯"}).want(200)
}

// What the interface refuses is refused here too, with what was written still there.
func TestPlainRefusals(t *testing.T) {
	w := newWorld(t)
	action, fields := w.fetch(t, "GET", w.menuLink("street-lamp"), nil).want(200).form("/plain/order")
	for _, x := range []struct {
		more   map[string]string
		status int
		says   []string
	}{
		{map[string]string{"f.lamps": "很多", "words": "写到一半"}, 422, []string{"写到一半", `value="很多"`, `aria-invalid="true"`}},
		{map[string]string{"f.lamps": "400"}, 422, []string{`value="400"`, `class="wrong"`}},
		{map[string]string{"f.lamps": "2", "phone": "12"}, 422, []string{`value="12"`, `class="wrong"`}},
		{map[string]string{"token": "short", "words": "旧的一页"}, 422, []string{"旧的一页", "放得太久"}},
		{map[string]string{"item": "north-only"}, 404, []string{"点不了"}},
		{map[string]string{"place": string(kernel.NewID(opening))}, 404, []string{"没有这个地方"}},
		{map[string]string{"words": strings.Repeat("长", 9000)}, 413, []string{"太长了"}},
	} {
		w.post(t, action, with(fields, x.more), nil).want(x.status).says(x.says...)
	}
	chat, hidden := w.fetch(t, "GET", w.menuLink("chat"), nil).want(200).form("/plain/order")
	w.post(t, chat, hidden, nil).want(422).says("请说一句")
	w.post(t, chat, with(hidden, map[string]string{"words": "有图"}), []byte("GIF89a not taken")).want(422).says("有图")
	w.fetch(t, "POST", "/plain/order", strings.NewReader("a=b"), header{"Content-Type", "application/x-www-form-urlencoded"}).want(400)
	if a := w.do("clerk", "GET", "/cases", nil).want(200); len(a.list("items")) != 0 {
		t.Errorf("nothing was ordered: %s", a.Raw)
	}
	// A photo that came along with what was refused need not be sent again.
	wrong := w.post(t, chat, with(hidden, map[string]string{"words": "有图", "phone": "1"}), picture(t, "jpeg", 64)).want(422).says("已经传好 1 张")
	again, kept := wrong.form("/plain/order")
	if kept["had.order"] == "" || kept["token"] == hidden["token"] {
		t.Errorf("the form again: %v", kept)
	}
	w.post(t, again, with(kept, map[string]string{"words": "有图"}), nil).want(303)
	if d := w.do("clerk", "GET", "/cases/"+w.do("clerk", "GET", "/cases", nil).str("items.0.id"), nil); len(d.list("photos")) != 1 {
		t.Errorf("the photo is gone: %s", d.Raw)
	}
}

// Another site's page sends nothing here; whoever tries codes is slowed down; what is not there is a page too.
func TestPlainDoors(t *testing.T) {
	w := newWorld(t)
	action, fields := w.fetch(t, "GET", w.menuLink("chat"), nil).form("/plain/order")
	fields["words"] = "别人的网站"
	for _, h := range []header{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		w.post(t, action, fields, nil, h).want(403)
	}
	w.fetch(t, "GET", "/plain/t/AAAA-AAAA-AAAA-AAA", nil).want(404).says("没有这张单", `name="code"`)
	w.fetch(t, "GET", "/plain/track?code=k7nd-4q2m+9xab%20c0t", nil).want(303)
	w.fetch(t, "GET", "/plain/menu?place=nowhere", nil).want(404).says("没有这个地方")
	w.fetch(t, "GET", "/plain/what", nil).want(404).says("没有这一页")
	w.fetch(t, "GET", "/plain/plain.css", nil).want(200).says("--jade")
	w.fetch(t, "GET", "/plain?big=1", nil).want(200).says(`class="big"`, "/plain/track?big=1")
	proxied := newWorld(t, func(c *web.Config) { c.API.TrustProxy = true })
	slowed := false
	for range 70 {
		slowed = slowed || proxied.fetch(t, "GET", "/plain/t/AAAA-AAAA-AAAA-AAA", nil, header{"X-Forwarded-For", "203.0.113.9"}).Status == 429
	}
	if !slowed {
		t.Error("codes may be tried without end")
	}
	// A number that the district does not name is not shown, whatever the address says.
	fresh := newWorld(t)
	code := fresh.order("", "chat", "看看").str("track_code")
	fresh.fetch(t, "GET", "/plain/sent?code="+code+"&ring=119.99999", nil).want(200).says("tel:119").not("tel:99999")
}

// slowly is a body whose second half comes after the limits for small bodies are over.
type slowly struct {
	io.Reader
	rest io.Reader
	wait time.Duration
}

func (s *slowly) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if !errors.Is(err, io.EOF) || s.rest == nil {
		return n, err
	}
	time.Sleep(s.wait)
	s.Reader, s.rest = s.rest, nil
	return n, nil
}

// A photo over a slow line arrives, and so does its answer, with script and without.
func TestSlowPhoto(t *testing.T) {
	w := newWorld(t)
	action, fields := w.fetch(t, "GET", w.menuLink("chat"), nil).form("/plain/order")
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limits := web.DefaultLimits
	limits.Read, limits.Write = 1500*time.Millisecond, 1500*time.Millisecond // far more than a busy machine takes to begin
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- web.ServeWithin(ctx, limits, l, w.srv.Handler, func() {}) }()
	defer func() { stop(); <-done }()
	for path, want := range map[string]int{"/api/v1/uploads": 201, action: 303} {
		var b bytes.Buffer
		f := multipart.NewWriter(&b)
		for _, k := range []string{"token", "place", "flow", "item"} {
			_ = f.WriteField(k, fields[k])
		}
		p, err := f.CreateFormFile("photo.order", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Write(picture(t, "jpeg", 64))
		_ = f.Close()
		raw := b.Bytes()
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+l.Addr().String()+path, &slowly{bytes.NewReader(raw[:len(raw)/2]), bytes.NewReader(raw[len(raw)/2:]), 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", f.FormDataContentType())
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
		}
	}
}

// Whatever page somebody is sent, it says that the district is made up, and a real district's pages never do.
func TestPlainDemo(t *testing.T) {
	real, made := newWorld(t), newWorld(t)
	made.update(func(tx kernel.Tx) error {
		row := districtRow()
		row.Demo = true
		return store.Tenants{DB: made.db}.Put(tx, row)
	})
	for path, status := range map[string]int{"": 200, "/place": 200, "/track": 200, "/stations": 200, "/what": 404} {
		real.fetch(t, "GET", "/plain"+path, nil).want(status).not("演示数据")
		made.fetch(t, "GET", "/plain"+path, nil).want(status).says("演示数据")
	}
}
