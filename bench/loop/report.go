package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// result is one contestant in one round.
type result struct {
	Name          string
	Round         int
	Loops         bool // whole loops were counted, not records
	PerSecond     float64
	ActsPerSecond float64
	P50, P99      []time.Duration // by act
	Server        float64         // milliseconds of processor a loop (or record), with the database server's
	Client        float64
	Others        float64 // processors that anything else on the machine took meanwhile
	Idle, Peak    float64 // MiB, resident
	Before, After disk
	Lists         []listed `json:",omitempty"`
}

// take fills in what was counted.
func (m *result) take(d *drive, spent cpu, wall time.Duration) {
	m.PerSecond, m.ActsPerSecond = float64(d.done)/wall.Seconds(), float64(d.acted)/wall.Seconds()
	for _, l := range d.took {
		if len(l) > 0 {
			m.P50, m.P99 = append(m.P50, quantile(l, .5)), append(m.P99, quantile(l, .99))
		}
	}
	n := m.ActsPerSecond / float64(len(m.P50)) * wall.Seconds() // loops that the acts amount to
	m.Server, m.Client = spent.server.Seconds()*1000/n, spent.client.Seconds()*1000/n
	m.Others = (spent.machine - spent.server - spent.client).Seconds() / wall.Seconds()
}

type report struct {
	o       *options
	machine string
	all     []*result
}

func (r *report) add(m *result) {
	r.all = append(r.all, m)
	fmt.Printf("%d %-28s %8.1f/s  order p50 %5.1f p99 %6.1f ms  cpu %5.2f+%4.2f ms  others %.2f  rss %3.0f/%3.0f MiB  probe %5.0f %5.0f/s\n", m.Round, m.Name, m.PerSecond,
		msOf(m.P50[0]), msOf(m.P99[0]), m.Server, m.Client, m.Others, m.Idle, m.Peak, m.Before.PerSecond, m.After.PerSecond)
}

func msOf(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(l []float64) float64 {
	s := slices.Sorted(slices.Values(l))
	if len(s) == 0 {
		return 0
	}
	if len(s)%2 == 1 {
		return s[len(s)/2]
	}
	return (s[len(s)/2-1] + s[len(s)/2]) / 2
}

// of gives a figure of a contestant's rounds.
func of(l []*result, f func(*result) float64) float64 {
	var v []float64
	for _, m := range l {
		v = append(v, f(m))
	}
	return median(v)
}

// finish prints the medians as tables and writes the figures.
func (r *report) finish() error {
	var names []string
	by := map[string][]*result{}
	for _, m := range r.all {
		if by[m.Name] == nil {
			names = append(names, m.Name)
		}
		by[m.Name] = append(by[m.Name], m)
	}
	slices.Sort(names)
	fmt.Printf("\n%s\n%d clients, %d rounds of %v, medians\n\n", r.machine, r.o.clients, r.o.rounds, r.o.window)
	fmt.Println("| | per second | acts/s | server CPU ms | client CPU ms | others' CPUs | RSS idle/peak MiB | probe commits/s before/after |\n|-|-|-|-|-|-|-|-|")
	for _, n := range names {
		l := by[n]
		what := "records"
		if l[0].Loops {
			what = "loops"
		}
		fmt.Printf("| %s | %.0f %s | %.0f | %.2f | %.2f | %.2f | %.0f / %.0f | %.0f / %.0f |\n", n, of(l, func(m *result) float64 { return m.PerSecond }), what,
			of(l, func(m *result) float64 { return m.ActsPerSecond }), of(l, func(m *result) float64 { return m.Server }), of(l, func(m *result) float64 { return m.Client }),
			of(l, func(m *result) float64 { return m.Others }), of(l, func(m *result) float64 { return m.Idle }), of(l, func(m *result) float64 { return m.Peak }),
			of(l, func(m *result) float64 { return m.Before.PerSecond }), of(l, func(m *result) float64 { return m.After.PerSecond }))
	}
	fmt.Printf("\n| p50 / p99 ms | %s |\n|-|%s\n", strings.Join(acts, " | "), strings.Repeat("-|", len(acts)))
	for _, n := range names {
		row := "| " + n
		for i := range by[n][0].P50 {
			row += fmt.Sprintf(" | %.1f / %.1f", of(by[n], func(m *result) float64 { return msOf(m.P50[i]) }), of(by[n], func(m *result) float64 { return msOf(m.P99[i]) }))
		}
		fmt.Println(row + " |")
	}
	r.lists(names, by)
	if r.o.json == "" {
		return nil
	}
	b, err := json.MarshalIndent(r.all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(r.o.json, b, 0o644)
}

// lists prints the pages of the last round.
func (r *report) lists(names []string, by map[string][]*result) {
	for _, n := range names {
		last := by[n][len(by[n])-1]
		if len(last.Lists) == 0 {
			continue
		}
		fmt.Printf("\n%s: page median / worst of seven, ms (rows)\n", n)
		for _, l := range last.Lists {
			fmt.Printf("  %-46s %8.1f / %8.1f  (%d)\n", l.What, msOf(l.Median), msOf(l.Worst), l.Rows)
		}
	}
}
