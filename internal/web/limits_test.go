package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
	"sanzhi/internal/web"
)

// serve serves a handler on a listener of its own, within limits, until the test ends.
func serve(t *testing.T, limits web.Limits, h http.Handler) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- web.ServeWithin(ctx, limits, l, h, func() {}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func dial(t *testing.T, address, send string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(soon))
	if _, err := io.WriteString(c, send); err != nil {
		t.Fatal(err)
	}
	return c
}

var fine = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })

const asks = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func TestSlowSendersAreCutOff(t *testing.T) {
	limits := web.DefaultLimits
	limits.ReadHeader, limits.Read = 200*time.Millisecond, 400*time.Millisecond
	read := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err == nil {
			_, _ = io.WriteString(w, "whole")
		}
	})
	address := serve(t, limits, read)
	for name, send := range map[string]string{"header": "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", "body": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"} {
		c := dial(t, address, send)
		got, err := io.ReadAll(c) // ends when the server lets go, long before the test's own limit
		var e net.Error
		if errors.As(err, &e) && e.Timeout() {
			t.Errorf("%s: the connection is held for ever", name)
		}
		if strings.Contains(string(got), "whole") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestLargeHeaders(t *testing.T) {
	address := serve(t, web.DefaultLimits, fine)
	c := dial(t, address, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: "+strings.Repeat("x", 60<<10)+"\r\n\r\n")
	line, _ := bufio.NewReader(c).ReadString('\n')
	if !strings.Contains(line, "431") {
		t.Errorf("%q", line)
	}
}

func TestConnectionsAreCapped(t *testing.T) {
	limits := web.DefaultLimits
	limits.Connections = 3
	address := serve(t, limits, fine)
	var held []net.Conn
	for range 3 {
		c := dial(t, address, asks)
		if line, _ := bufio.NewReader(c).ReadString('\n'); !strings.Contains(line, "200") {
			t.Fatalf("%q", line)
		}
		held = append(held, c)
	}
	fourth := dial(t, address, asks)
	answered := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(fourth).ReadString('\n')
		answered <- line
	}()
	select {
	case line := <-answered:
		t.Fatalf("a fourth connection was served: %q", line)
	case <-time.After(300 * time.Millisecond):
	}
	_ = held[0].Close()
	if line := <-answered; !strings.Contains(line, "200") {
		t.Errorf("when one ends the next is served: %q", line)
	}
}

// crowd asks the same thing n times at once and gives the answers by status.
func crowd(n int, ask func(i int) *answer) map[int][]*answer {
	var mu sync.Mutex
	out := map[int][]*answer{}
	var g sync.WaitGroup
	for i := range n {
		g.Go(func() {
			a := ask(i)
			mu.Lock()
			defer mu.Unlock()
			out[a.Status] = append(out[a.Status], a)
		})
	}
	g.Wait()
	return out
}

// refused holds that some of a crowd were sent away with a time to come back, and the others served.
func refused(t *testing.T, got map[int][]*answer, served int) {
	t.Helper()
	away := slices.Concat(got[429], got[503])
	if len(away) == 0 || len(got[served]) == 0 || len(got) > 3 {
		for s, l := range got {
			t.Errorf("%d × %d: %.200s", len(l), s, l[0].Raw)
		}
	}
	for _, a := range away {
		if a.Header.Get("Retry-After") == "" {
			t.Errorf("no Retry-After: %s", a.Raw)
		}
	}
}

func TestHashingIsCapped(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		h, err := access.NewHasher(access.Params{MemoryKiB: 32 << 10, Time: 4, Threads: 1}, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		c.API.Access.Hasher = h
	})
	refused(t, crowd(24, func(i int) *answer {
		return w.do("", "POST", "/sessions", map[string]any{"user": fmt.Sprintf("nobody%d", i), "password": "x"})
	}), 401)
}

func TestDecodingIsCapped(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.API.Files.Cleaner = files.NewCleaner(files.DefaultLimits, 1, 1) })
	photo := picture(t, "jpeg", 2000)
	refused(t, crowd(16, func(int) *answer { return w.upload(photo) }), 201)
}

// stuck is a setup that never comes.
type stuck struct{}

func (stuck) Of(ctx context.Context, _ kernel.Tenant) (*cases.Setup, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestRequestsEnd(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		ports := c.API.Cases.Ports
		ports.Setups = stuck{}
		c.API.Cases, c.Timeout = cases.NewService(ports), 50*time.Millisecond
	})
	if a := w.do("", "GET", "/config", nil).want(503); a.Header.Get("Retry-After") == "" || a.str("type") != "urn:sanzhi:unavailable" {
		t.Errorf("%s", a.Raw)
	}
}

func TestReadyTellsWhy(t *testing.T) {
	w := newWorld(t, func(c *web.Config) {
		c.Ready = func(context.Context) error {
			return kernel.NotFound(kernel.T("还没有", "this district has not been founded here"))
		}
	})
	res, err := http.Get(w.http.URL + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(string(b), "has not been founded") {
		t.Errorf("%d %s", res.StatusCode, b)
	}
}
