package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// probeDisk measures a minimal loop of durable appends on the same disk, in commits a second. A disk on credit is fast at
// one time and slow at another, so that a rate means something only beside this one.
func probeDisk(b *testing.B) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "probe"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 4096)
	const n = 200
	began := time.Now()
	for range n {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return n / time.Since(began).Seconds()
}

// BenchmarkUpdate gives units of work a second over durable appends a second, measured just before and just after.
func BenchmarkUpdate(b *testing.B) {
	engines := map[string]func(b *testing.B) (*store.DB, bool){
		"sqlite":   func(b *testing.B) (*store.DB, bool) { return freshSQLite(b), true },
		"postgres": func(b *testing.B) (*store.DB, bool) { db, _, ok := freshPostgres(b); return db, ok },
	}
	for _, name := range []string{"sqlite", "postgres"} {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", name, callers), func(b *testing.B) {
				db, ok := engines[name](b)
				if !ok {
					return
				}
				before := probeDisk(b)
				var left atomic.Int64
				left.Store(int64(b.N))
				var wg sync.WaitGroup
				b.ResetTimer()
				for range callers {
					wg.Go(func() {
						for left.Add(-1) >= 0 {
							id := kernel.NewID(time.Now())
							if err := db.Update(context.Background(), crashTenant, func(tx kernel.Tx) error { return crashRow(tx, id) }); err != nil {
								b.Error(err)
							}
						}
					})
				}
				wg.Wait()
				b.StopTimer()
				rate := float64(b.N) / b.Elapsed().Seconds()
				probe := (before + probeDisk(b)) / 2
				b.ReportMetric(rate, "units/s")
				b.ReportMetric(rate/probe, "units/append")
			})
		}
	}
}
