// Command streams opens many live-update streams (GET /stream) on a server of its own with the demonstration district, lets a
// resident order something again and again, and prints how long it takes until everybody who may read the case has been told,
// and what a stream costs in memory. Loopback only; it ends by itself.
//
//	go run ./bench/streams -program bin/sanzhi -streams 10000 -orders 20
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const centre = "101.7593426,36.6484989" // the demonstration district's middle

func main() {
	program := flag.String("program", "bin/sanzhi", "the program")
	streams := flag.Int("streams", 10_000, "streams to open")
	orders := flag.Int("orders", 20, "orders to place, one a second")
	each := flag.Int("each", 60, "streams of one account (the program allows 64)")
	flag.Parse()
	if err := run(*program, *streams, *orders, *each); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(program string, streams, orders, each int) error {
	dir, err := os.MkdirTemp("", "sanzhi-streams-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if out, err := exec.Command(program, "demo", "--data", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("demo: %w: %s", err, out)
	}
	tokens, readers, err := tokensFor(program, dir, (streams+each-1)/each)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	_ = l.Close()
	server := exec.Command(program, "serve", "--data", dir, "--listen", addr)
	server.Stderr = io.Discard
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = server.Process.Signal(syscall.SIGTERM); _ = server.Wait() }()
	base := "http://" + addr
	if err := ready(base); err != nil {
		return err
	}
	idle := memory(server.Process.Pid)
	f := &field{told: map[string][]time.Duration{}, began: map[string]time.Time{}}
	began := time.Now()
	opened := f.open(base, tokens, streams, each)
	fmt.Printf("%d of %d streams open in %.1f s, of %d accounts, %d of them of the place that the orders are at\n", opened, streams, time.Since(began).Seconds(), len(tokens), readers)
	if opened < streams {
		return fmt.Errorf("%d streams did not open: %v", streams-opened, f.fault.Load())
	}
	full := memory(server.Process.Pid)
	fmt.Printf("memory: %d MiB before, %d MiB with the streams: %.1f KiB a stream\n", idle>>10, full>>10, float64(full-idle)/float64(streams))
	for range orders {
		if err := f.order(base); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	time.Sleep(3 * time.Second)
	f.report(orders)
	fmt.Printf("after it %d streams are open; memory %d MiB; the server took %.1f CPU seconds\n", f.live.Load(), memory(server.Process.Pid)>>10, cpu(server.Process.Pid))
	if f.live.Load() < int64(streams) {
		return errors.New("streams were lost")
	}
	return nil
}

// tokensFor makes a bearer token for each of n accounts. The first are those who can carry a case at the centre.
func tokensFor(program, dir string, n int) ([]string, int, error) {
	list := func(more ...string) (users []string, err error) {
		out, err := exec.Command(program, append([]string{"demo", "--data", dir, "--accounts", "--json"}, more...)...).Output()
		if err != nil {
			return nil, err
		}
		var accounts []struct{ User string }
		err = json.Unmarshal(out, &accounts)
		for _, a := range accounts {
			users = append(users, a.User)
		}
		return users, err
	}
	here, err := list("--at", centre)
	if err != nil {
		return nil, 0, err
	}
	users := slices.Clone(here)
	all, err := list()
	if err != nil {
		return nil, 0, err
	}
	for _, u := range all {
		if !slices.Contains(users, u) { // a name may be one of several districts
			users = append(users, u)
		}
	}
	users = users[:min(n, len(users))]
	var tokens []string
	for _, u := range users {
		out, err := exec.Command(program, "token", "--data", dir, "--user", u).Output()
		if err != nil {
			return nil, 0, fmt.Errorf("token of %s: %w", u, err)
		}
		tokens = append(tokens, strings.TrimSpace(string(out)))
	}
	return tokens, min(len(here), len(users)), nil
}

func ready(base string) error {
	for range 600 {
		if r, err := http.Get(base + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("the server did not come up")
}

// field is all open streams and what they were told.
type field struct {
	mu    sync.Mutex
	began map[string]time.Time       // when an order was answered, by its case
	told  map[string][]time.Duration // how much later each stream heard of it
	early map[string][]time.Time     // heard before the answer came
	live  atomic.Int64
	fault atomic.Value
}

func (f *field) open(base string, tokens []string, streams, each int) int {
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 0, DisableCompression: true, ReadBufferSize: 512, WriteBufferSize: 512}}
	var up sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range streams {
		up.Add(1)
		slots <- struct{}{}
		go func() {
			ok := sync.OnceFunc(func() { <-slots; up.Done() })
			defer ok()
			req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+"/api/v1/stream", nil)
			if err != nil {
				return
			}
			req.Header.Set("Authorization", "Bearer "+tokens[i/each])
			res, err := client.Do(req)
			if err != nil {
				f.fault.Store(err)
				return
			}
			defer func() { _ = res.Body.Close() }()
			if res.StatusCode != http.StatusOK {
				why, _ := io.ReadAll(io.LimitReader(res.Body, 300))
				f.fault.Store(fmt.Errorf("status %d: %s", res.StatusCode, why))
				return
			}
			f.live.Add(1)
			defer f.live.Add(-1)
			f.listen(res.Body, ok)
		}()
	}
	up.Wait()
	return int(f.live.Load())
}

func (f *field) listen(body io.Reader, hello func()) {
	in := bufio.NewReaderSize(body, 512)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if strings.HasPrefix(line, "event: hello") {
			hello()
		}
		var c struct{ ID string }
		if data, ok := strings.CutPrefix(line, "data: "); ok && json.Unmarshal([]byte(data), &c) == nil && c.ID != "" {
			f.heard(c.ID, time.Now())
		}
	}
}

func (f *field) heard(id string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if began, ok := f.began[id]; ok {
		f.told[id] = append(f.told[id], at.Sub(began))
		return
	}
	if f.early == nil {
		f.early = map[string][]time.Time{}
	}
	f.early[id] = append(f.early[id], at)
}

// order places an order; the clock runs from its answer on, when it is durable.
func (f *field) order(base string) error {
	lon, lat, _ := strings.Cut(centre, ",")
	body := fmt.Sprintf(`{"flow":"menu","item":"street-light","text":"路灯不亮","lon":%s,"lat":%s,"form":{}}`, lon, lat)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/api/v1/cases", bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", strconv.FormatInt(time.Now().UnixNano(), 36))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("order: %d %s", res.StatusCode, answer)
	}
	var c struct{ ID string }
	if err := json.Unmarshal(answer, &c); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	f.began[c.ID] = now
	for _, at := range f.early[c.ID] {
		f.told[c.ID] = append(f.told[c.ID], at.Sub(now))
	}
	return nil
}

func (f *field) report(orders int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []time.Duration
	least := -1
	for id := range f.began {
		all = append(all, f.told[id]...)
		if n := len(f.told[id]); least < 0 || n < least {
			least = n
		}
	}
	if len(all) == 0 {
		fmt.Println("nobody was told")
		return
	}
	slices.Sort(all)
	at := func(q float64) int64 { return all[int(q*float64(len(all)-1))].Milliseconds() }
	fmt.Printf("%d orders, each told to at least %d streams: p50 %d ms, p99 %d ms, last %d ms after the answer\n", orders, least, at(0.5), at(0.99), at(1))
}

// memory is the resident memory of a process in KiB.
func memory(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n
		}
	}
	return 0
}

// cpu is the processor time of a process in seconds.
func cpu(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}
