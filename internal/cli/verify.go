package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/migrations"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
	"sanzhi/internal/vault"
)

type verifyCmd struct {
	Store   verifyStoreCmd   `cmd:"" default:"withargs" help:"Check the whole ledger: rows, tree, checkpoints, personal parts, histories of cases."`
	Receipt verifyReceiptCmd `cmd:"" help:"Check one receipt offline, with the public key."`
	Report  verifyReportCmd  `cmd:"" help:"Check a bulletin offline, with the public key and the file that proves it."`
}

type verifyStoreCmd struct {
	Public      string `help:"File with the public key; the key file's own when left out." type:"path"`
	Checkpoints string `help:"Folder with the checkpoints kept outside; DIR/checkpoints when left out." type:"path"`
}

// verified is what verify prints.
type verified struct {
	Whole   bool             `json:"whole"`
	Tenants []*ledger.Report `json:"tenants"`
}

// Run implements the command.
func (c *verifyStoreCmd) Run(e *env) (err error) {
	verifier, sealer, err := e.verifying(c.Public)
	if err != nil {
		return err
	}
	engine, err := e.openAsIs()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Check(e.ctx); err != nil {
		return err
	}
	v := &verifying{db: store.New(engine, e.clock), verifier: verifier, sealer: sealer, outside: checkpointDir(e.global.Data),
		mustOutside: e.global.Database == "" || c.Checkpoints != ""}
	if c.Checkpoints != "" {
		v.outside.Dir = c.Checkpoints
	}
	if e.global.Tenant != "" {
		t, err := kernel.ParseTenant(e.global.Tenant)
		if err != nil {
			return err
		}
		v.only = t
	}
	if !e.global.JSON {
		v.done = e.progress("核对 checking")
	}
	out, err := v.run(e.ctx)
	if err != nil {
		return err
	}
	return e.printVerified(out)
}

// verifying gives what signatures are checked with, and what opens personal parts when the keys are at hand.
func (e *env) verifying(public string) (*ledger.Verifier, *vault.Sealer, error) {
	var verifier *ledger.Verifier
	k, err := e.global.openKeys(false)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	var sealer *vault.Sealer
	if k != nil {
		sealer = vault.NewSealer(k.ring)
		if verifier, err = k.verifier(); err != nil {
			return nil, nil, err
		}
	}
	if public != "" {
		b, err := os.ReadFile(public)
		if err != nil {
			return nil, nil, err
		}
		if verifier, err = ledger.ParsePublicKey(string(b)); err != nil {
			return nil, nil, err
		}
	}
	if verifier == nil {
		return nil, nil, kernel.Invalid("public", kernel.T("没有密钥文件，核对签名需要公钥：--public 文件（用 sanzhi keys public 打印）",
			"there is no key file; to check signatures give the public key: --public FILE (sanzhi keys public prints it)"))
	}
	return verifier, sealer, nil
}

// openAsIs opens the store that is there and leaves its schema alone: another version of the program may be serving it.
func (e *env) openAsIs() (engine dialect.Engine, err error) {
	g := e.global
	if g.Database != "" {
		engine, err = postgres.Open(e.ctx, g.Database, postgres.Options{Conns: 2})
	} else {
		if _, err := os.Stat(g.sqlitePath()); errors.Is(err, fs.ErrNotExist) {
			return nil, kernel.NotFound(kernel.T("这里没有数据："+g.Data, "there is no data in "+g.Data))
		}
		engine, err = sqlite.Open(e.ctx, g.sqlitePath(), sqlite.Options{Readers: 1})
	}
	if err != nil {
		return nil, err
	}
	if err := sameSchema(e.ctx, engine); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return engine, nil
}

// sameSchema refuses a store of another version's schema.
func sameSchema(ctx context.Context, engine dialect.Engine) error {
	known, err := migrations.Latest(engine.Name())
	if err != nil {
		return err
	}
	var has int64
	err = engine.Read(ctx, func(c dialect.Conn) error {
		return c.QueryRow(`SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`).Scan(&has)
	})
	switch {
	case err != nil:
		return &kernel.Error{Kind: kernel.KindInvalid, Cause: err, Say: kernel.T("这不是 sanzhi 的数据库", "this is not a database of sanzhi")}
	case has < known:
		return kernel.Conflict(kernel.T(fmt.Sprintf("数据库是旧结构（%d），请先用本程序启动一次 serve，升到 %d", has, known),
			fmt.Sprintf("the database has an older schema (%d); start serve of this program once, which brings it to %d", has, known)))
	case has > known:
		return kernel.Conflict(kernel.T(fmt.Sprintf("数据库是更新的程序建的（结构 %d，本程序只认到 %d），请用新版本", has, known),
			fmt.Sprintf("the database was made by a newer program (schema %d, this one knows up to %d); use that", has, known)))
	}
	return nil
}

