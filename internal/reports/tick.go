package reports

import (
	"context"
	"sync"
	"time"

	"sanzhi/internal/kernel"
)

// lastLook remembers when each tenant was looked at, so that the duty costs nothing between.
type lastLook struct {
	mu sync.Mutex
	at map[kernel.Tenant]time.Time
}

// lookEvery is how often the duty looks whether a bulletin is due.
const lookEvery = time.Minute

func (l *lastLook) due(t kernel.Tenant, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := l.at[t]; now.Sub(last) < lookEvery && !now.Before(last) {
		return false
	}
	if l.at == nil {
		l.at = map[kernel.Tenant]time.Time{}
	}
	l.at[t] = now
	return true
}

// Month gives the whole month before an instant (Asia/Shanghai).
func Month(now time.Time) kernel.Period {
	t := now.In(kernel.Shanghai)
	to := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, kernel.Shanghai)
	return kernel.Period{From: to.AddDate(0, -1, 0), To: to}
}

// Tick drafts the bulletins that come by themselves: each month's, once, in the hours after the month is over, whichever process and
// however often it runs.
func (s *Service) Tick(ctx context.Context, t kernel.Tenant) (made int, err error) {
	now := s.Clock.Now()
	if !s.looked.due(t, now) {
		return 0, nil
	}
	p := Month(now)
	for _, tpl := range s.Templates.All() {
		if tpl.Every != "month" {
			continue
		}
		auto := tpl.ID + "/" + p.From.In(kernel.Shanghai).Format("2006-01")
		has := false
		err := s.Store.View(ctx, t, func(tx kernel.Tx) error {
			has, err = s.Repo.HasAuto(tx, auto)
			return err
		})
		if err != nil || has {
			return made, err
		}
		ready, err := s.Prepare(ctx, kernel.System(t), Order{Template: tpl.ID, From: p.From, To: p.To, Auto: auto})
		if kernel.Is(err, kernel.KindNotFound) {
			continue // a district without places has nothing to tell
		}
		if err != nil {
			return made, err
		}
		err = s.Store.Update(ctx, t, func(tx kernel.Tx) error {
			if has, err := s.Repo.HasAuto(tx, auto); err != nil || has {
				return err
			}
			_, err := s.Commit(tx, kernel.System(t), ready)
			return err
		})
		if kernel.Is(err, kernel.KindConflict) {
			continue // another process was first
		}
		if err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}
