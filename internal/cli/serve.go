package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
	"sanzhi/internal/notify"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/web"
	"sanzhi/internal/web/api"
	"sanzhi/ui"
)

type serveCmd struct {
	Listen     string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"SANZHI_LISTEN"`
	TrustProxy bool     `help:"Believe X-Forwarded-For of the proxy in front." env:"SANZHI_TRUST_PROXY"`
	TLS        bool     `help:"The program is reached over TLS: cookies are sent over it only." env:"SANZHI_TLS"`
	Origin     []string `help:"Further origins that pages may come from." env:"SANZHI_ORIGIN"`
	Quiet      bool     `help:"Log warnings only."`
	Profile    string   `help:"Write a profile of the processor to this file." hidden:"" type:"path"`
}

// profile begins to write down where the processor's time goes; what it gives ends that.
func (c *serveCmd) profile() (func() error, error) {
	if c.Profile == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(c.Profile)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// Run implements the command.
func (c *serveCmd) Run(e *env) (err error) {
	level := slog.LevelInfo
	if c.Quiet {
		level = slog.LevelWarn
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: level})))
	written, err := c.profile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, written()) }()
	if os.Getenv("GOGC") == "" {
		// The heap of a district is small and steady: collecting less often than by default takes some MiB and saves some
		// hundredths of the processor's time under load.
		debug.SetGCPercent(150)
	}
	unlock, err := e.lockForServing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	a, err := e.open(true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.engine.Check(e.ctx); err != nil {
		return err
	}
	if err := a.keepDemoAtHome(e.ctx, c.Listen); err != nil {
		return err
	}
	t, err := e.tenant(e.ctx, a)
	if err != nil {
		return err
	}
	srv := web.New(web.Config{API: a.deps(t, c.TrustProxy, c.TLS), UI: builtUI(), Origins: c.Origin, Ready: func(ctx context.Context) error {
		_, err := a.setups.Of(ctx, t)
		return err
	}})
	var listen net.ListenConfig
	l, err := listen.Listen(e.ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if _, err := a.setups.Of(e.ctx, t); err != nil {
		slog.Warn("the district is not set up yet", "tenant", t, "cause", err)
	}
	work, stop := context.WithCancel(context.WithoutCancel(e.ctx))
	defer stop()
	a.db.OnOutbox(srv.Stream.Wake)
	go srv.Stream.Run(work, a.outbox)
	duties := a.startDuties(work)
	sending := a.startSending(work)
	planning := a.startPlanning(work)
	slog.Info("serving", "address", "http://"+l.Addr().String(), "tenant", t, "engine", a.engine.Name())
	err = web.Serve(e.ctx, l, srv.Handler, srv.Stream.Close)
	stop()
	<-duties
	<-sending
	<-planning
	return err
}

// deps joins the face.
func (a *app) deps(t kernel.Tenant, trustProxy, tls bool) api.Deps {
	uploads := access.DefaultOrderLimits
	signed := api.NewSignedCache()
	if a.engine.Name() != dialect.SQLite { // where this process alone serves the file
		signed.Changed = a.outbox.AccessTold
	}
	return api.Deps{
		Tenant: t, Clock: a.clock, Store: a.db, Version: version, SignKey: a.keys.sign, TrustProxy: trustProxy, SecureCookies: tls,
		Tenants: a.served,
		Once:    a.once, Signed: signed, Renew: a.setups.Forget,
		Limits:  nearby{access.NewOrderLimiter(access.DefaultOrderLimits, a.clock)},
		Uploads: nearby{access.NewOrderLimiter(uploads, a.clock)},
		Access:  a.access, Orgs: store.Orgs{}, Places: store.Territory{}, Files: a.files,
		Desk:       store.Desk{Tenants: a.tenants, Outbox: a.outbox},
		Hooks:      store.Webhooks{DB: a.db, Sealer: a.sealer},
		Bulletins:  api.Bulletins{Service: a.reports, Rows: store.Ledger{}},
		Cases:      a.cases,
		Rounds:     a.rounds,
		Activities: a.acts,
		Works:      a.works,
		Indicators: a.targets,
		Plans:      a.plans,
		Ballots:    a.ballots,
		Registers:  a.registers, OrgWork: store.Registers{},
		Sheets: a.sheets, Picture: store.Picture{}, Neighbours: store.Neighbours{}, Points: store.Cases{}, Basemaps: &store.Basemaps{Blobs: a.blobs},
		Admin:   a.admin(),
		Privacy: a.privacy, PrivacyPaths: store.PrivacyAccounts{Sealer: a.sealer},
	}
}

// served lists the districts of the store.
func (a *app) served(ctx context.Context) ([]kernel.Tenant, error) {
	list, err := a.tenants.List(ctx)
	out := make([]kernel.Tenant, len(list))
	for i, t := range list {
		out[i] = t.Tenant
	}
	return out, err
}

// nearby lets the machine itself pass: whoever is on it needs no limit, and a proxy on it is told to name its clients
// (--trust-proxy).
type nearby struct{ api.OrderLimits }

// Allow implements api.OrderLimits.
func (n nearby) Allow(address, phoneIndex string) error {
	if ip := net.ParseIP(address); ip != nil && ip.IsLoopback() {
		return nil
	}
	return n.OrderLimits.Allow(address, phoneIndex)
}

func builtUI() fs.FS {
	pages, ok := ui.Dist()
	if !ok {
		return nil
	}
	return pages
}

// every runs fn again and again, with a pause between, until ctx ends; the channel closes when the last run is over. What
// fails is logged under name and tried again at the next turn.
func every(ctx context.Context, pause time.Duration, name string, fn func() error) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := fn(); err != nil && ctx.Err() == nil {
				slog.Warn(name, "cause", err)
			}
		}
	}()
	return done
}

// forTenants runs fn for each tenant, whatever becomes of the others.
func (a *app) forTenants(ctx context.Context, fn func(kernel.Tenant) error) error {
	list, err := a.tenants.List(ctx)
	for _, t := range list {
		if e := fn(t.Tenant); e != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", t.Tenant, e))
		}
	}
	return err
}

// startDuties runs what the program does by itself, until ctx ends; the channel closes when all have stopped.
func (a *app) startDuties(ctx context.Context) <-chan struct{} {
	holder := string(kernel.NewID(a.clock.Now())) + "@" + fmt.Sprint(os.Getpid())
	return every(ctx, time.Second, "duties", func() error {
		return a.forTenants(ctx, func(t kernel.Tenant) error { return a.duties(ctx, t, holder) })
	})
}

// hooks binds the store's webhooks to their sender.
type hooks struct{ store.Webhooks }

// Hook implements notify.Hooks.
func (h hooks) Hook(ctx context.Context, t kernel.Tenant, id kernel.ID) (notify.Hook, error) {
	x, err := h.Get(ctx, t, id)
	return notify.Hook{ID: x.ID, URL: x.URL, Secret: x.Secret}, err
}

// startSending sends what is due to the webhooks, apart from the duties: a slow receiver holds up nothing else.
func (a *app) startSending(ctx context.Context) <-chan struct{} {
	sender := notify.NewWebhook(hooks{store.Webhooks{DB: a.db, Sealer: a.sealer}})
	holder := "send " + string(kernel.NewID(a.clock.Now()))
	return every(ctx, 2*time.Second, "sending", func() error {
		return a.forTenants(ctx, func(t kernel.Tenant) error {
			_, err := jobs.Deliver(ctx, a.outbox, sender, a.clock, t, "webhook", holder)
			return err
		})
	})
}

// duties are due once a second, by one process: clocks that warn, escalate and act; what has been told is swept; answers
// and uploads that are too old are forgotten; ledger rows are sealed.
func (a *app) duties(ctx context.Context, t kernel.Tenant, holder string) error {
	ok, err := a.outbox.Lease(ctx, t, "duties", holder, 10*time.Second)
	if err != nil || !ok {
		return err
	}
	for _, d := range a.dutyList(ctx, t, holder) {
		if e := d.do(); e != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", d.name, e))
		}
	}
	return err
}

// duty is one thing that the program does by itself.
type duty struct {
	name string
	do   func() error
}

// dutyList are the duties in their order; one that fails holds up no other.
func (a *app) dutyList(ctx context.Context, t kernel.Tenant, holder string) []duty {
	return []duty{
		{"clocks", func() error { _, err := a.cases.Tick(ctx, t, 200); return err }},
		{"rounds", func() error { return a.rounds.Tick(ctx, t, 200) }},
		{"indicators", func() error { return a.indicatorDuty(ctx, t) }},
		{"ballots", func() error { _, err := a.ballots.Tick(ctx, t, 20); return err }},
		{"privacy", func() error { _, err := a.privacy.Tick(ctx, t, 200); return err }},
		{"reports", func() error { _, err := a.reports.Tick(ctx, t); return err }},
		{"outbox", func() error { _, err := a.outbox.FanOut(ctx, t, "notify", 500); return err }},
		{"told", func() error { return a.sweepTold(ctx, t) }},
		{"deliveries", func() error { return store.Webhooks{DB: a.db}.SweepDeliveries(ctx, t, 1000) }},
		{"rates", func() error { _, err := a.db.SettleRates(ctx, t); return err }},
		{"answers", func() error { _, err := a.once.Forget(ctx, t, 1000); return err }},
		{"uploads", func() error { _, err := a.files.Sweep(ctx, t, 50); return err }},
		{"sheets", func() error { return a.sheets.Sweep(ctx, t, a.clock.Now()) }},
		{"sealing", func() error { return a.sealing.seal(ctx, t, holder) }},
	}
}

// sweepTold forgets what listeners have been told.
func (a *app) sweepTold(ctx context.Context, t kernel.Tenant) error {
	for _, topic := range []string{"case", api.TopicAccess} {
		if _, err := a.outbox.Sweep(ctx, t, topic, a.clock.Now().Add(-time.Minute), 5000); err != nil {
			return err
		}
	}
	return nil
}
