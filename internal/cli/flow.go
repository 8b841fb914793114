package cli

import (
	"fmt"
	"os"

	"sanzhi/internal/workflow"
)

type flowCmd struct {
	Lint     flowLintCmd     `cmd:"" help:"Check flow files: what cannot be reached, taken, stopped or read."`
	Simulate flowSimulateCmd `cmd:"" help:"Play a script of acts on a flow and print steps, clocks and words."`
}

type flowLintCmd struct {
	Files []string `arg:"" help:"Flow files (YAML)." type:"existingfile"`
}

// lintRow is one finding of one file.
type lintRow struct {
	File string `json:"file"`
	workflow.Finding
}

// Run implements the command: exit status 1 when a file has an error.
func (c *flowLintCmd) Run(e *env) error {
	rows := []lintRow{}
	bad := false
	for _, name := range c.Files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		_, findings, err := workflow.Check(f)
		_ = f.Close() // read only
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, x := range findings {
			rows = append(rows, lintRow{File: name, Finding: x})
			bad = bad || x.Level == workflow.LevelError
		}
	}
	if e.global.JSON {
		if err := e.printJSON(rows); err != nil {
			return err
		}
	} else {
		for _, r := range rows {
			e.printf("%s:%d: %s: %s: %s\n        %s\n", r.File, r.Line, r.Level, r.Where, r.Say.Zh, r.Say.En)
		}
		if len(rows) == 0 {
			e.printf("没有问题。\nNothing to correct.\n")
		}
	}
	if bad {
		return errNotSo
	}
	return nil
}

type flowSimulateCmd struct {
	Flow   string `arg:"" help:"Flow file (YAML)." type:"existingfile"`
	Script string `arg:"" help:"Script of acts: {at, action, as, form}." type:"existingfile"`
	Office string `help:"Office hours." default:"09:00-12:00,14:00-18:00"`
}

// Run implements the command: exit status 1 when the script asks for what the flow refuses.
func (c *flowSimulateCmd) Run(e *env) error {
	f, err := os.Open(c.Flow)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read only
	flow, err := workflow.Parse(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Flow, err)
	}
	sf, err := os.Open(c.Script)
	if err != nil {
		return err
	}
	defer func() { _ = sf.Close() }() // read only
	script, err := workflow.ParseScript(sf)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Script, err)
	}
	office, err := workflow.ParseOfficeHours(c.Office)
	if err != nil {
		return err
	}
	moves, refused := workflow.Simulate(flow, script, workflow.China(), office)
	if e.global.JSON {
		if err := e.printJSON(moves); err != nil {
			return err
		}
	} else {
		for _, m := range moves {
			e.printf("%s  %-16s %-12s → %-12s %s\n", m.At.Format("2006-01-02 15:04"), m.As, m.Event, m.To, m.Say.Zh)
		}
	}
	if refused != nil {
		say(e.err, refused)
		return errNotSo
	}
	return nil
}
