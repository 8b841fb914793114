package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store/postgres"
)

// A past case is a copy of one of the district's own closed cases (which its services made) with an identity, a time
// and words of its own: its record, its words for search, its rating and its rows of the ledger, numbered as sealed. The
// sealed fields are copied as they are, so they have the right size but do not open.

// seed is what one copy has of its own.
type seed struct {
	n            int
	template     string
	id, number   string
	track, phone string
	shift        int64 // milliseconds
	body         string
	words        string
	ledgerFrom   int64 // its first number in the ledger
}

const seedCols = "n, template, id, number, track, phone, shift, body, words, ledger_from"

func (s *seed) values() []any {
	return []any{s.n, s.template, s.id, s.number, s.track, s.phone, s.shift, s.body, s.words, s.ledgerFrom}
}

type template struct {
	id, title, titleEn, body string
	opened                   int64
}

// spread is over how long the past cases were opened.
const spread = 3 * 365 * 24 * time.Hour

// seeds makes count copies, evenly over the years before the newest template, the oldest first, and hands them over in parts.
func seeds(list []template, count int, words func([]string) string, part func([]*seed) error) error {
	newest := int64(0)
	for _, t := range list {
		newest = max(newest, t.opened)
	}
	var l []*seed
	for i := range count {
		t := list[(i*7919)%len(list)]
		when := newest - spread.Milliseconds() + spread.Milliseconds()/int64(count)*int64(i)
		at := time.UnixMilli(when).UTC()
		s := &seed{n: i, template: t.id, id: string(kernel.NewID(at)), number: number(at, i), track: random(32), phone: random(32), shift: when - t.opened,
			body: fmt.Sprintf("%s（%d号楼%d室）", t.body, 1+i%97, 101+i%1709), ledgerFrom: int64(i) * 32}
		s.words = words(cases.Bigrams(t.title + " " + t.titleEn + " " + s.body))
		if l = append(l, s); len(l) == 10000 || i == count-1 {
			if err := part(l); err != nil {
				return err
			}
			l = l[:0]
		}
	}
	return nil
}

// number is unique where drawn numbers of the same day could meet.
func number(at time.Time, i int) string {
	return fmt.Sprintf("630105-%s-%05s", at.In(kernel.Shanghai).Format("20060102"), strings.ToUpper(big.NewInt(int64(i)).Text(32)))
}

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// copying gives the statements that make the copies of the seeds at hand. CROSS JOIN makes SQLite begin with the seeds.
func copying(columns []string, engine string) []string {
	own := map[string]string{"id": "s.id", "number": "s.number", "track_hash": "s.track", "phone_index": "s.phone", "body": "s.body", "source": "''",
		"due_at": "4611686018427387904", "tick_at": "0", "resp_due": "0", "fin_due": "0", "rolled": "0"}
	for _, c := range []string{"opened_at", "updated_at", "closed_at", "finished_at", "rated_at", "step_at"} {
		own[c] = fmt.Sprintf("CASE WHEN t.%s > 0 THEN t.%s + s.shift ELSE 0 END", c, c)
	}
	values := make([]string, len(columns))
	for i, c := range columns {
		if values[i] = own[c]; values[i] == "" {
			values[i] = "t." + c
		}
	}
	search := `INSERT INTO case_fts (rowid, doc) SELECT c.n, s.words FROM seed s CROSS JOIN case_record c WHERE c.tenant = '630105' AND c.id = s.id`
	if engine == "postgres" {
		search = `INSERT INTO case_search (tenant, case_id, doc) SELECT '630105', s.id, s.words::tsvector FROM seed s`
	}
	return []string{
		"INSERT INTO case_record (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") +
			" FROM seed s CROSS JOIN case_record t WHERE t.tenant = '630105' AND t.id = s.template ORDER BY s.n",
		search,
		`INSERT INTO rating (tenant, case_id, round, requester, score, solved, body, at)
			SELECT r.tenant, s.id, r.round, s.id, r.score, r.solved, r.body, r.at + s.shift FROM seed s
			CROSS JOIN rating r WHERE r.tenant = '630105' AND r.case_id = s.template AND r.requester = r.case_id`,
		`INSERT INTO case_cohandle (tenant, unit, case_id) SELECT h.tenant, h.unit, s.id FROM seed s
			CROSS JOIN case_cohandle h WHERE h.tenant = '630105' AND h.case_id = s.template`,
		`INSERT INTO ledger (tenant, id, object, at, actor, act, version, public, digest, salt, personal, seq)
			SELECT l.tenant, substr(s.id, 1, 24) || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', CAST(l.k / 32 AS INTEGER) + 1, 1) ||
				substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', CAST(l.k % 32 AS INTEGER) + 1, 1), s.id, l.at + s.shift, l.actor, l.act, l.version, l.public, l.digest, l.salt, l.personal, s.ledger_from + l.k
			FROM seed s CROSS JOIN model l WHERE l.object = s.template ORDER BY s.n, l.k`,
	}
}

