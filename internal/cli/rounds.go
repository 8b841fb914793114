package cli

import (
	"sanzhi/internal/rounds"
	"sanzhi/internal/store"
	"sanzhi/internal/web/api"
)

// joinRounds joins the duties that recur to the cases that their findings raise.
func (a *app) joinRounds() *rounds.Service {
	return rounds.NewService(rounds.Ports{Store: a.db, Templates: store.Rounds{}, Duties: store.Rounds{}, Cares: store.Rounds{}, Shifts: store.Rounds{}, Ground: store.RoundGround{},
		Cases: api.RoundCases{Cases: a.cases}, Uploads: a.files, Outbox: a.outbox, Ledger: a.cases.Ledger, Sealer: a.sealer, Clock: a.clock})
}
