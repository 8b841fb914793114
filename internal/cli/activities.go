package cli

import (
	"sanzhi/internal/activities"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
)

// joinActivities joins the room of activities to the store.
func joinActivities(db *store.DB, log *ledger.Log, sealer *vault.Sealer, k *keys) *activities.Service {
	a := store.Activities{}
	return activities.NewService(activities.Ports{Store: db, Repo: a, Venues: a, Signups: a, Attendances: a, People: a, Labour: a, Teams: a, Places: store.Territory{},
		Posts: store.Orgs{}, Ledger: log, Sealer: sealer, Keyring: k.ring})
}
