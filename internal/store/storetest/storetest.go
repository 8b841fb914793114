// Package storetest is the conformance suite of the store: what every engine must keep, proved by the same tests on each.
// A difference between the engines that a person could notice is a fault of one of them and is caught here.
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// tenant and other are two districts; what is done in one never shows in the other.
const (
	tenant kernel.Tenant = "630105"
	other  kernel.Tenant = "630104"
)

// start is the instant at which the suite's manual clocks stand.
var start = time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)

// Run proves one engine. open gives an empty, migrated store of its own to each subtest, and closes it when that ends.
func Run(t *testing.T, open func(t *testing.T) *store.DB) {
	for _, s := range []struct {
		name string
		run  func(t *testing.T, db *store.DB)
	}{
		{"a view is a snapshot", viewIsSnapshot},
		{"a view writes nothing", viewWritesNothing},
		{"an update commits or leaves nothing", updateIsWhole},
		{"units of one batch do not touch each other", savepoints},
		{"a failed statement fails its unit", failedStatement},
		{"results left open harm nobody", leftOpen},
		{"a cancelled caller knows its outcome", cancelled},
		{"a deadline in the middle changes nothing", deadlineInTheMiddle},
		{"close waits for what has begun", closeWaits},
		{"after close all is refused", afterClose},
		{"one of 32 wins a case", raceOnVersion},
		{"ahead: all or nothing", aheadIsWhole},
		{"ahead: what it wrote itself", aheadSeesItself},
		{"ahead: who looks writes nothing", lookWritesNothing},
		{"ahead: a plan is applied whole", applyIsWhole},
		{"ahead: one wins, the other is refused by what it reads", aheadLosesRace},
		{"ahead: what is remembered is not believed", aheadRemembers},
		{"ahead: each column by itself", aheadWritesWhatChanged},
		{"ahead: woken after the commit only", aheadWakes},
		{"tenants do not see each other", tenants},
		{"settings are those that lose nothing", settings},
		{"the schema is migrated once", migrateAgain},
		{"placeholders in any order", placeholders},
		{"text is ordered by bytes", textOrder},
		{"numbers keep their limits", numberLimits},
		{"once: the act happens once", inTurn(onceHappensOnce)},
		{"once: the act happens once, ahead", beside(onceHappensOnce)},
		{"once: 32 at the same time", inTurn(onceAtTheSameTime)},
		{"once: 32 at the same time, ahead", beside(onceAtTheSameTime)},
		{"once: an answer is forgotten after its time", inTurn(onceExpires)},
		{"once: an answer is forgotten after its time, ahead", beside(onceExpires)},
		{"once: a failed act is not remembered", inTurn(onceFailure)},
		{"once: a failed act is not remembered, ahead", beside(onceFailure)},
		{"outbox: each message to one holder", outboxClaim},
		{"outbox: leases end", outboxLease},
		{"outbox: failing, giving up, trying again", outboxFail},
		{"outbox: a cause of any length", outboxCause},
		{"outbox: recent and swept", outboxRecent},
		{"outbox: woken after the commit only", outboxWakes},
		{"a duty has one holder", leaseExclusive},
		{"cases come back as they were", casesRoundTrip},
		{"numbers and codes are unique", casesUnique},
		{"lists are complete and without doubles", casesLists},
		{"search finds all and only what was said", casesSearch},
		{"search by examples", casesSearchExamples},
		{"scopes select what they allow", casesScope},
		{"strands are counted, each and together", casesStrands},
		{"walking networks are kept, the newest in use", streetsKept},
		{"rates are counted right", casesRates},
		{"an open overdue case counts against the rates", casesRatesOverdue},
		{"rates in sums are the rates that are counted", casesRatesSummed},
		{"a closed case that moves leaves the sums", casesRatesRace},
		{"a clock that is due is seen to once", ticksRace},
		{"settled cases are read from the sums", casesRatesFromSums},
		{"ratings, looks and due clocks", casesOthers},
		{"orgs: coverage", orgsCoverage},
		{"orgs: one lead at a compound", orgsLead},
		{"orgs: posts by time", orgsPosts},
		{"orgs: staff by place", orgsStaff},
		{"orgs: list and counts", orgsList},
		{"ledger: rows of an object in order", ledgerOrder},
		{"registers: keys, holds and versions", registersUnique},
		{"registers: what is held is looked at in turn", registersHeldInTurn},
		{"registers: lists and totals", registersList},
		{"registers: round trip and visits", registersRoundTrip},
		{"activities come back as they were", activitiesRoundTrip},
		{"certificates of service are found by whose they are and where", certificatesOfService},
		{"activities: places, the line, moving up", activitiesPlaces},
		{"activities: more places and fewer", activitiesGrow},
		{"activities: numbers of a series without gaps", activitiesSeries},
		{"activities: one of 32 has the venue", activitiesVenue},
		{"activities: drafts are for their keepers", activitiesDrafts},
		{"activities: check-ins, and what they come to", activitiesStays},
		{"activities: old contacts are emptied", activitiesForget},
		{"activities: distinct volunteers, and grids", activitiesTeams},
		{"rounds: each turn is made once", roundsOnce},
		{"rounds: lists are what the scope holds", roundsScope},
		{"sheets: imports, undone once, forgotten in time", sheetsImports},
		{"sheets: what is in use stays", sheetsRemove},
		{"picture: by step, day and unit it adds up to the rates", pictureAdds},
		{"picture: what is late by unit, whoever asks", pictureLate},
		{"audit: what rows are about, as far as one may know", thingsNamed},
		{"planning: one holder works a plan out", plansClaimed},
		{"planning: lists and adoptions", plansListed},
		{"works: versions, drafts and bills", worksKept},
		{"works: sites by use and plan", worksSites},
		{"reports: kept as issued, once", reportsKept},
		{"reports: lists and scopes", reportsListed},
		{"reports: the last row about an object", reportRows},
		{"reports: records add up to figures", reportQueries},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(t, open(t)) })
	}
}