// verifying is one check of a whole store.
type verifying struct {
	db       *store.DB
	verifier *ledger.Verifier
	sealer   *vault.Sealer
	outside  store.CheckpointFiles
	// mustOutside: that there is no file outside is a fault. Of several processes over PostgreSQL not each has one.
	mustOutside bool
	only        kernel.Tenant
	done        func(done, all int)
}

func (v *verifying) run(ctx context.Context) (*verified, error) {
	tenants := []kernel.Tenant{v.only}
	if v.only == "" {
		var err error
		if tenants, err = v.tenants(ctx); err != nil {
			return nil, err
		}
	}
	out := &verified{Whole: true, Tenants: []*ledger.Report{}}
	for _, t := range tenants {
		rep, err := v.one(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("verify %s: %w", t, err)
		}
		out.Whole = out.Whole && rep.Whole()
		out.Tenants = append(out.Tenants, rep)
	}
	return out, nil
}

// tenants lists the districts of the store and of the checkpoints outside: of one that was taken out whole, the file is left.
func (v *verifying) tenants(ctx context.Context) (l []kernel.Tenant, err error) {
	err = v.db.View(ctx, "", func(tx kernel.Tx) error {
		l, err = store.LedgerTenants(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	more, err := v.outside.Tenants()
	l = append(l, more...)
	slices.Sort(l)
	return slices.Compact(l), err
}

func (v *verifying) one(ctx context.Context, t kernel.Tenant) (rep *ledger.Report, err error) {
	// The file is opened before the snapshot begins: the database is never behind it.
	file, err := v.outside.Open(t)
	if err != nil {
		return nil, err
	}
	if file != nil {
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	check := &ledger.Check{Source: store.Ledger{}, Verifier: v.verifier, Sealer: v.sealer}
	if file != nil {
		check.Outside = file.Next
	}
	err = v.db.View(ctx, t, func(tx kernel.Tx) error {
		if v.done != nil {
			all, err := store.Ledger{}.Size(tx)
			if err != nil {
				return err
			}
			check.Done = func(rows int64) { v.done(int(rows), int(max(rows, all))) }
		}
		rep, err = check.Run(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	switch {
	case file == nil && rep.Checkpoints > 0:
		say := kernel.T("库外的检查点文件不见了："+v.outside.Dir, "the file with the checkpoints outside the database is gone: "+v.outside.Dir)
		if !v.mustOutside {
			rep.Notes = append(rep.Notes, say)
			break
		}
		rep.Found++
		rep.Findings = append(rep.Findings, ledger.Finding{Kind: ledger.CheckpointGone, Seq: -1, Say: say})
	case file != nil && file.Torn:
		rep.Notes = append(rep.Notes, kernel.T("库外检查点文件的最后一行没有写完，下次封存时会补上", "the last line of the checkpoint file outside was broken off; the next sealing mends it"))
	}
	return rep, nil
}

// printVerified prints what was found; errNotSo when anything was.
func (e *env) printVerified(out *verified) error {
	if e.global.JSON {
		if err := e.printJSON(out); err != nil {
			return err
		}
	} else {
		for _, r := range out.Tenants {
			e.printReport(r)
		}
	}
	if !out.Whole {
		return errNotSo
	}
	return nil
}

func (e *env) printReport(r *ledger.Report) {
	word := kernel.T("完整", "whole")
	if !r.Whole() {
		word = kernel.T(fmt.Sprintf("不完整，%d 处", r.Found), fmt.Sprintf("NOT whole, %d findings", r.Found))
	}
	e.printf("%s：%s。%d 行，已封存 %d 行；库内检查点 %d 个，库外 %d 个；个人部分核对 %d、已抹除 %d、未打开 %d；%d 件事。\n", r.Tenant, word.Zh,
		r.Rows, r.Sealed, r.Checkpoints, r.Outside, r.Personal, r.Erased, r.Unopened, r.Cases)
	e.printf("%s: %s. %d rows, %d sealed; %d checkpoints inside, %d outside; personal parts %d right, %d erased, %d not opened; %d cases.\n", r.Tenant, word.En,
		r.Rows, r.Sealed, r.Checkpoints, r.Outside, r.Personal, r.Erased, r.Unopened, r.Cases)
	for _, n := range r.Notes {
		e.printf("  · %s\n    %s\n", n.Zh, n.En)
	}
	for _, f := range r.Findings {
		e.printf("  ! %s\n    %s: %s\n", f.Say.Zh, f.Kind, f.Say.En)
	}
	if more := r.Found - len(r.Findings); more > 0 {
		e.printf("  … 还有 %d 处\n    … and %d more\n", more, more)
	}
}
