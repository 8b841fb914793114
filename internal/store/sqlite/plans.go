package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// steer gives SQLite's planner statistics that are the same for every district, so that plans are too. Without any, it
// takes "tenant = ?" for as good as "tenant = ? AND object = ?" and reads the whole ledger for one case; with those of
// ANALYZE it prepares some statements anew for each value, and plans change with the day on which it ran.
//
// The numbers are those of sqlite_stat1: rows of the index, then how many rows share the first column, the first two, and
// so on. All keys begin with the tenant, which all rows of a county share.
func steer(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	indexes, err := indexesOf(ctx, tx)
	if err != nil {
		return err
	}
	var want strings.Builder
	for _, x := range indexes {
		want.WriteString(x.table + " " + x.name + " " + x.stat() + "\n")
	}
	if has, err := statistics(ctx, tx); err != nil || has == want.String() {
		return err
	}
	// ANALYZE of a table with one row makes the tables of statistics.
	for _, s := range []string{"ANALYZE tenant", "DELETE FROM sqlite_stat1", "DELETE FROM sqlite_stat4"} {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	for _, x := range indexes {
		if _, err := tx.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", x.table, x.name, x.stat()); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "ANALYZE sqlite_schema"); err != nil { // reads the statistics, collects nothing
		return err
	}
	return tx.Commit()
}

// index is one index as sqlite_stat1 names it.
type index struct {
	table, name string
	columns     int
	unique      bool
}

// known are the indexes whose numbers the rule does not fit: few rows are open, and few values are told apart.
var known = map[string]string{
	"case_open":       "20000 20000 2 1",
	"case_tick":       "20000 20000 2",
	"case_unit":       "1000000 1000000 2000 1",
	"case_path":       "1000000 1000000 500 1",
	"case_assignee":   "1000000 1000000 500 1",
	"case_merged":     "20000 20000 2",
	"case_settle":     "2000 2000 2",
	"rating_live":     "2000 2000 2",
	"case_rate":       "1000000 1000000 300000 500 100 100 1",
	"ledger_unsealed": "2000 2000 1",
	"outbox_target":   "2000 2000 200 1",
	"delivery_done":   "20000 20000 2",
	"outbox_next":     "20000 20000 10000 2",
	"upload_free":     "1000 1000 2",
}

// stat is the index's line: a million rows of one tenant, of which the second column picks ten.
func (x index) stat() string {
	if s := known[x.name]; s != "" {
		return s
	}
	s, n := "1000000", 1000000
	for i := range x.columns {
		switch {
		case x.unique && i == x.columns-1:
			n = 1
		case i == 1:
			n = 10
		case i > 1:
			n = max(2, n/2)
		}
		s += fmt.Sprint(" ", n)
	}
	return s
}

// indexesOf lists the indexes of all tables that hold a tenant's data.
func indexesOf(ctx context.Context, tx *sql.Tx) ([]index, error) {
	rows, err := tx.QueryContext(ctx, `SELECT t.name, i.name, i."unique", i.origin, t.wr, (SELECT COUNT(*) FROM pragma_index_info(i.name))
		FROM pragma_table_list t JOIN pragma_index_list(t.name) i WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
		AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) k WHERE k.name = 'tenant') ORDER BY t.name, i.name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []index
	for rows.Next() {
		var x index
		var origin string
		var withoutRowid bool
		if err := rows.Scan(&x.table, &x.name, &x.unique, &origin, &withoutRowid, &x.columns); err != nil {
			return nil, err
		}
		if withoutRowid && origin == "pk" {
			x.name = x.table // the table is the index
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// statistics gives those that stand, in the order of indexesOf.
func statistics(ctx context.Context, tx *sql.Tx) (string, error) {
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')").Scan(&n); err != nil || n < 2 {
		return "", err
	}
	rows, err := tx.QueryContext(ctx, "SELECT tbl, COALESCE(idx, ''), stat FROM sqlite_stat1 ORDER BY rowid")
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	var b strings.Builder
	for rows.Next() {
		var table, name, stat string
		if err := rows.Scan(&table, &name, &stat); err != nil {
			return "", err
		}
		b.WriteString(table + " " + name + " " + stat + "\n")
	}
	return b.String(), rows.Err()
}
