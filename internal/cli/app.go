package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/ballots"
	"sanzhi/internal/cases"
	"sanzhi/internal/files"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/planning"
	"sanzhi/internal/privacy"
	room "sanzhi/internal/registers"
	"sanzhi/internal/reports"
	"sanzhi/internal/rounds"
	"sanzhi/internal/sheets"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/vault"
	"sanzhi/internal/web/api"
	"sanzhi/internal/works"
)

// app is the joined program over one store.
type app struct {
	engine  dialect.Engine
	db      *store.DB
	keys    *keys
	sealer  *vault.Sealer
	clock   kernel.Clock
	blobs   files.Blobs
	cases   *cases.Service
	rounds  *rounds.Service
	access  *access.Service
	files   *files.Service
	works   *works.Service
	targets *indicators.Service
	acts    *activities.Service
	tenants store.Tenants
	setups  *store.Setups
	once    *store.Once
	outbox  store.Outbox
	sealing *sealing
	ballots *ballots.Service
	privacy *privacy.Service

	registers *room.Service
	reports   *reports.Service
	sheets    *sheets.Service
	plans     *planning.Service
}

// sqlitePath is where the SQLite file of a data directory lies.
func (g *globals) sqlitePath() string { return filepath.Join(g.Data, "sanzhi.db") }

// openEngine opens the store that the options name and brings its schema up to date. Without makeNew a SQLite file that is
// not there is an error.
func (e *env) openEngine(makeNew bool) (dialect.Engine, error) {
	g := e.global
	var engine dialect.Engine
	if g.Database != "" {
		pg, err := postgres.Open(e.ctx, g.Database, postgres.Options{})
		if err != nil {
			return nil, err
		}
		engine = pg
	} else {
		if _, err := os.Stat(g.sqlitePath()); errors.Is(err, fs.ErrNotExist) && !makeNew {
			return nil, kernel.NotFound(kernel.T("这里还没有数据："+g.Data+"。先运行 sanzhi demo，或者 sanzhi serve",
				"there is no data in "+g.Data+" yet; run sanzhi demo, or sanzhi serve, first"))
		}
		if err := os.MkdirAll(g.Data, 0o700); err != nil {
			return nil, err
		}
		lite, err := sqlite.Open(e.ctx, g.sqlitePath(), sqlite.Options{})
		if err != nil {
			return nil, err
		}
		engine = lite
	}
	if err := engine.Migrate(e.ctx); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return engine, nil
}

// open joins the program over the store that the options name.
func (e *env) open(makeNew bool) (*app, error) {
	engine, err := e.openEngine(makeNew)
	if err != nil {
		return nil, err
	}
	k, err := e.keysOf(engine, makeNew)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	a, err := join(engine, k, e.clock, e.global.Data)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return a, nil
}

// keysOf reads the keys of a store. New ones are made only for a store without a district: with others than its own, its
// sealed fields could be read by nobody and its tracking codes found by nobody, and new rows would be sealed with them.
func (e *env) keysOf(engine dialect.Engine, makeNew bool) (*keys, error) {
	k, err := e.global.openKeys(false)
	if !errors.Is(err, fs.ErrNotExist) || !makeNew {
		return k, err
	}
	list, listErr := store.Tenants{DB: store.New(engine, e.clock)}.List(e.ctx)
	if listErr != nil {
		return nil, listErr
	}
	if len(list) > 0 {
		path := e.global.keyPath()
		return nil, &kernel.Error{Kind: kernel.KindNotFound, Cause: err, Say: kernel.T("这里已有数据，但没有它的密钥文件 "+path+"。请把原来的密钥文件放回去，或用 --keys 指明",
			"there is data here, but not its key file "+path+"; put the file back, or name it with --keys")}
	}
	return e.global.openKeys(true)
}

