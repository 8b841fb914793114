package web_test

import (
	"context"
	"testing"
	"time"

	"sanzhi/internal/ballots"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// rooms are the services of what places decide and of the rights of people.
type rooms struct {
	ballots *ballots.Service
	privacy *privacy.Service
	tasks   *testTasks
}

// testTasks remembers what a resolution asked for.
type testTasks struct{ asked []ballots.Task }

func (x *testTasks) Prepare(_ context.Context, _ kernel.Actor, t ballots.Task) (func(kernel.Tx) (kernel.ID, error), error) {
	return func(tx kernel.Tx) (kernel.ID, error) {
		x.asked = append(x.asked, t)
		return kernel.NewID(tx.Now()), nil
	}, nil
}

type testOffices struct{ setups cases.Setups }

func (o testOffices) Due(ctx context.Context, t kernel.Tenant, start time.Time, days int) (time.Time, bool, error) {
	set, err := o.setups.Of(ctx, t)
	if err != nil {
		return time.Time{}, false, err
	}
	due, provisional := set.Calendar.Due(start, workflow.Limit{N: days, Unit: workflow.WorkingDays}, set.Office)
	return due, provisional, nil
}

// joinBallots joins the rooms as the program does.
func (w *world) joinBallots(sealer *vault.Sealer, ring *vault.Keyring) (*ballots.Service, *privacy.Service) {
	w.tasks = &testTasks{}
	of := store.PrivacyCases{Sealer: sealer, Ring: ring}
	w.ballots = ballots.NewService(ballots.Ports{Store: w.db, Ballots: store.Ballots{}, Rolls: store.Ballots{}, Honours: store.Ballots{}, Objections: store.Ballots{},
		Residents: store.Ballots{}, Places: store.Territory{}, Ledger: w.cases.Ledger, Sealer: sealer, Keyring: ring, Tasks: map[string]ballots.Tasks{"case": w.tasks}})
	w.privacy = privacy.NewService(privacy.Ports{Store: w.db, Repo: store.Privacy{}, Runs: store.Privacy{}, Looks: store.PrivacyLooks{PrivacyCases: of, Log: w.cases.Ledger}, Ledger: w.cases.Ledger, Sealer: sealer,
		Offices: testOffices{w.setups}, Sources: store.PrivacySources(of), Keepers: store.Privacy{}.Keepers()})
	w.ballots.Consents = w.privacy
	return w.ballots, w.privacy
}

// closing moves the clock past the end of a ballot and counts it.
func (w *world) closing(t *testing.T, at time.Time) {
	t.Helper()
	w.clock.Set(at)
	if _, err := w.ballots.Tick(context.Background(), tenant, 10); err != nil {
		t.Fatal(err)
	}
}
