package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// acts are the acts of one loop in their order.
var acts = []string{"order", "submit", "dispatch", "accept", "finish", "rate"}

// steps are where each act leaves the case.
var steps = []string{"ordered", "submitted", "dispatched", "accepted", "done", "rated"}

func newHTTP(clients int) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConns: clients, MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients,
		DisableCompression: true, IdleConnTimeout: time.Minute}}
}

// api speaks to one server.
type api struct {
	http *http.Client
	base string
}

// errStatus is an answer with another status than was asked for.
type errStatus struct {
	status int
	body   string
}

func (e *errStatus) Error() string { return fmt.Sprintf("status %d: %s", e.status, e.body) }

// call sends one request and reads its JSON answer into out.
func (a *api) call(ctx context.Context, method, path, token string, in any, want int, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, a.base+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := a.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != want {
		return &errStatus{res.StatusCode, string(b)}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// carriers are who takes a case through the loop at the centre.
type carriers struct {
	api
	tokens map[string]string
	unit   string // the dispatcher's organisation
	words  []string
}

type acted struct {
	ID        string `json:"id"`
	Number    string `json:"number"`
	TrackCode string `json:"track_code"`
	Step      string `json:"step"`
	Version   int    `json:"version"`
}

// newCarriers asks the server who the dispatcher speaks for.
func newCarriers(ctx context.Context, base string, t map[string]string, clients int) (*carriers, error) {
	c := &carriers{api: api{newHTTP(clients), base}, tokens: t,
		words: []string{"路灯不亮", "楼道灯坏了", "井盖松动", "下水道堵了", "垃圾没人清", "噪声太大", "消防通道堵了", "暖气不热"}}
	var me struct {
		Posts []struct {
			Role string              `json:"role"`
			Org  struct{ ID string } `json:"org"`
		} `json:"posts"`
	}
	if err := c.call(ctx, "GET", "/api/v1/me", t["unit_dispatcher"], nil, 200, &me); err != nil {
		return nil, err
	}
	for _, p := range me.Posts {
		if p.Role == "unit_dispatcher" {
			c.unit = p.Org.ID
		}
	}
	if c.unit == "" {
		return nil, errors.New("the dispatcher has no organisation")
	}
	return c, nil
}

// loop takes one case from the order to the rating, checks every answer, and tells how long each act took.
func (c *carriers) loop(ctx context.Context, w caller, took func(act int, d time.Duration)) (*acted, error) {
	text := fmt.Sprintf("%s，%d 号楼 %d 单元", c.words[rand.IntN(len(c.words))], 1+rand.IntN(99), 1+rand.IntN(6))
	var opened acted
	version := 0
	for i, act := range acts {
		method, path, token, want := "POST", "", "", 200
		var in map[string]any
		switch act {
		case "order":
			path, want = "/api/v1/cases", 201
			in = map[string]any{"flow": "menu", "item": "street-light", "text": text, "lon": centreLon, "lat": centreLat,
				"contact": map[string]any{"name": "张女士", "phone": "13900000000"}}
		case "submit":
			token, in = c.tokens["community_clerk"], map[string]any{"version": version, "unit": c.unit}
		case "dispatch":
			token, in = c.tokens["unit_dispatcher"], map[string]any{"version": version}
		case "accept":
			token, in = c.tokens["cadre"], map[string]any{"version": version}
		case "finish":
			token, in = c.tokens["cadre"], map[string]any{"version": version, "result": "已经修好，请居民放心。"}
		case "rate":
			path, in = "/api/v1/track/"+opened.TrackCode+"/rate", map[string]any{"score": 5, "solved": true}
		}
		if path == "" {
			path = "/api/v1/cases/" + opened.ID + "/" + act
		}
		var out acted
		begin := time.Now()
		if err := w.call(ctx, method, path, token, in, want, &out); err != nil {
			return &opened, fmt.Errorf("%s: %w", act, err)
		}
		took(i, time.Since(begin))
		if act == "order" {
			opened = out
		}
		if out.Step != steps[i] || out.Version != i+1 || out.ID != opened.ID {
			return &opened, fmt.Errorf("%s: rests in %q with version %d, should in %q with %d", act, out.Step, out.Version, steps[i], i+1)
		}
		version = out.Version
	}
	return &opened, nil
}

// checkLoop reads a case back: its time line holds each act exactly once, in order.
func (c *carriers) checkLoop(ctx context.Context, id string) error {
	var ev struct {
		Items []struct {
			Act string `json:"act"`
		} `json:"items"`
	}
	if err := c.call(ctx, "GET", "/api/v1/cases/"+id+"/events", c.tokens["district_leader"], nil, 200, &ev); err != nil {
		return err
	}
	var got []string
	for _, e := range ev.Items {
		got = append(got, e.Act)
	}
	if fmt.Sprint(got) != fmt.Sprint(acts) {
		return fmt.Errorf("case %s holds the acts %v", id, got)
	}
	return nil
}

// drive runs work on many clients until the window closes and keeps what was counted inside it.
type drive struct {
	base  string
	mu    sync.Mutex
	took  [][]time.Duration
	done  int
	acted int
	last  []string // ids of some that were done
}

func (d *drive) run(ctx context.Context, clients int, warm, window time.Duration, pids func() []int, work func(ctx context.Context, w caller, took func(int, time.Duration)) (string, error)) (spent cpu, wall time.Duration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var counting, ended atomic.Bool
	var wg sync.WaitGroup
	for range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mine := make([][]time.Duration, len(acts))
			done, did := 0, 0
			var last string
			w := newWire(d.base)
			for !ended.Load() && ctx.Err() == nil {
				id, err := work(ctx, w, func(i int, t time.Duration) {
					if counting.Load() && !ended.Load() {
						mine[i] = append(mine[i], t)
						did++
					}
				})
				if err != nil {
					cancel(err)
					return
				}
				if counting.Load() && !ended.Load() {
					done++
					last = id
				}
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			for i := range mine {
				d.took[i] = append(d.took[i], mine[i]...)
			}
			d.done, d.acted = d.done+done, d.acted+did
			if last != "" {
				d.last = append(d.last, last)
			}
		}()
	}
	wait(ctx, warm)
	before, begin := cpuNow(pids()), time.Now()
	counting.Store(true)
	wait(ctx, window)
	ended.Store(true)
	wall, spent = time.Since(begin), cpuNow(pids()).since(before)
	wg.Wait()
	return spent, wall, context.Cause(ctx)
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
