package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/cli"
	"sanzhi/internal/store/storetest/pgtest"
)

// childEnv makes the test binary the program itself, so that it can be served, killed and served again.
const childEnv = "SANZHI_TEST_SERVED"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// served is a demonstration district on one engine, served by a child of the test.
type served struct {
	t      *testing.T
	self   string
	dir    string
	store  []string
	tokens map[string]string
	child  *child
	api    *carriers
}

// onEach runs the test on a district of each engine: PostgreSQL when there is a server to test on.
func onEach(t *testing.T, run func(t *testing.T, s *served)) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(childEnv, "1")
	each := func(name, database string) {
		t.Run(name, func(t *testing.T) {
			s := &served{t: t, self: self, dir: t.TempDir()}
			s.store = []string{"--data", s.dir}
			if database != "" {
				s.store = append(s.store, "--database", database)
			}
			ctx := context.Background()
			if _, err := tool(ctx, append([]string{self, "demo"}, s.store...)...); err != nil {
				t.Fatal(err)
			}
			if s.tokens, err = tokens(ctx, self, s.store); err != nil {
				t.Fatal(err)
			}
			s.serve()
			t.Cleanup(func() { _ = s.child.stop() })
			run(t, s)
		})
	}
	each("sqlite", "")
	if url, ok := pgtest.Fresh(t); ok {
		each("postgres", url)
	}
}

func (s *served) serve() {
	s.t.Helper()
	ctx := context.Background()
	c, err := start(ctx, filepath.Join(s.dir, "serve.log"), "/readyz", func(addr string) []string {
		return append([]string{s.self, "serve", "--quiet", "--listen", addr}, s.store...)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.child = c
	if s.api, err = newCarriers(ctx, c.base, s.tokens, 32); err != nil {
		s.t.Fatal(err)
	}
}

func TestServed(t *testing.T) {
	onEach(t, func(t *testing.T, s *served) {
		t.Run("of 32 who accept at once one does", func(t *testing.T) { s.t = t; s.race(t) })
		t.Run("what was acknowledged outlives a kill, each once", func(t *testing.T) { s.t = t; s.kill(t) })
	})
}

// race lets 32 accept the same case at the same time.
func (s *served) race(t *testing.T) {
	ctx := context.Background()
	for range 3 {
		id := ""
		stop := errors.New("dispatched")
		done, err := s.api.loop(ctx, &until{caller: newWire(s.child.base), left: 3, stop: stop}, func(int, time.Duration) {})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		id = done.ID
		status := make([]int, 32)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for i := range status {
			wg.Go(func() {
				w := newWire(s.child.base)
				<-begin
				var got acted
				err := w.call(ctx, "POST", "/api/v1/cases/"+id+"/accept", s.tokens["cadre"], map[string]any{"version": 3}, 200, &got)
				var other *errStatus
				switch {
				case err == nil:
					status[i] = 200
				case errors.As(err, &other):
					status[i] = other.status
				default:
					t.Error(err)
				}
			})
		}
		close(begin)
		wg.Wait()
		count := map[int]int{}
		for _, n := range status {
			count[n]++
		}
		if count[200] != 1 || count[409] != 31 {
			t.Errorf("statuses %v, want one 200 and 31 times 409", count)
		}
		if got := s.timeline(t, id); !slices.Equal(got, acts[:4]) {
			t.Errorf("the time line holds %v", got)
		}
	}
}

// until stops a loop after some acts.
type until struct {
	caller
	left int
	stop error
}

func (u *until) call(ctx context.Context, method, path, token string, in any, want int, out any) error {
	if u.left--; u.left < 0 {
		return u.stop
	}
	return u.caller.call(ctx, method, path, token, in, want, out)
}

// timeline gives the acts of a case.
func (s *served) timeline(t *testing.T, id string) (got []string) {
	t.Helper()
	var ev struct {
		Items []struct {
			Act string `json:"act"`
		} `json:"items"`
	}
	if err := s.api.call(context.Background(), "GET", "/api/v1/cases/"+id+"/events", s.tokens["district_leader"], nil, 200, &ev); err != nil {
		t.Errorf("case %s: %v", id, err)
	}
	for _, e := range ev.Items {
		got = append(got, e.Act)
	}
	return got
}

// kill drives loops, kills the server without warning in the middle, serves again, and reads back what was acknowledged.
func (s *served) kill(t *testing.T) {
	var mu sync.Mutex
	acked := map[string]int{}
	ctx := context.Background()
	over := make(chan struct{})
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			w := newWire(s.child.base)
			for {
				select {
				case <-over:
					return
				default:
				}
				n := 0
				c, err := s.api.loop(ctx, w, func(int, time.Duration) { n++ })
				if c.ID != "" {
					mu.Lock()
					acked[c.ID] = n
					mu.Unlock()
				}
				var status *errStatus
				if errors.As(err, &status) {
					t.Errorf("after %d acts: %v", n, err)
				}
				if err != nil {
					return // the server is gone
				}
			}
		})
	}
	total := func() (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, k := range acked {
			n += k
		}
		return n
	}
	for last := time.Now().Add(20 * time.Second); total() < 300 && time.Now().Before(last); {
		time.Sleep(20 * time.Millisecond)
	}
	if err := s.child.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.child.cmd.Wait()
	close(over)
	wg.Wait()
	if n := total(); n < 300 {
		t.Fatalf("only %d acts were acknowledged", n)
	}
	s.serve()
	for id, n := range acked {
		// The act after the last acknowledged one may have been stored before its answer was cut off.
		got := s.timeline(t, id)
		if len(got) < n || len(got) > n+1 || fmt.Sprint(got) != fmt.Sprint(acts[:len(got)]) {
			t.Errorf("case %s: acknowledged %v, holds %v", id, acts[:n], got)
		}
	}
	t.Logf("%d acts of %d cases were acknowledged", total(), len(acked))
	if _, err := s.api.loop(ctx, newWire(s.child.base), func(int, time.Duration) {}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
