package cli

import (
	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/web/api"
)

// admin joins what the pages of administrators read.
func (a *app) admin() api.AdminDeps {
	desk := store.SetupDesk{}
	return api.AdminDeps{Setup: desk, Flows: desk, People: desk, Ledger: store.Ledger{}, Keys: a.keyState}
}

// keyState tells which keys this process holds, and none of them.
func (a *app) keyState() api.KeyState {
	public, err := ledger.PublicKey(a.keys.public())
	if err != nil {
		public = ""
	}
	return api.KeyState{Current: a.keys.ring.CurrentID, Old: oldKeys(a.keys), Public: public}
}

// tuned are the limits of orders that each district may set for itself.
type tuned struct {
	nearby
	by *access.OrderLimiters
}

// For implements api.TunedLimits.
func (t tuned) For(tenant kernel.Tenant, limits access.OrderLimits) api.OrderLimits {
	return nearby{t.by.Of(tenant, limits)}
}
