// Package cli is the command line: commands, options, and the only place where the program's rooms, its engines, the
// clock of the machine and its files are joined.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sanzhi/internal/kernel"
)

// version is set when the program is built.
var version = "dev"

// The exit statuses.
const (
	exitDone   = 0
	exitNot    = 1 // checked, and not so
	exitUsage  = 2
	exitFailed = 3
)

// errNotSo is what a check gives that found what it looks for to be otherwise; what was found has been printed.
var errNotSo = errors.New("not so")

// env is what a command has of the world.
type env struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	err    io.Writer
	clock  kernel.Clock
	global *globals
}

// globals are the options of every command.
type globals struct {
	Data     string `help:"Directory of the SQLite file, photos and keys." default:"./data" type:"path" env:"SANZHI_DATA"`
	Database string `help:"postgres:// address, instead of the SQLite file." env:"SANZHI_DATABASE"`
	Keys     string `help:"File with the keys; DIR/keys.json when left out." type:"path" env:"SANZHI_KEYS"`
	Tenant   string `help:"District by its six digits; the only one, or 630105, when left out." env:"SANZHI_TENANT"`
	JSON     bool   `help:"Print JSON." name:"json"`
}

// commands is the whole command line.
type commands struct {
	globals

	Serve   serveCmd   `cmd:"" help:"Serve the district."`
	Demo    demoCmd    `cmd:"" help:"Make, check or describe the demonstration district."`
	Found   foundCmd   `cmd:"" help:"Found a district, without demonstration data."`
	Token   tokenCmd   `cmd:"" help:"Print a bearer token for an account."`
	Import  importCmd  `cmd:"" help:"Bring in divisions, places or requests from files."`
	Flow    flowCmd    `cmd:"" help:"Check and try flows."`
	Plan    planCmd    `cmd:"" help:"Plan: assignments, sites, reach, grids, from files."`
	OpenAPI openapiCmd `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Verify  verifyCmd  `cmd:"" help:"Check that nothing in the ledger was changed, removed, inserted or cut off."`
	Report  reportCmd  `cmd:"" help:"Issue, list and export bulletins."`
	Receipt receiptCmd `cmd:"" help:"Print the receipt of a ledger row, with its proof once it is sealed."`
	Backup  backupCmd  `cmd:"" help:"Write a whole copy of the data to one file, while the program runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup into a new data directory, after checking it."`
	Keys    keysCmd    `cmd:"" help:"Print the public key, or rotate the sealing key."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

type versionCmd struct{}

func (versionCmd) Run(e *env) error {
	_, err := fmt.Fprintln(e.out, "sanzhi", version)
	return err
}

// Main runs the command line and gives the exit status.
func Main(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	e := &env{ctx: ctx, in: in, out: out, err: errw, clock: kernel.SystemClock{}, global: &c.globals}
	exited := -1
	parser, err := kong.New(&c, kong.Name("sanzhi"), kong.Description("三治: everyday governance of a district."), kong.UsageOnError(),
		kong.Writers(out, errw), kong.Exit(func(code int) { exited = code }), kong.Bind(e))
	if err != nil {
		_, _ = fmt.Fprintln(errw, err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		_, _ = fmt.Fprintln(errw, "sanzhi:", err)
		return exitUsage
	}
	switch err := k.Run(e); {
	case err == nil:
		return exitDone
	case errors.Is(err, errNotSo):
		return exitNot
	default:
		say(errw, err)
		return exitFailed
	}
}

// say prints an error in both languages, and its cause for who runs the program.
func say(w io.Writer, err error) {
	var e *kernel.Error
	if !errors.As(err, &e) {
		_, _ = fmt.Fprintln(w, "sanzhi:", err)
		return
	}
	_, _ = fmt.Fprintf(w, "sanzhi: %s\n        %s\n", e.Say.Zh, e.Say.En)
	if e.Cause != nil {
		_, _ = fmt.Fprintln(w, "        cause:", e.Cause)
	}
}

// printJSON prints a value for programs.
func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (e *env) printf(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format, args...) }