// join makes the services over an engine. Several may be joined over one, each with a clock of its own.
func join(engine dialect.Engine, k *keys, clock kernel.Clock, dir string) (*app, error) {
	db := store.New(engine, clock)
	a := &app{engine: engine, db: db, keys: k, clock: clock, sealer: vault.NewSealer(k.ring), tenants: store.Tenants{DB: db}, outbox: store.Outbox{DB: db}}
	a.setups = &store.Setups{Tenants: a.tenants, Clock: clock}
	a.once = &store.Once{DB: db, Sealer: a.sealer}
	if engine.Name() == dialect.SQLite {
		a.blobs = store.DiskBlobs{Dir: filepath.Join(dir, "files")}
	} else {
		a.blobs = store.Blobs{DB: db}
	}
	a.files = files.NewService(files.Parts{Store: db, Uploads: store.Uploads{}, Blobs: a.blobs, Cleaner: files.NewCleaner(files.DefaultLimits, 1, 16), Clock: clock})
	a.cases = cases.NewService(cases.Ports{Store: db, Cases: store.Cases{}, Looks: store.Cases{}, Tending: store.Cases{}, Uploads: a.files, Outbox: a.outbox,
		Ledger: ledger.NewLog(store.Ledger{}, a.sealer), People: store.Orgs{}, Setups: a.setups, Sealer: a.sealer, Keyring: k.ring, Clock: clock})
	a.works, a.targets = joinWorks(a), joinIndicators(a)
	a.registers = joinRegisters(a)
	a.acts = joinActivities(db, a.cases.Ledger, a.sealer, k)
	a.rounds = a.joinRounds()
	var err error
	if a.sealing, err = newSealing(db, k, clock, dir); err != nil {
		return nil, err
	}
	hasher, err := access.NewHasher(access.DefaultParams, 2, 64)
	if err != nil {
		return nil, err
	}
	a.access = access.NewService(access.Parts{Store: db, Accounts: store.Access{}, Sessions: store.Access{}, Tokens: store.Access{}, Posts: store.Orgs{},
		Journal: journal{a.cases.Ledger, a.outbox}, Hasher: hasher, Throttle: access.NewThrottle(access.DefaultSignInLimits, clock), Sealer: a.sealer, Clock: clock,
		Policy: access.DefaultPolicy})
	a.joinBallots()
	a.sheets = joinSheets(a)
	a.plans = joinPlans(a)
	return a, a.joinReports()
}

// close closes the store.
func (a *app) close() error { return a.db.Close() }

// journal writes what happens to people's access into the ledger.
type journal struct {
	log    *ledger.Log
	outbox store.Outbox
}

// RecordAccess implements access.Journal. Address and device are personal: they stand in the part that can be erased.
func (j journal) RecordAccess(tx kernel.Tx, ev access.Event) error {
	personal := map[string]any{}
	if ev.Address != "" {
		personal["address"] = ev.Address
	}
	if ev.Device != "" {
		personal["device"] = ev.Device
	}
	actor := kernel.Anonymous(tx.Tenant())
	if id, ok := strings.CutPrefix(ev.By, "account:"); ok {
		actor = kernel.Actor{Kind: kernel.ActorAccount, Tenant: tx.Tenant(), Account: kernel.ID(id)}
	} else if ev.By == kernel.System(tx.Tenant()).Ref() {
		actor = kernel.System(tx.Tenant())
	}
	if _, err := j.log.Append(tx, ledger.Entry{Actor: actor, Act: string(ev.What), Object: ev.Account, Public: map[string]any{"by": ev.By}, Personal: personal}); err != nil {
		return err
	}
	if ev.Account == "" || ev.What == access.SignedIn || ev.What == access.SignInFailed {
		return nil
	}
	// Streams of the account that are open in any process ask for their right again.
	return j.outbox.Put(tx, api.TopicAccess, string(ev.Account), map[string]any{})
}

// tenant gives the district that the options mean: the one named, else the only one of the store, else 630105.
func (e *env) tenant(ctx context.Context, a *app) (kernel.Tenant, error) {
	if e.global.Tenant != "" {
		return kernel.ParseTenant(e.global.Tenant)
	}
	list, err := a.tenants.List(ctx)
	if err != nil {
		return "", err
	}
	if len(list) == 1 {
		return list[0].Tenant, nil
	}
	return demoTenant, nil
}