// probe writes one row that is easy to look for, named by its id.
func probe(tx kernel.Tx, id kernel.ID) error {
	return store.Ledger{}.Append(tx, &ledger.Row{ID: id, Object: id, At: tx.Now(), Actor: "system", Act: "probe", Public: "{}", Seq: -1})
}

// has reports whether the probe is there.
func has(t *testing.T, db *store.DB, id kernel.ID) bool {
	t.Helper()
	var n int
	err := db.View(context.Background(), tenant, func(tx kernel.Tx) error {
		l, err := store.Ledger{}.OfObject(tx, id)
		n = len(l)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n > 1 {
		t.Fatalf("%d rows for the one probe %s", n, id)
	}
	return n == 1
}

// newID gives an id that no other test row has.
func newID() kernel.ID { return kernel.NewID(start) }

// clocked gives the same store with a clock that is set by hand.
func clocked(db *store.DB) (*store.DB, *kernel.ManualClock) {
	clock := kernel.NewManualClock(start)
	return store.New(db.Engine, clock), clock
}

// update runs fn in a unit of work that must succeed.
func update(t *testing.T, db *store.DB, fn func(tx kernel.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

// view runs fn on a snapshot, which must succeed.
func view(t *testing.T, db *store.DB, fn func(tx kernel.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

// read runs fn on the bare connection of a snapshot.
func read(t *testing.T, db *store.DB, fn func(c dialect.Conn) error) {
	t.Helper()
	if err := db.Engine.Read(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// write runs fn on the bare connection of a unit of work.
func write(t *testing.T, db *store.DB, fn func(c dialect.Conn) error) {
	t.Helper()
	if err := db.Engine.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// wantKind checks what kind of error a person is told.
func wantKind(t *testing.T, err error, want kernel.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	var e *kernel.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Fatalf("%v, want kind %s", err, want)
	}
	if e.Say.Zh == "" || e.Say.En == "" {
		t.Errorf("%s is not said in both languages: %+v", want, e.Say)
	}
}
