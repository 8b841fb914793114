package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"sanzhi/internal/kernel"
	"sanzhi/internal/sheets"
	"sanzhi/internal/store"
	"sanzhi/internal/web/api"
)

// joinSheets joins the registers as files to the rooms behind them.
func joinSheets(a *app) *sheets.Service {
	return sheets.NewService(sheets.Ports{Store: a.db, Repo: store.Sheets{}, Ledger: a.cases.Ledger, Sealer: a.sealer, Index: a.keys.ring.PhoneIndex,
		Orgs: store.SheetOrgs{}, Places: store.Territory{}, Registers: a.registers, Works: a.works, Targets: a.targets, Activities: a.acts, Touch: a.tenants.Touch,
		Told: func(tx kernel.Tx, account kernel.ID) error {
			return a.outbox.Put(tx, api.TopicAccess, string(account), map[string]any{})
		}})
}

type importSheetCmd struct {
	File   string `arg:"" help:"Excel file." type:"existingfile"`
	Sheet  string `help:"Which register: its id, as sanzhi serve lists at /api/v1/sheets." required:"" placeholder:"ID"`
	DryRun bool   `help:"Check only; write nothing."`
}

// errDry undoes what was tried.
var errDry = errors.New("tried only")

// Run implements the command.
func (c *importSheetCmd) Run(e *env) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(f, sheets.MostBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	file, err := sheets.ReadFile(data)
	if err != nil {
		return e.refused(err)
	}
	return e.running(false, func(a *app) error {
		t, err := e.tenant(e.ctx, a)
		if err != nil {
			return err
		}
		var out *sheets.Outcome
		err = a.db.Update(e.ctx, t, func(tx kernel.Tx) (err error) {
			if out, err = a.sheets.Import(tx, kernel.System(t), c.Sheet, filepath.Base(c.File), file); err != nil {
				return err
			}
			if c.DryRun || len(out.Faults) > 0 {
				return errDry
			}
			return nil
		})
		if err != nil && !errors.Is(err, errDry) {
			return e.refused(err)
		}
		return e.tellSheet(out, c.DryRun)
	})
}

// tellSheet says what an import did.
func (e *env) tellSheet(out *sheets.Outcome, dry bool) error {
	var failed error
	if len(out.Faults) > 0 {
		failed = errNotSo
	}
	if e.global.JSON {
		faults := []map[string]any{}
		for _, f := range out.Faults {
			faults = append(faults, map[string]any{"row": f.Row, "column": f.Column, "say": f.Say})
		}
		return errors.Join(e.printJSON(map[string]any{"rows": out.Rows, "added": out.Added, "changed": out.Changed, "same": out.Same, "dry": dry, "refused": failed != nil, "faults": faults}), failed)
	}
	p := &printer{w: e.out}
	for _, f := range out.Faults {
		at := strconv.Itoa(f.Row)
		p.say(kernel.T("第 "+at+" 行 "+f.Column+" "+f.Say.Zh, "row "+at+" "+f.Column+" "+f.Say.En))
	}
	switch {
	case failed != nil:
		p.say(kernel.T("有错，什么都没有写入", "there are faults; nothing was written"))
	case dry:
		p.say(kernel.T(fmt.Sprintf("试过了：会新增 %d 行，改动 %d 行，%d 行没有变", out.Added, out.Changed, out.Same), fmt.Sprintf("tried: %d rows would be added, %d changed, %d are the same", out.Added, out.Changed, out.Same)))
	default:
		p.say(kernel.T(fmt.Sprintf("新增 %d 行，改动 %d 行，%d 行没有变", out.Added, out.Changed, out.Same), fmt.Sprintf("%d rows added, %d changed, %d are the same", out.Added, out.Changed, out.Same)))
	}
	return errors.Join(p.err, failed)
}
