package planning

import (
	"context"
	"time"

	"sanzhi/internal/kernel"
)

// lease is how long a run may tell nothing before another process takes it up.
const lease = 2 * time.Minute

// teller writes progress, at most twice a second, and lengthens the lease with it. It never goes back. A store that fails for a
// while does not end a run that still holds its lease.
func (s *Service) teller(ctx context.Context, t kernel.Tenant, p *Plan, holder string) told {
	last, held, most := time.Time{}, s.Clock.Now(), 0
	return func(percent int) error {
		most = max(most, percent)
		now := s.Clock.Now()
		if !last.IsZero() && now.Sub(last) < 500*time.Millisecond {
			return ctx.Err()
		}
		last = now
		ok := false
		err := s.Store.Update(ctx, t, func(tx kernel.Tx) (err error) {
			ok, err = s.Plans.Advance(tx, p.ID, holder, most, tx.Now().Add(lease))
			return err
		})
		switch {
		case err != nil && ctx.Err() == nil && now.Sub(held) < lease/2:
			return nil
		case err != nil:
			return err
		case !ok:
			return errLost
		}
		held = now
		return nil
	}
}

// watch joins a teller, which may say that the run is over, to a solver, which is told so by its context.
type watch struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one solve
	stop context.CancelCauseFunc
	tell told
	from int
	wide int
}

// watching begins a solve that takes the progress from from on to from+wide.
func watching(ctx context.Context, tell told, from, wide int) *watch {
	w := &watch{tell: tell, from: from, wide: wide}
	w.ctx, w.stop = context.WithCancelCause(ctx)
	return w
}

// at tells that a share of the solve is done; once the run is no longer ours, the solver's context ends.
func (w *watch) at(share float64) {
	if w.ctx.Err() != nil {
		return
	}
	if err := w.tell(w.from + int(float64(w.wide)*max(0, min(1, share)))); err != nil {
		w.stop(err)
	}
}

// end gives why a solve ended: what the teller said, or the solver's own error.
func (w *watch) end(err error) error {
	if err != nil && w.ctx.Err() != nil {
		err = context.Cause(w.ctx)
	}
	w.stop(nil)
	return err
}
