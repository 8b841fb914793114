package cli

import (
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// TestLocalitiesHoldOnEachEngine: the queries behind the figures are one text for both engines.
func TestLocalitiesHoldOnEachEngine(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		a := joined(t, db, clock)
		e := &env{ctx: t.Context(), clock: clock, global: &globals{}}
		clock.Set(friday.AddDate(3, 0, 0))
		if n, err := e.fillLocalities(a); err != nil || n != 7 {
			t.Fatal(n, err)
		}
		for k, r := range e.localRows(t, a) {
			if !r.Holds {
				t.Errorf("%s: %+v", k, r)
			}
		}
	})
}
