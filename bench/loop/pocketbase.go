package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// rival is PocketBase with its defaults (SQLite, WAL, synchronous=NORMAL), which creates one record a request: a table of
// requests as somebody would set it up, open to the public, with three indexes.
type rival struct{ o *options }

func (*rival) name() string { return "PocketBase v0.36.8" }

func (*rival) prepare(context.Context) error { return nil }

func (r *rival) measure(ctx context.Context, o *options) (m *result, err error) {
	dir, err := filepath.Abs(filepath.Join(o.cache, "pocketbase"))
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	const user, password = "bench@example.com", "a-long-password"
	if _, err := tool(ctx, o.pocketbase, "superuser", "upsert", user, password, "--dir", dir); err != nil {
		return nil, err
	}
	c, err := start(ctx, filepath.Join(o.cache, "pocketbase.log"), "/api/health", func(addr string) []string {
		return []string{o.pocketbase, "serve", "--http", addr, "--dir", dir}
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	a := &api{newHTTP(o.clients), c.base}
	if err := r.collection(ctx, a, user, password); err != nil {
		return nil, err
	}
	m = &result{}
	m.Idle, _ = memory(c.cmd.Process.Pid)
	dr := &drive{base: c.base, took: make([][]time.Duration, len(acts))}
	spent, wall, err := dr.run(ctx, o.clients, o.warm, o.window, func() []int { return []int{c.cmd.Process.Pid} }, func(ctx context.Context, one caller, took func(int, time.Duration)) (string, error) {
		var out struct{ ID string }
		begin := time.Now()
		err := one.call(ctx, "POST", "/api/collections/requests/records", "", map[string]any{"kind": "street-light", "status": "ordered", "title": "路灯不亮",
			"body": "路灯不亮，12 号楼 3 单元", "attrs": map[string]any{"name": "张女士", "phone": "13900000000"}, "lng": centreLon, "lat": centreLat}, 200, &out)
		took(0, time.Since(begin))
		return out.ID, err
	})
	if err != nil {
		return nil, err
	}
	m.take(dr, spent, wall)
	_, m.Peak = memory(c.cmd.Process.Pid)
	var back struct {
		TotalItems int `json:"totalItems"`
	}
	if err := a.call(ctx, "GET", "/api/collections/requests/records?perPage=1", "", nil, 200, &back); err != nil {
		return nil, err
	}
	if back.TotalItems < dr.done {
		return nil, fmt.Errorf("it acknowledged %d records and holds %d", dr.done, back.TotalItems)
	}
	return m, nil
}

// collection makes the table.
func (*rival) collection(ctx context.Context, a *api, user, password string) error {
	var auth struct{ Token string }
	if err := a.call(ctx, "POST", "/api/collections/_superusers/auth-with-password", "", map[string]any{"identity": user, "password": password}, 200, &auth); err != nil {
		return err
	}
	field := func(name, kind string) map[string]any { return map[string]any{"name": name, "type": kind} }
	created := field("created", "autodate")
	created["onCreate"] = true
	return a.call(ctx, "POST", "/api/collections", auth.Token, map[string]any{"name": "requests", "type": "base",
		"listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
		"fields": []any{field("kind", "text"), field("status", "text"), field("title", "text"), field("body", "text"), field("attrs", "json"),
			field("lng", "number"), field("lat", "number"), created},
		"indexes": []string{"CREATE INDEX i_status ON requests (status, created)", "CREATE INDEX i_kind ON requests (kind, created)",
			"CREATE INDEX i_created ON requests (created)"}}, 200, nil)
}
