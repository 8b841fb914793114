package main

import (
	"context"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
)

// settle puts the past cases into the sums of the rates, as the duty does at its own pace: a district of a million cases has had years for it.
func settle(ctx context.Context, db *store.DB) error {
	for {
		took := 0
		err := db.Update(ctx, "630105", func(k kernel.Tx) (err error) {
			took, err = store.Cases{}.Settle(k, 20_000)
			return err
		})
		if err != nil || took == 0 {
			return err
		}
	}
}

// settleSQLite settles a filled file.
func settleSQLite(ctx context.Context, path string) error {
	engine, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	return settle(ctx, store.New(engine, kernel.SystemClock{}))
}

// settlePostgres settles a filled database.
func settlePostgres(ctx context.Context, url string) error {
	engine, err := postgres.Open(ctx, url, postgres.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	return settle(ctx, store.New(engine, kernel.SystemClock{}))
}
