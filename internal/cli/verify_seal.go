package cli

import (
	"context"
	"path/filepath"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
)

// sealing is the duty that gives ledger rows their place in the Merkle tree.
type sealing struct {
	sealer *ledger.Sealer
	outbox store.Outbox
	clock  kernel.Clock
	// rest is until when a tenant is left alone after a failure: what is wrong with a ledger does not pass in a second.
	rest map[kernel.Tenant]time.Time
}

// checkpointDir is where checkpoints are kept outside the database.
func checkpointDir(data string) store.CheckpointFiles {
	return store.CheckpointFiles{Dir: filepath.Join(data, "checkpoints")}
}

// newSealing joins the sealer to the store, the signing key and the folder for checkpoints.
func newSealing(db *store.DB, k *keys, clock kernel.Clock, data string) (*sealing, error) {
	signer, err := ledger.NewSigner(k.sign)
	if err != nil {
		return nil, err
	}
	verifier, err := k.verifier()
	if err != nil {
		return nil, err
	}
	return &sealing{outbox: store.Outbox{DB: db}, clock: clock, rest: map[kernel.Tenant]time.Time{},
		sealer: &ledger.Sealer{Store: db, Repo: store.Ledger{}, Signer: signer, Verifier: verifier, Outside: checkpointDir(data)}}, nil
}

// seal seals what waits, when it is many rows or they have waited long enough. One process does it at a time.
func (s *sealing) seal(ctx context.Context, t kernel.Tenant, holder string) error {
	if s.clock.Now().Before(s.rest[t]) {
		return nil
	}
	due, err := s.sealer.Due(ctx, t)
	if err != nil || !due {
		return err
	}
	ok, err := s.outbox.Lease(ctx, t, "seal", holder, 30*time.Second)
	if err != nil || !ok {
		return err
	}
	const units = 4 // a backlog is worked off over several rounds, so that other duties come to their turn
	if _, err := s.sealer.Seal(ctx, t, units); err != nil {
		s.rest[t] = s.clock.Now().Add(time.Minute)
		return err
	}
	return nil
}