const templateQuery = `SELECT id, title_zh, title_en, body, opened_at FROM case_record WHERE tenant = '630105' AND flow = 'menu' AND ended <> '' AND merged_into = '' ORDER BY id`

// The rows of the ledger, numbered within their case.
const modelQuery = `CREATE TEMPORARY TABLE model AS SELECT l.*, ROW_NUMBER() OVER (PARTITION BY l.object ORDER BY l.at, l.version, l.id) - 1 AS k FROM ledger l WHERE l.tenant = '630105'`

const seedTable = `CREATE TEMPORARY TABLE seed (n INTEGER, template TEXT, id TEXT, number TEXT, track TEXT, phone TEXT, shift BIGINT, body TEXT, words TEXT, ledger_from BIGINT)`

// fillSQLite fills a file that nobody serves: without syncs, since a broken fill is begun anew.
func fillSQLite(ctx context.Context, path string, count int) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(DELETE)&_pragma=synchronous(OFF)&_pragma=cache_size(-1000000)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	for _, s := range []string{"PRAGMA journal_mode=OFF", seedTable, modelQuery, "CREATE INDEX temp.model_object ON model (object, k)"} {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	list, err := templates(ctx, db)
	if err != nil {
		return err
	}
	columns, err := columnsOf(ctx, db, `SELECT name FROM pragma_table_info('case_record') WHERE name <> 'n' ORDER BY cid`)
	if err != nil {
		return err
	}
	copies := copying(columns, "sqlite")
	err = seeds(list, count, func(w []string) string { return strings.Join(w, " ") }, func(l []*seed) error {
		return inTx(ctx, db, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, "DELETE FROM seed"); err != nil {
				return err
			}
			st, err := tx.PrepareContext(ctx, "INSERT INTO seed ("+seedCols+") VALUES (?,?,?,?,?,?,?,?,?,?)")
			if err != nil {
				return err
			}
			defer func() { _ = st.Close() }()
			for _, s := range l {
				if _, err := st.ExecContext(ctx, s.values()...); err != nil {
					return err
				}
			}
			for _, c := range copies {
				if _, err := tx.ExecContext(ctx, c); err != nil {
					return fmt.Errorf("%s: %w", c, err)
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, s := range []string{"INSERT INTO case_fts (case_fts) VALUES ('optimize')", "ANALYZE", "PRAGMA journal_mode=WAL"} {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func inTx(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func templates(ctx context.Context, db *sql.DB) (out []template, err error) {
	rows, err := db.QueryContext(ctx, templateQuery)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t template
		if err := rows.Scan(&t.id, &t.title, &t.titleEn, &t.body, &t.opened); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func columnsOf(ctx context.Context, db *sql.DB, query string) (out []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// fillPostgres fills a database of the server.
func fillPostgres(ctx context.Context, url string, count int) error {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	for _, s := range []string{"SET synchronous_commit = off", "SET work_mem = '256MB'", seedTable, modelQuery, "CREATE INDEX model_object ON model (object, k)", "ANALYZE model"} {
		if _, err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	rows, err := c.Query(ctx, templateQuery)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t template, err error) {
		return t, r.Scan(&t.id, &t.title, &t.titleEn, &t.body, &t.opened)
	})
	if err != nil {
		return err
	}
	rows, err = c.Query(ctx, `SELECT column_name::text FROM information_schema.columns WHERE table_name = 'case_record' AND table_schema = 'public' ORDER BY ordinal_position`)
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	engine := &postgres.Engine{}
	copies := copying(columns, "postgres")
	err = seeds(list, count, func(w []string) string { return strings.ReplaceAll(engine.Words(w), " & ", " ") }, func(l []*seed) error {
		if _, err := c.Exec(ctx, "TRUNCATE seed"); err != nil {
			return err
		}
		values := make([][]any, len(l))
		for i, s := range l {
			values[i] = s.values()
		}
		if _, err := c.CopyFrom(ctx, pgx.Identifier{"seed"}, strings.Split(seedCols, ", "), pgx.CopyFromRows(values)); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, "ANALYZE seed"); err != nil {
			return err
		}
		for _, s := range copies {
			if _, err := c.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if _, err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
