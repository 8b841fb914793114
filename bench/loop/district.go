package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// district is the program itself on one engine: on the demonstration district as it is made (1,142 cases), or with many
// past cases beside.
type district struct {
	o      *options
	engine string
	past   int
	tokens map[string]string
}

func (d *district) name() string {
	if d.past == 0 {
		return d.engine + " empty"
	}
	return d.engine + " " + strconv.Itoa(d.past) + " past"
}

// slug names the prepared data.
func (d *district) slug() string { return fmt.Sprintf("%s-%d", d.engine, d.past) }

// dir holds keys, and the SQLite file.
func (d *district) dir() string { return filepath.Join(d.o.cache, d.slug()) }

func (d *district) databaseURL(name string) string {
	u, err := url.Parse(d.o.postgres)
	if err != nil {
		return d.o.postgres
	}
	u.Path = "/" + name
	return u.String()
}

func (d *district) database(past int) string { return fmt.Sprintf("sanzhi_bench_%d", past) }

// store is what names the store to the program.
func (d *district) store(dir string) []string {
	s := []string{"--data", dir}
	if d.engine == "postgres" {
		s = append(s, "--database", d.databaseURL(d.database(d.past)))
	}
	return s
}

// prepare makes the data unless a former run left them.
func (d *district) prepare(ctx context.Context) error {
	mark := filepath.Join(d.dir(), "tokens.json")
	if d.engine == "postgres" {
		if ok, err := d.hasDatabase(ctx); err != nil {
			return err
		} else if !ok {
			_ = os.Remove(mark)
		}
	}
	t, err := recall(mark)
	if err == nil {
		d.tokens = t
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if d.past > 0 {
		base := &district{o: d.o, engine: d.engine}
		if err := base.prepare(ctx); err != nil {
			return err
		}
		err = d.grow(ctx, base)
	} else {
		err = d.found(ctx)
	}
	if err != nil {
		return err
	}
	if d.tokens, err = tokens(ctx, d.o.program, d.store(d.dir())); err != nil {
		return err
	}
	return remember(mark, d.tokens)
}

// found makes the demonstration district.
func (d *district) found(ctx context.Context) error {
	if err := os.RemoveAll(d.dir()); err != nil {
		return err
	}
	if err := os.MkdirAll(d.dir(), 0o755); err != nil {
		return err
	}
	if d.engine == "postgres" {
		if err := d.admin(ctx, "DROP DATABASE IF EXISTS "+d.database(0)+" WITH (FORCE)", "CREATE DATABASE "+d.database(0)); err != nil {
			return err
		}
	}
	_, err := tool(ctx, append([]string{d.o.program, "demo"}, d.store(d.dir())...)...)
	return err
}

// grow copies the base and adds the past.
func (d *district) grow(ctx context.Context, base *district) error {
	if err := copyDir(d.dir(), base.dir()); err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(d.dir(), "tokens.json"))
	if d.engine == "postgres" {
		if err := d.admin(ctx, "DROP DATABASE IF EXISTS "+d.database(d.past)+" WITH (FORCE)",
			"CREATE DATABASE "+d.database(d.past)+" TEMPLATE "+base.database(0)); err != nil {
			return err
		}
		if err := fillPostgres(ctx, d.databaseURL(d.database(d.past)), d.past); err != nil {
			return err
		}
		return settlePostgres(ctx, d.databaseURL(d.database(d.past)))
	}
	if err := fillSQLite(ctx, filepath.Join(d.dir(), "sanzhi.db"), d.past); err != nil {
		return err
	}
	return settleSQLite(ctx, filepath.Join(d.dir(), "sanzhi.db"))
}

// admin runs statements on the server's own database.
func (d *district) admin(ctx context.Context, statements ...string) error {
	c, err := pgx.Connect(ctx, d.o.postgres)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (d *district) hasDatabase(ctx context.Context) (ok bool, err error) {
	c, err := pgx.Connect(ctx, d.o.postgres)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close(ctx) }()
	err = c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", d.database(d.past)).Scan(&ok)
	return ok, err
}

// postmaster gives the server's main process when it runs on this machine, else 0.
func (d *district) postmaster(ctx context.Context) int {
	c, err := pgx.Connect(ctx, d.o.postgres)
	if err != nil {
		return 0
	}
	defer func() { _ = c.Close(ctx) }()
	var pid int
	if err := c.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return 0
	}
	if f := stat(pid); len(f) > 1 {
		parent, _ := strconv.Atoi(f[1])
		return parent
	}
	return 0
}

// measure serves and drives loops for one window. An empty SQLite district is a fresh copy each time; the others grow by
// what the rounds add to them, a few per cent of a million.
func (d *district) measure(ctx context.Context, o *options) (m *result, err error) {
	dir := d.dir()
	if d.engine == "sqlite" && d.past == 0 {
		dir = filepath.Join(o.cache, "run")
		if err := copyDir(dir, d.dir()); err != nil {
			return nil, err
		}
	}
	c, err := start(ctx, filepath.Join(o.cache, d.slug()+".log"), "/readyz", func(addr string) []string {
		a := append([]string{o.program, "serve", "--quiet", "--listen", addr}, d.store(dir)...)
		if o.profile != "" {
			a = append(a, "--profile", o.profile+"."+d.slug())
		}
		return a
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	w, err := newCarriers(ctx, c.base, d.tokens, o.clients)
	if err != nil {
		return nil, err
	}
	m = &result{Loops: true}
	m.Idle, _ = memory(c.cmd.Process.Pid)
	pids := func() []int { return []int{c.cmd.Process.Pid} }
	if d.engine == "postgres" {
		main := d.postmaster(ctx)
		pids = func() []int { return append(children(main), c.cmd.Process.Pid, main) }
	}
	dr := &drive{base: c.base, took: make([][]time.Duration, len(acts))}
	spent, wall, err := dr.run(ctx, o.clients, o.warm, o.window, pids, func(ctx context.Context, one caller, took func(int, time.Duration)) (string, error) {
		done, err := w.loop(ctx, one, took)
		if err != nil {
			return "", err
		}
		return done.ID, nil
	})
	if err != nil {
		return nil, err
	}
	m.take(dr, spent, wall)
	_, m.Peak = memory(c.cmd.Process.Pid)
	for _, id := range dr.last[:min(len(dr.last), 16)] {
		if err := w.checkLoop(ctx, id); err != nil {
			return nil, err
		}
	}
	if o.lists {
		m.Lists, err = w.lists(ctx)
	}
	return m, err
}
