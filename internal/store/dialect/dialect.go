// Package dialect is the seam between the store's one SQL text and the engines that run it: how a unit of work is read
// and written, and the few true differences (text search, bytes of an error, bulk hints). Everything else is the same
// text with $1…$n on both engines.
package dialect

import (
	"context"
	"database/sql"
)

// Name is an engine's name.
type Name string

// The engines.
const (
	SQLite   Name = "sqlite"
	Postgres Name = "postgres"
)

// All lists the closed set.
var All = []Name{SQLite, Postgres}

// Conn runs statements inside one unit of work. Statements carry no context of a request: cancelling one inside a shared
// batch would undo the others' work, so the engine decides when a unit of work may still be given up.
type Conn interface {
	Exec(query string, args ...any) (rows int64, err error)
	Query(query string, args ...any) (*sql.Rows, error)
	QueryRow(query string, args ...any) *sql.Row
}

// Statement is one write of a unit of work that was worked out before.
type Statement struct {
	Query string
	Args  []any
	// Must says that the statement does what it is for only when it touches a row.
	Must bool
}

// Units are the ways to open a unit of work.
type Units interface {
	// Read runs fn on a consistent snapshot.
	Read(ctx context.Context, fn func(Conn) error) error
	// Look runs fn, which reads a few rows, on what is committed: each statement on a snapshot of its own, which costs less
	// than one for all. Only what begins with SELECT is run.
	Look(ctx context.Context, fn func(Conn) error) error
	// Write runs fn and makes its changes durable before it returns nil; an error of fn undoes all that fn did. fn may run
	// more than once and may share its commit.
	Write(ctx context.Context, fn func(Conn) error) error
	// Apply runs the statements as one unit of work and makes them durable before it gives true. It gives false, and nothing
	// was done, when one that must touch a row touched none, or failed: whoever asks Write next learns why.
	Apply(ctx context.Context, l []Statement) (bool, error)
}

// Engine is one database.
type Engine interface {
	Units
	Name() Name
	// Migrate brings the schema up to date; starting twice at once is locked.
	Migrate(ctx context.Context) error
	// Check verifies that the engine is set to lose nothing that it acknowledged, and that its data is whole.
	Check(ctx context.Context) error
	// IndexText gives the statement that makes a case findable by the bigrams of its text.
	IndexText(tenant, id string, bigrams []string) Statement
	// UnindexText makes a case that was erased findable by nothing of what it said.
	UnindexText(c Conn, tenant, id string) error
	// Match gives a condition on the case_record named c that holds when its indexed text contains all the words; arg is
	// the number of the placeholder that takes Words(bigrams).
	Match(arg int) string
	// Words turns the bigrams of a search into the engine's query argument.
	Words(bigrams []string) string
	// IsUnique reports whether err is a violation of a unique key.
	IsUnique(err error) bool
	// IsBusy reports whether err says that the database is held by another program.
	IsBusy(err error) bool
	Close() error
}

// Common is implemented by an engine that must be told how to search for words that are in many cases; one whose planner
// knows by itself does without.
type Common interface {
	// Hits counts the cases whose text contains all the words, up to a bound above which it makes no difference.
	Hits(c Conn, words string) (Hits, error)
	// ByTime gives what to select from instead of "case_record c" and the condition to use instead of Match when the newest
	// cases are to be looked at first. arg is the number of the placeholder that takes the words.
	ByTime(arg int, hits Hits) (from, match string)
	// Among gives a statement that tells the ids of the cases that meet any of the conditions on case_record c and contain the
	// words, the newest first; $1 is the tenant; newest, unless 0, looks at so many of the newest of them only.
	Among(conds []string, arg, newest int) string
	// Latest gives a statement that tells the row numbers, as "n", of the cases written last that contain the words, so many at most.
	Latest(arg, most int) string
	// NewestRows gives a statement that tells how many cases are newer than the case $2 and, unless $3 is empty, older than the case $3,
	// and the least of their row numbers; it stops counting at the bound. $1 is the tenant.
	NewestRows(bound int) string
	// Newest gives a statement that tells ids and row numbers of cases, the newest first, older than the case $2 unless that is empty, so
	// many at most. $1 is the tenant.
	Newest(most int) string
	// Within gives a statement that tells the row numbers from $2 to $3 of cases that contain the words $1.
	Within() string
}

// Hits is in how many cases words are.
type Hits int

// How many.
const (
	FewHits  Hits = iota // it is best to begin with the words
	ManyHits             // it is best to begin elsewhere
	MostHits             // nearly every case that is looked at has them
)
