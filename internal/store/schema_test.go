package store_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"database/sql"

	_ "github.com/jackc/pgx/v5/stdlib"

	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/migrations"
	"sanzhi/internal/store/storetest/pgtest"
)

// column is one column of the live schema, its type in PostgreSQL's words.
type column struct {
	Name, Type string
	NotNull    bool
	collation  string
}

// table is one table of the live schema. keys are the columns of its primary and unique keys.
type table struct {
	cols []column
	keys [][]string
}

// noTenant are the tables without tenant: reference data of the whole country, and the list of migrations.
var noTenant = []string{"division", "division_year", "goose_db_version"}

// oneEngine are the tables that only one engine has: its own text index.
var oneEngine = []string{"case_search"}

// sqliteTypes maps declared types.
var sqliteTypes = map[string]string{"TEXT": "text", "BIGINT": "bigint", "INTEGER": "integer", "SMALLINT": "smallint", "REAL": "double precision", "BLOB": "bytea"}

// query reads rows as text.
func query(t *testing.T, db *store.DB, q string, args ...any) (out [][]string) {
	t.Helper()
	err := db.Engine.Read(context.Background(), func(c dialect.Conn) error {
		rows, err := c.Query(q, args...)
		if err != nil {
			return err
		}
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			vals := make([]sql.NullString, len(names))
			into := make([]any, len(names))
			for i := range vals {
				into[i] = &vals[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			row := make([]string, len(names))
			for i, v := range vals {
				row[i] = v.String
			}
			out = append(out, row)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return out
}

func sqliteSchema(t *testing.T, db *store.DB) map[string]*table {
	t.Helper()
	all := map[string]*table{}
	for _, r := range query(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		AND name <> 'case_fts' AND name NOT LIKE 'case\_fts\_%' ESCAPE '\'`) {
		tab := &table{}
		var pk []string
		for _, c := range query(t, db, `SELECT name, type, "notnull", pk FROM pragma_table_info($1) ORDER BY cid`, r[0]) {
			tab.cols = append(tab.cols, column{Name: c[0], Type: sqliteTypes[c[1]], NotNull: c[2] == "1"})
			if c[3] == "1" {
				pk = []string{c[0]}
			}
		}
		if pk != nil {
			tab.keys = append(tab.keys, pk) // its first column is what counts
		}
		for _, i := range query(t, db, `SELECT name FROM pragma_index_list($1) WHERE "unique" = 1`, r[0]) {
			var key []string
			for _, c := range query(t, db, `SELECT name FROM pragma_index_info($1) ORDER BY seqno`, i[0]) {
				key = append(key, c[0])
			}
			tab.keys = append(tab.keys, key)
		}
		all[r[0]] = tab
	}
	return all
}

func postgresSchema(t *testing.T, db *store.DB) map[string]*table {
	t.Helper()
	all := map[string]*table{}
	of := func(name string) *table {
		if all[name] == nil {
			all[name] = &table{}
		}
		return all[name]
	}
	for _, r := range query(t, db, `SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull::text, COALESCE(l.collname, '')
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_collation l ON l.oid = a.attcollation
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`) {
		of(r[0]).cols = append(of(r[0]).cols, column{Name: r[1], Type: r[2], NotNull: r[3] == "true", collation: r[4]})
	}
	for _, r := range query(t, db, `SELECT c.relname, string_agg(a.attname, ' ' ORDER BY k.n) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k(att, n) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.att
		WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname, i.indexrelid`) {
		of(r[0]).keys = append(of(r[0]).keys, strings.Fields(r[1]))
	}
	return all
}

// lintSchema checks the rules that every table keeps, whatever the engine.
func lintSchema(all map[string]*table) (faults []string) {
	for name, tab := range all {
		if name == "goose_db_version" {
			continue
		}
		for _, c := range tab.cols {
			free := name == "place" && slices.Contains([]string{"shape", "lon", "lat"}, c.Name) // a place may have no shape
			key := name == "case_record" && c.Name == "n"                                       // never NULL, SQLite says so in its own way
			if !c.NotNull && !free && !key {
				faults = append(faults, name+"."+c.Name+" may be NULL")
			}
			if c.Type == "" {
				faults = append(faults, name+"."+c.Name+" has a type that the engines do not share")
			}
			if c.collation != "" && c.collation != "C" {
				faults = append(faults, name+"."+c.Name+" is not COLLATE \"C\"")
			}
		}
		if slices.Contains(noTenant, name) {
			continue
		}
		if len(tab.keys) == 0 {
			faults = append(faults, name+" has no key")
		}
		for _, key := range tab.keys {
			// SQLite's row number of a case is a hidden key made visible, by which its text index knows it.
			if key[0] != "tenant" && !(name == "case_record" && slices.Equal(key, []string{"n"})) {
				faults = append(faults, fmt.Sprintf("%s has the key %v, which does not begin with tenant", name, key))
			}
		}
	}
	slices.Sort(faults)
	return faults
}

func TestSchemaSQLite(t *testing.T) {
	db := freshSQLite(t)
	all := sqliteSchema(t, db)
	if len(all) < 25 {
		t.Fatalf("only %d tables were seen", len(all))
	}
	for _, f := range lintSchema(all) {
		t.Error(f)
	}
	// Planted: the lint sees a table that breaks each rule.
	if err := db.Engine.Write(context.Background(), func(c dialect.Conn) error {
		_, err := c.Exec(`CREATE TABLE planted (id TEXT NOT NULL PRIMARY KEY, tenant TEXT, flag BOOLEAN NOT NULL)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"planted has the key [id], which does not begin with tenant", "planted has the key [id], which does not begin with tenant",
		"planted.flag has a type that the engines do not share", "planted.tenant may be NULL"}
	if diff := cmp.Diff(want, lintSchema(sqliteSchema(t, db))); diff != "" {
		t.Error(diff)
	}
}

func TestSchemaPostgres(t *testing.T) {
	db, _, ok := freshPostgres(t)
	if !ok {
		return
	}
	all := postgresSchema(t, db)
	for _, f := range lintSchema(all) {
		t.Error(f)
	}
	ours := sqliteSchema(t, freshSQLite(t))
	delete(ours, "goose_db_version")
	for name, tab := range ours {
		other := all[name]
		if other == nil {
			t.Errorf("PostgreSQL has no table %s", name)
			continue
		}
		cols := slices.DeleteFunc(slices.Clone(tab.cols), func(c column) bool { return name == "case_record" && c.Name == "n" })
		theirs := slices.Clone(other.cols)
		for i := range theirs {
			theirs[i].collation = ""
		}
		if diff := cmp.Diff(cols, theirs, cmp.AllowUnexported(column{})); diff != "" {
			t.Errorf("%s (-SQLite +PostgreSQL)\n%s", name, diff)
		}
		delete(all, name)
	}
	delete(all, "goose_db_version")
	if left := slices.Sorted(maps.Keys(all)); !slices.Equal(left, oneEngine) {
		t.Errorf("only PostgreSQL has %v", left)
	}
	if err := db.Engine.Write(context.Background(), func(c dialect.Conn) error {
		_, err := c.Exec(`CREATE TABLE planted (id TEXT NOT NULL, tenant TEXT COLLATE "C", UNIQUE (id, tenant))`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{`planted has the key [id tenant], which does not begin with tenant`, `planted.id is not COLLATE "C"`, "planted.tenant may be NULL"}
	if diff := cmp.Diff(want, lintSchema(postgresSchema(t, db))); diff != "" {
		t.Error(diff)
	}
}

// stepNames lists the migrations of one engine.
func stepNames(t *testing.T, n dialect.Name) []string {
	t.Helper()
	steps, err := migrations.Files(n)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(steps, "*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return names
}

func TestMigrationsArePaired(t *testing.T) {
	if diff := cmp.Diff(stepNames(t, dialect.SQLite), stepNames(t, dialect.Postgres)); diff != "" {
		t.Errorf("(-SQLite +PostgreSQL)\n%s", diff)
	}
	for i, name := range stepNames(t, dialect.SQLite) {
		if !strings.HasPrefix(name, fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("step %d is called %s", i+1, name)
		}
	}
}

// Several programs that start at once migrate once, and say nothing on the standard streams.
func TestMigrateAtOnce(t *testing.T) {
	at := func(t *testing.T, open func() *store.DB) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, stderr := os.Stdout, os.Stderr
		os.Stdout, os.Stderr = w, w
		var wg sync.WaitGroup
		for range 4 {
			db := open()
			wg.Go(func() {
				if err := db.Engine.Migrate(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		os.Stdout, os.Stderr = stdout, stderr
		_ = w.Close()
		if said, _ := io.ReadAll(r); len(said) != 0 {
			t.Errorf("said on the standard streams: %s", said)
		}
		if n := query(t, open(), `SELECT COUNT(*) FROM goose_db_version WHERE version_id = 1`); n[0][0] != "1" {
			t.Errorf("the first step is noted %s times", n[0][0])
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sanzhi.db")
		at(t, func() *store.DB { return openSQLite(t, path) })
	})
	t.Run("postgres", func(t *testing.T) {
		if url, ok := pgtest.Fresh(t); ok {
			at(t, func() *store.DB { return openPostgres(t, url) })
		}
	})
}

// upgrade fills the schema of each version but the last with one row a table, goes up to the last, and reports tables
// whose rows did not all survive.
func upgrade(t *testing.T, n dialect.Name, steps fs.FS, db *sql.DB, from int64, s *store.DB) (faults []string) {
	t.Helper()
	kind := goose.DialectSQLite3
	if n == dialect.Postgres {
		kind = goose.DialectPostgres
	}
	p, err := goose.NewProvider(kind, db, steps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(context.Background(), from); err != nil {
		t.Fatal(err)
	}
	schema := sqliteSchema
	if n == dialect.Postgres {
		schema = postgresSchema
	}
	before := schema(t, s)
	delete(before, "goose_db_version")
	for name, tab := range before {
		var cols, vals []string
		for _, c := range tab.cols {
			v := "7"
			switch c.Type {
			case "text":
				v = "'x'"
			case "tsvector":
				v = "'x'::tsvector"
			case "bytea":
				v = "'x'"
			}
			cols, vals = append(cols, c.Name), append(vals, v)
		}
		if _, err := db.Exec("INSERT INTO " + name + " (" + strings.Join(cols, ", ") + ") VALUES (" + strings.Join(vals, ", ") + ")"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Up(context.Background()); err != nil {
		t.Fatal(err)
	}
	after := schema(t, s)
	for name, tab := range before {
		if after[name] == nil {
			faults = append(faults, name+" is gone")
			continue
		}
		if n := query(t, s, "SELECT COUNT(*) FROM "+name); n[0][0] != "1" {
			faults = append(faults, name+" lost its row")
			continue
		}
		for _, c := range tab.cols {
			if !slices.ContainsFunc(after[name].cols, func(a column) bool { return a.Name == c.Name }) {
				faults = append(faults, name+"."+c.Name+" is gone")
			}
		}
	}
	slices.Sort(faults)
	return faults
}

// upgradeAll runs upgrade from every version, each on a database of its own.
func upgradeAll(t *testing.T, n dialect.Name, steps fs.FS, last int64) (faults []string) {
	t.Helper()
	for from := int64(1); from <= last; from++ {
		driver, where := "sqlite", filepath.Join(t.TempDir(), "sanzhi.db")
		var s *store.DB
		if n == dialect.Postgres {
			var ok bool
			driver = "pgx"
			if where, ok = pgtest.Fresh(t); !ok {
				return nil
			}
			s = openPostgres(t, where)
		} else {
			s = openSQLite(t, where)
		}
		db, err := sql.Open(driver, where)
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, upgrade(t, n, steps, db, from, s)...)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return faults
}

func TestUpgradeLosesNothing(t *testing.T) {
	for _, n := range dialect.All {
		t.Run(string(n), func(t *testing.T) {
			steps, err := migrations.Files(n)
			if err != nil {
				t.Fatal(err)
			}
			last, err := migrations.Latest(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range upgradeAll(t, n, steps, last) {
				t.Error(f)
			}
		})
	}
	// Planted: a step that loses a row, a column and a table.
	steps, err := migrations.Files(dialect.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	first, err := fs.ReadFile(steps, "0001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	lossy := fstest.MapFS{"0001_init.sql": {Data: first}, "0002_lossy.sql": {Data: []byte("-- +goose Up\nDELETE FROM lease;\nALTER TABLE outbox DROP COLUMN last_error;\nDROP TABLE webhook;\n")}}
	want := []string{"lease lost its row", "outbox.last_error is gone", "webhook is gone"}
	if diff := cmp.Diff(want, upgradeAll(t, dialect.SQLite, lossy, 1)); diff != "" {
		t.Error(diff)
	}
}
