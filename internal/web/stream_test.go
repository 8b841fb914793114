package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
)

// soon bounds how long a test waits for what must come; it is long, for slow machines, and asserted nowhere.
const soon = time.Minute

// listen opens a stream and gives its lines; the channel closes when the stream ends.
func (w *world) listen(h header) <-chan string {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/api/v1/stream", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set(h.name, h.value)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		w.t.Fatalf("stream: %d", res.StatusCode)
	}
	out := make(chan string, 1000)
	go func() {
		defer close(out)
		defer func() { _ = res.Body.Close() }()
		sc := bufio.NewScanner(res.Body)
		for sc.Scan() {
			if sc.Text() != "" {
				out <- sc.Text()
			}
		}
	}()
	until(w.t, out, "event: hello")
	return out
}

// until reads lines up to the one that contains want.
func until(t testing.TB, lines <-chan string, want string) (read []string) {
	t.Helper()
	late := time.After(soon)
	for {
		select {
		case l, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended before %q; read %q", want, read)
			}
			read = append(read, l)
			if strings.Contains(l, want) {
				return read
			}
		case <-late:
			t.Fatalf("no %q; read %q", want, read)
		}
	}
}

// ends reads a stream to its end.
func ends(t testing.TB, lines <-chan string) {
	t.Helper()
	late := time.After(soon)
	for {
		select {
		case _, ok := <-lines:
			if !ok {
				return
			}
		case <-late:
			t.Fatal("the stream is still open")
		}
	}
}

func TestStreamReachesWhoMayRead(t *testing.T) {
	w := newWorld(t)
	w.do("", "GET", "/stream", nil).want(401)
	id, code := w.to("accepted")
	mark, _ := w.to("accepted")  // what all but the water company may read, to know when a stream has caught up
	w.clock.Advance(time.Minute) // what is done already is told no more
	streams := map[string]<-chan string{}
	for _, user := range []string{"clerk", "clerk-north", "cadre", "dispatcher", "water", "leader", "mediator"} {
		streams[user] = w.listen(w.as(user))
	}
	after := func() { w.clock.Advance(time.Second) } // what follows is told later
	secret := w.do("", "POST", "/cases", map[string]any{"flow": "secret", "text": "邻里纠纷", "lon": centre[0], "lat": centre[1]}).want(201).str("id")
	w.act("cadre", id, "finish", map[string]any{"result": "好了"}).want(200)
	after()
	w.do("", "POST", "/track/"+code+"/rate", map[string]any{"score": 1, "solved": true, "text": "态度不好"}).want(200)
	after()
	w.act("clerk", mark, "cohandle", map[string]any{"units": []any{w.orgs["自来水公司"]}}).want(200)
	after()
	far := w.do("", "POST", "/cases", map[string]any{"flow": "menu", "item": "chat", "text": "x", "lon": northern[0], "lat": northern[1]}).want(201).str("id")
	for _, s := range []struct {
		user, last string
		want, not  []string
	}{
		{"clerk", mark, []string{id}, []string{secret, far}},
		{"cadre", mark, []string{id}, []string{secret, far}},
		{"dispatcher", mark, []string{id}, []string{secret, far}},
		{"leader", far, []string{id, mark}, []string{secret}},
		{"mediator", mark, []string{id, secret}, []string{far}},
		{"water", mark, nil, []string{secret, id, far}},
		{"clerk-north", far, nil, []string{secret, id, mark}},
	} {
		text := strings.Join(until(t, streams[s.user], s.last), "\n")
		for _, x := range s.want {
			if !strings.Contains(text, x) {
				t.Errorf("%s did not hear of %s: %s", s.user, x, text)
			}
		}
		for _, x := range append(s.not, "score", "态度") {
			if strings.Contains(text, x) {
				t.Errorf("%s heard of %s", s.user, x)
			}
		}
	}
}

func TestStreamEndsWithTheRight(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		in := func(user string) header {
			a := w.do("", "POST", "/sessions", map[string]any{"user": user, "password": password}).want(201)
			return header{"Cookie", strings.Split(a.Header.Get("Set-Cookie"), ";")[0]}
		}
		out := in("clerk")
		signedOut, stays := w.listen(out), w.listen(in("clerk"))
		revoked, post := w.listen(in("water")), w.listen(in("cadre"))
		w.do("", "DELETE", "/sessions/current", nil, out).want(204)
		ends(t, signedOut)
		w.do("secadmin", "DELETE", "/accounts/"+string(w.people["water"])+"/sessions", nil).want(204)
		ends(t, revoked)
		held := w.do("secadmin", "GET", "/accounts/"+string(w.people["cadre"])+"/posts", nil).want(200).str("items.0.id")
		w.do("secadmin", "DELETE", "/accounts/"+string(w.people["cadre"])+"/posts/"+held, nil).want(204)
		ends(t, post)
		id := w.order("", "chat", "还听得到吗").str("id")
		until(t, stays, id) // the clerk's other session goes on
	})
}

func TestManyStreams(t *testing.T) {
	w := newWorld(t)
	const n = 1000
	var bearers []header
	for _, p := range personRows {
		bearers = append(bearers, w.as(p.user))
	}
	streams := make([]<-chan string, n)
	var g sync.WaitGroup
	for part := range 10 {
		g.Go(func() {
			for i := part; i < n; i += 10 {
				streams[i] = w.listen(bearers[i%len(bearers)])
			}
		})
	}
	g.Wait()
	id := w.order("", "chat", "大家都知道").str("id")
	for i, s := range streams {
		if user := personRows[i%len(personRows)].user; user == "clerk" || user == "leader" || user == "grid" {
			until(t, s, id)
		}
	}
	for range 14 {
		w.listen(w.as("clerk")) // with those above, as many as one account may have
	}
	if a := w.do("clerk", "GET", "/stream", nil).want(503); a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// What this process changes counts with the next request, though who a token speaks for is kept for a moment.
func TestKnownTokensAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.do("cadre2", "GET", "/me", nil).want(200)
	w.do("secadmin", "PATCH", "/accounts/"+string(w.people["cadre2"]), map[string]any{"disabled": true}).want(200)
	w.do("cadre2", "GET", "/me", nil).want(401)
	// A post that begins by the calendar is noticed when the moment has passed.
	me := w.do("cadre", "GET", "/me", nil).want(200)
	if len(me.list("posts")) != 1 {
		t.Fatalf("%s", me.Raw)
	}
	w.update(func(tx kernel.Tx) error {
		return store.Orgs{}.PutHoldings(tx, []*orgs.Holding{{ID: kernel.NewID(tx.Now()), Person: w.people["cadre"], Role: kernel.Volunteer, Place: w.places["小桥社区"],
			Path: "630105/002/001/", Level: "community", From: tx.Now()}})
	})
	w.clock.Advance(3 * time.Second)
	if me = w.do("cadre", "GET", "/me", nil).want(200); len(me.list("posts")) != 2 {
		t.Errorf("%s", fmt.Sprint(me.get("posts")))
	}
}
