// Command loop measures whole five-step loops over HTTP against a child server of its own, on each engine, on an empty
// district and on one with a million past cases, beside PocketBase that stores one record a request. It exists because a
// figure of durable commits means nothing without a probe of the disk right before and after, and a rival beside it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are those of the command line.
type options struct {
	program    string
	cache      string
	engines    string
	postgres   string
	pocketbase string
	past       int
	clients    int
	rounds     int
	window     time.Duration
	warm       time.Duration
	quick      bool
	profile    string
	json       string
	lists      bool
	prepare    bool
}

func parseOptions() *options {
	o := &options{}
	flag.StringVar(&o.program, "program", "bin/sanzhi", "the program to measure")
	flag.StringVar(&o.cache, "cache", "bench/.cache", "where prepared data lie and runs take place: on the disk that is to be measured")
	flag.StringVar(&o.engines, "engines", "sqlite,postgres", "engines to measure; postgres needs -postgres")
	flag.StringVar(&o.postgres, "postgres", os.Getenv("SANZHI_BENCH_POSTGRES"), "URL of a server on which its user may create databases")
	flag.StringVar(&o.pocketbase, "pocketbase", "", "a built bench/pocketbase to measure beside; empty leaves it out")
	flag.IntVar(&o.past, "past", 1_000_000, "past cases of the full district; 0 leaves it out")
	flag.IntVar(&o.clients, "clients", 64, "clients that work side by side")
	flag.IntVar(&o.rounds, "rounds", 3, "interleaved rounds; the medians are told")
	flag.DurationVar(&o.window, "window", 10*time.Second, "how long each contestant is measured in each round")
	flag.DurationVar(&o.warm, "warm", 2*time.Second, "how long it runs before that")
	flag.BoolVar(&o.quick, "quick", false, "one short round on 20,000 past cases: under two minutes")
	flag.StringVar(&o.profile, "profile", "", "write CPU profiles of the servers to FILE.CONTESTANT")
	flag.StringVar(&o.json, "json", "", "also write every figure to this file")
	flag.BoolVar(&o.lists, "lists", true, "also time a page of each role's lists, and search")
	flag.BoolVar(&o.prepare, "prepare", false, "only prepare the data, for whoever measures something else on it")
	flag.Parse()
	if o.quick {
		o.rounds, o.window, o.warm = 1, 4*time.Second, time.Second
		if o.past > 20_000 {
			o.past = 20_000
		}
	}
	return o
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, parseOptions()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// contestant is one server that is measured in each round.
type contestant interface {
	name() string
	// prepare makes its data once; measure runs it once for a round.
	prepare(ctx context.Context) error
	measure(ctx context.Context, o *options) (*result, error)
}

func run(ctx context.Context, o *options) error {
	if err := os.MkdirAll(o.cache, 0o755); err != nil {
		return err
	}
	var all []contestant
	for _, e := range strings.Split(o.engines, ",") {
		if e == "postgres" && o.postgres == "" {
			fmt.Println("no -postgres: PostgreSQL is left out")
			continue
		}
		all = append(all, &district{o: o, engine: e})
		if o.past > 0 {
			all = append(all, &district{o: o, engine: e, past: o.past})
		}
	}
	if o.pocketbase != "" {
		all = append(all, &rival{o: o})
	}
	for _, c := range all {
		begin := time.Now()
		if err := c.prepare(ctx); err != nil {
			return fmt.Errorf("prepare %s: %w", c.name(), err)
		}
		fmt.Printf("prepared %-28s %6.1f s\n", c.name(), time.Since(begin).Seconds())
	}
	if o.prepare {
		return nil
	}
	r := &report{o: o, machine: machine()}
	for round := range o.rounds {
		for i := range all {
			c := all[(i+round)%len(all)] // another first in each round
			before, err := probe(ctx, o.cache)
			if err != nil {
				return err
			}
			m, err := c.measure(ctx, o)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name(), err)
			}
			if m.After, err = probe(ctx, o.cache); err != nil {
				return err
			}
			m.Name, m.Round, m.Before = c.name(), round+1, before
			r.add(m)
		}
	}
	return r.finish()
}
