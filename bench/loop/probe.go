package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the probe commits through the very driver that the program uses
)

// disk is a probe of durable commits: one row, one transaction, one sync each, one after another.
type disk struct {
	PerSecond float64
	P50, P99  time.Duration
}

// probe commits for half a second at FULL durability in a new file of the folder.
func probe(ctx context.Context, dir string) (d disk, err error) {
	path := filepath.Join(dir, "probe.db")
	for _, tail := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + tail) // of a run that was broken off
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return d, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT)"); err != nil {
		return d, err
	}
	body := strings.Repeat("路灯不亮", 20)
	var took []time.Duration
	begin := time.Now()
	for time.Since(begin) < 500*time.Millisecond {
		one := time.Now()
		if _, err := db.ExecContext(ctx, "INSERT INTO t (body) VALUES ($1)", body); err != nil {
			return d, err
		}
		took = append(took, time.Since(one))
	}
	d.PerSecond = float64(len(took)) / time.Since(begin).Seconds()
	d.P50, d.P99 = quantile(took, .5), quantile(took, .99)
	return d, nil
}

// quantile gives the nearest-rank quantile; 0 of nothing.
func quantile(l []time.Duration, q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(l))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// cpu is time on the processors.
type cpu struct{ server, client, machine time.Duration }

const tick = 10 * time.Millisecond // Linux counts in hundredths of a second

// cpuNow reads the processor time of the processes (children of a postmaster count with it), of this program, and of the
// whole machine.
func cpuNow(pids []int) cpu {
	var c cpu
	for _, pid := range pids {
		c.server += procTime(pid)
	}
	c.client = procTime(os.Getpid())
	b, _ := os.ReadFile("/proc/stat")
	first, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(first) {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil && i != 4 && i != 5 && i < 9 { // without idle and iowait, guests count as user
			c.machine += time.Duration(n) * tick
		}
	}
	return c
}

func (c cpu) since(b cpu) cpu {
	return cpu{server: c.server - b.server, client: c.client - b.client, machine: c.machine - b.machine}
}

// stat gives the fields of /proc/PID/stat after the name, which may itself hold spaces and brackets.
func stat(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

func procTime(pid int) time.Duration {
	f := stat(pid)
	if len(f) < 15 {
		return 0
	}
	var sum int64
	for _, i := range []int{11, 12} { // utime, stime
		n, _ := strconv.ParseInt(f[i], 10, 64)
		sum += n
	}
	return time.Duration(sum) * tick
}

// children gives the processes whose parent is pid.
func children(pid int) []int {
	var out []int
	dirs, _ := os.ReadDir("/proc")
	for _, d := range dirs {
		if n, err := strconv.Atoi(d.Name()); err == nil {
			if f := stat(n); len(f) > 1 && f[1] == strconv.Itoa(pid) {
				out = append(out, n)
			}
		}
	}
	return out
}

// memory gives the resident and the highest resident set in MiB.
func memory(pid int) (now, peak float64) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		if len(w) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(w[1], 64)
		switch w[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			peak = kb / 1024
		}
	}
	return now, peak
}

// machine names what was measured on.
func machine() string {
	model := "unknown processor"
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.SplitSeq(string(b), "\n") {
		if name, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(v)
			break
		}
	}
	return fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), model, runtime.Version())
}
