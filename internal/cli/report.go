package cli

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
	"sanzhi/internal/reports/paper"
	"sanzhi/internal/store"
)

type reportCmd struct {
	Issue   reportIssueCmd   `cmd:"" help:"Count and issue a bulletin; it is a draft until it is published."`
	Publish reportPublishCmd `cmd:"" help:"Publish a draft."`
	List    reportListCmd    `cmd:"" help:"List the bulletins, the newest first."`
	Export  reportExportCmd  `cmd:"" help:"Write a bulletin as docx, pdf, html, xlsx, or as the file that proves it (json)."`
	Leaves  reportLeavesCmd  `cmd:"" help:"Export all leaves of the sealed ledger, against which a bulletin is checked for what was left out."`
	Lint    reportLintCmd    `cmd:"" help:"Check a template."`
}

// onDistrict opens the store and gives its district to fn.
func (e *env) onDistrict(fn func(a *app, t kernel.Tenant) error) (err error) {
	a, err := e.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	t, err := e.tenant(e.ctx, a)
	if err != nil {
		return err
	}
	return fn(a, t)
}

type reportIssueCmd struct {
	Template string `help:"Which kind of bulletin." default:"monthly"`
	From     string `help:"First day, like 2023-04-01; the first of last month when left out." placeholder:"DAY"`
	To       string `help:"Last day; the last of last month when left out." placeholder:"DAY"`
	Place    string `help:"Code of the place; the whole district when left out."`
	Publish  bool   `help:"Publish it at once."`
}

