package cli

import (
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/storetest"
)

// importAt is the instant of imports in tests.
var importAt = time.Date(2026, 5, 6, 1, 0, 0, 0, time.UTC)

// eachStore runs the test on a fresh store of each engine.
func eachStore(t *testing.T, f func(t *testing.T, db *store.DB, clock *kernel.ManualClock)) {
	t.Helper()
	storetest.Each(t, importAt, f)
}
