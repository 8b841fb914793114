// Package pgtest gives each test a PostgreSQL database of its own, on the server that the environment names: tests on real
// engines, isolated from each other, that say loudly when there is no server instead of passing in silence.
package pgtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names the variable with the postgres:// URL of a server on which its user may create databases.
const Env = "SANZHI_TEST_POSTGRES"

// Fresh makes an empty database and gives its URL; the database goes when the test ends. ok is false when there is no
// server: the test fails when CI=true, and else says so and must return at once.
func Fresh(t testing.TB) (dsn string, ok bool) {
	t.Helper()
	server := os.Getenv(Env)
	if server == "" {
		const missing = "NOT TESTED on PostgreSQL: " + Env + " names no server (scripts/postgres.sh start DIR makes one and prints its URL)"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Log(missing)
		return "", false
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", Env, err)
	}
	name := "sanzhi_test_" + strings.ToLower(rand.Text())
	run(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String(), true
}

// Schema makes an empty schema in the database and gives a URL whose connections work in it alone: a fresh place for the
// price of one statement, where a database costs the server a checkpoint. It goes with its database.
func Schema(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	run(t, dsn, "CREATE SCHEMA "+name)
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// run executes one statement on a connection of its own. It has a time limit of its own too: a cleanup runs when the
// test's context is over.
func run(t testing.TB, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("%s: %v", Env, err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