// Run implements the command.
func (c *reportIssueCmd) Run(e *env) error {
	o := reports.Order{Template: c.Template}
	p := reports.Month(e.clock.Now())
	o.From, o.To = p.From, p.To
	for _, x := range []struct {
		name, text string
		plus       int
		to         *time.Time
	}{{"--from", c.From, 0, &o.From}, {"--to", c.To, 1, &o.To}} {
		if x.text == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, x.text, kernel.Shanghai)
		if err != nil {
			return kernel.Invalid(x.name, kernel.T("日期应写成 2023-04-28", "a date is written like 2023-04-28"))
		}
		*x.to = t.AddDate(0, 0, x.plus)
	}
	return e.onDistrict(func(a *app, t kernel.Tenant) error {
		if c.Place != "" {
			err := a.db.View(e.ctx, t, func(tx kernel.Tx) error {
				p, err := store.Territory{}.PlaceByCode(tx, c.Place)
				if err == nil {
					o.Place = p.ID
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		i, err := a.issue(e.ctx, kernel.System(t), o, c.Publish)
		if err != nil {
			return err
		}
		return e.printIssued([]*reports.Issued{i})
	})
}

type reportPublishCmd struct {
	ID string `arg:"" help:"Id of the bulletin."`
}

// Run implements the command.
func (c *reportPublishCmd) Run(e *env) error {
	id, err := kernel.ParseID("id", c.ID)
	if err != nil {
		return err
	}
	return e.onDistrict(func(a *app, t kernel.Tenant) error {
		var i *reports.Issued
		err := a.db.Update(e.ctx, t, func(tx kernel.Tx) (err error) {
			if i, err = a.reports.Get(tx, kernel.System(t), id); err == nil {
				i, err = a.reports.Publish(tx, kernel.System(t), id, i.Version)
			}
			return err
		})
		if err != nil {
			return err
		}
		return e.printIssued([]*reports.Issued{i})
	})
}

type reportListCmd struct {
	Limit int `help:"How many." default:"50"`
}

// Run implements the command.
func (c *reportListCmd) Run(e *env) error {
	return e.onDistrict(func(a *app, t kernel.Tenant) error {
		var l []*reports.Issued
		err := a.db.View(e.ctx, t, func(tx kernel.Tx) (err error) {
			l, _, err = a.reports.List(tx, kernel.System(t), reports.ListQuery{Page: kernel.Page{Limit: c.Limit}})
			return err
		})
		if err != nil {
			return err
		}
		return e.printIssued(l)
	})
}

func (e *env) printIssued(l []*reports.Issued) error {
	type row struct {
		ID     kernel.ID      `json:"id"`
		Number string         `json:"number"`
		Title  string         `json:"title"`
		Status reports.Status `json:"status"`
		AsOf   time.Time      `json:"as_of"`
		Digest string         `json:"digest"`
		Ledger kernel.ID      `json:"ledger"`
	}
	rows := []row{}
	for _, i := range l {
		d, err := i.Doc()
		if err != nil {
			return err
		}
		rows = append(rows, row{i.ID, d.Number.Zh, d.Title.Zh, i.Status, i.AsOf, i.Digest, i.Row})
	}
	if e.global.JSON {
		return e.printJSON(map[string]any{"items": rows})
	}
	for _, r := range rows {
		e.printf("%s  %-9s %s  %s\n", r.ID, r.Status, r.Number, r.Title)
	}
	if len(rows) == 0 {
		e.printf("还没有简报。用 sanzhi report issue 发一期。\nThere are no bulletins yet; sanzhi report issue makes one.\n")
	}
	return nil
}

type reportExportCmd struct {
	ID     string `arg:"" help:"Id of the bulletin."`
	Format string `help:"docx, pdf, html, xlsx or json." enum:"docx,pdf,html,xlsx,json" default:"json"`
	Out    string `help:"File to write; standard output when left out." type:"path" short:"o"`
	Lang   string `help:"zh or en." enum:"zh,en" default:"zh"`
}

// Run implements the command.
func (c *reportExportCmd) Run(e *env) error {
	id, err := kernel.ParseID("id", c.ID)
	if err != nil {
		return err
	}
	return e.onDistrict(func(a *app, t kernel.Tenant) error {
		b, err := a.exported(e, t, id, c.Format, kernel.Lang(c.Lang))
		if err != nil {
			return err
		}
		if c.Out == "" {
			_, err = e.out.Write(b)
			return err
		}
		return writeDurably(c.Out, b, 0o644, os.Rename)
	})
}

// exported makes the file of a bulletin. What leaves on paper is written down in the ledger and bears who took it; the proof is the same
// for everybody.
func (a *app) exported(e *env, t kernel.Tenant, id kernel.ID, format string, lang kernel.Lang) (out []byte, err error) {
	system := kernel.System(t)
	if format == "json" {
		proofs, err := a.proofs()
		if err != nil {
			return nil, err
		}
		err = a.db.View(e.ctx, t, func(tx kernel.Tx) error {
			i, err := a.reports.Get(tx, system, id)
			if err != nil {
				return err
			}
			b, err := a.reports.Bundle(tx, i, proofs)
			if err != nil {
				return err
			}
			out, err = json.Marshal(b)
			return err
		})
		return out, err
	}
	var job *paper.Job
	err = a.db.Update(e.ctx, t, func(tx kernel.Tx) error {
		row, err := a.reports.Export(tx, system, id, format, lang)
		if err != nil {
			return err
		}
		job, err = a.reports.Paper(tx, system, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	return job.Make(format)
}

type reportLeavesCmd struct {
	Out  string `help:"File to write; standard output when left out." type:"path" short:"o"`
	Bare bool   `help:"Hashes only, without the records: membership can be checked, completeness not."`
}

// Run implements the command.
func (c *reportLeavesCmd) Run(e *env) error {
	return e.onDistrict(func(a *app, t kernel.Tenant) (err error) {
		w := e.out
		if c.Out != "" {
			f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.Sync(), f.Close()) }()
			w = f
		}
		verifier, err := a.keys.verifier()
		if err != nil {
			return err
		}
		return a.db.View(e.ctx, t, func(tx kernel.Tx) error {
			_, err := reports.WriteLeaves(tx, store.Ledger{}, verifier, c.Bare, w)
			return err
		})
	})
}

type reportLintCmd struct {
	File string `arg:"" help:"The template, a YAML file." type:"existingfile"`
}

// Run implements the command. It opens no store.
func (c *reportLintCmd) Run(e *env) error {
	src, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	t, err := reports.ParseTemplate(src)
	if err != nil {
		return err
	}
	queries, err := store.ReportQueries()
	if err != nil {
		return err
	}
	found := reports.Lint(t, queries)
	if e.global.JSON {
		if err := e.printJSON(map[string]any{"holds": len(found) == 0, "findings": found}); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			e.printf("%s: %s\n  %s\n", f.Where, f.Say.Zh, f.Say.En)
		}
	}
	if len(found) > 0 {
		return errNotSo
	}
	return nil
}
