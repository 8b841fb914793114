package web_test

import (
	"sanzhi/internal/kernel"
	"sanzhi/internal/sheets"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
	"sanzhi/internal/web/api"
)

func (w *world) sheets(ring *vault.Keyring) *sheets.Service {
	return sheets.NewService(sheets.Ports{Store: w.db, Repo: store.Sheets{}, Ledger: w.cases.Ledger, Sealer: w.sealer, Index: ring.PhoneIndex, Orgs: store.SheetOrgs{},
		Places: store.Territory{}, Registers: w.registers, Works: w.works(), Targets: w.indicators(), Activities: joinActivities(w, w.sealer, ring), Touch: store.Tenants{DB: w.db}.Touch,
		Told: func(tx kernel.Tx, account kernel.ID) error {
			return w.outbox.Put(tx, api.TopicAccess, string(account), map[string]any{})
		}})
}
