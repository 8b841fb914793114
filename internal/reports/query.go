// Package reports makes bulletins whose every figure keeps its query. A figure is a named query with its parameters; behind it
// stand the records that it counted. Issued, a bulletin is frozen with a commitment to each of these sets, which the ledger
// keeps, so that anyone can check later that neither figure nor set was changed. See docs/reports.md.
package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Over is what a query needs of time.
type Over string

// What a query needs of time.
const (
	// OverNow counts what stands at the as-of instant; the past cannot be asked.
	OverNow Over = "now"
	// OverPeriod counts what happened within a half-open period.
	OverPeriod Over = "period"
)

// Ask is one question to a query.
type Ask struct {
	Path   kernel.Path // at this place and below
	Period kernel.Period
	AsOf   time.Time
	Params map[string]string
	// Allow is what the reader may see of the records; whoever counts for a bulletin asks as the program itself.
	Allow access.Scope
}

// Tally is what a query counts: of Den things Num. For a plain count both are the same.
type Tally struct {
	Num int `json:"num"`
	Den int `json:"den"`
}

// Record is one thing behind a figure. It carries nothing personal.
type Record struct {
	ID    kernel.ID
	Title kernel.Text
	Path  kernel.Path
	Near  string // name of the community or village, else of what is above
	At    time.Time
	// Num and Den are what it adds to the tally: 1 and 1 for what is counted, 0 and 1 for what a share misses.
	Num, Den int
	// Facts are its own public fields, for the commitment of what the ledger has no row about.
	Facts string
}

// Query is a named, versioned question whose answer can be followed to its records. Count and Records answer from one
// condition: the sum over all records is the count.
type Query struct {
	ID      string
	Version int
	// Title says in a sentence what is counted, Leaves what is not, Source where from.
	Title, Leaves, Source kernel.Text
	Unit                  kernel.Text
	// Share: the figure is Num ÷ Den in per cent; otherwise it is Num.
	Share bool
	// Mean: the figure is an average, Num ÷ Den over its records, and Mean of Num make one of the unit (500 g a 斤); 0 for all others.
	Mean int
	// Persons: each record stands for a person, so that small figures are suppressed.
	Persons bool
	// Small: the public is not told of fewer than five of it at a place or in a month.
	Small  bool
	Over   Over
	Params []string
	// Reads is the permission that lets somebody see a record.
	Reads   access.Permission
	Count   func(tx kernel.Tx, a Ask) (Tally, error)
	Records func(tx kernel.Tx, a Ask, p kernel.Page) ([]*Record, string, error)
	// Told gives the sum as its records are told, where these bear 余, 近 or 约 themselves; nil when every record is counted.
	Told func(tx kernel.Tx, a Ask) (kernel.Quantity, error)
	// Replay counts anew from the ledger's records alone; nil when the ledger does not tell all that the query asks.
	Replay Replay
	// Replays says which questions the ledger tells all of; nil when it does of every one.
	Replays func(a Ask) bool
}

// Registry holds the queries by their ids.
type Registry struct{ byID map[string]*Query }

// NewRegistry takes the queries of all rooms. An id that is there twice, or a query that is not whole, is an error of the
// program.
func NewRegistry(lists ...[]*Query) (*Registry, error) {
	r := &Registry{byID: map[string]*Query{}}
	for _, l := range lists {
		for _, q := range l {
			switch {
			case r.byID[q.ID] != nil:
				return nil, fmt.Errorf("reports: the query %s is registered twice", q.ID)
			case q.ID == "" || q.Version < 1 || q.Count == nil || q.Records == nil || q.Reads == "":
				return nil, fmt.Errorf("reports: the query %q is not whole", q.ID)
			case q.Over != OverNow && q.Over != OverPeriod:
				return nil, fmt.Errorf("reports: the query %s must say whether it asks for a period", q.ID)
			}
			for _, t := range []kernel.Text{q.Title, q.Leaves, q.Source, q.Unit} {
				if t.Zh == "" || t.En == "" {
					return nil, fmt.Errorf("reports: the query %s lacks a text in one language", q.ID)
				}
			}
			r.byID[q.ID] = q
		}
	}
	return r, nil
}

// Get gives a query; nil when it is not registered.
func (r *Registry) Get(id string) *Query { return r.byID[id] }

// All gives the queries by id.
func (r *Registry) All() []*Query {
	l := make([]*Query, 0, len(r.byID))
	for _, q := range r.byID {
		l = append(l, q)
	}
	slices.SortFunc(l, func(a, b *Query) int { return cmp.Compare(a.ID, b.ID) })
	return l
}

// walkPage is how many records are read at a time.
const walkPage = 500

// Each gives every record behind a question, in the order of ids.
func (q *Query) Each(tx kernel.Tx, a Ask, each func(*Record) error) error {
	p := kernel.Page{Limit: walkPage}
	for {
		l, next, err := q.Records(tx, a, p)
		if err != nil {
			return err
		}
		for _, r := range l {
			if err := each(r); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		p.After = next
	}
}
