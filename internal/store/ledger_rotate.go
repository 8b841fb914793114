package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/vault"
)

// sealedColumn is one column with sealed values, and how a row's key gives the field that they are bound to.
type sealedColumn struct {
	table, column string
	// keys are the columns of the primary key after the tenant.
	keys []string
	// field gives the position that a value was sealed for.
	field func(t kernel.Tenant, key []string) vault.Field
	// inside gives the sealed value in the column's text and puts another there; nil when the text is the value.
	inside func(text string) (sealed string, put func(sealed string) (string, error), err error)
}

func byID(table, name string) func(kernel.Tenant, []string) vault.Field {
	return func(t kernel.Tenant, key []string) vault.Field {
		return vault.Field{Tenant: t, Table: table, ID: kernel.ID(key[0]), Field: name}
	}
}

// sealedColumns lists every column with sealed values. One that is missing here is found by Leftovers.
var sealedColumns = []sealedColumn{
	{"case_record", "address", []string{"id"}, byID("case_record", "address"), nil},
	{"case_record", "contact", []string{"id"}, byID("case_record", "contact"), nil},
	{"case_record", "form", []string{"id"}, byID("case_record", "form"), nil},
	{"case_record", "result", []string{"id"}, byID("case_record", "result"), insideResult},
	{"rating", "body", []string{"case_id", "round", "requester"}, func(t kernel.Tenant, key []string) vault.Field {
		return vault.Field{Tenant: t, Table: "rating", ID: kernel.ID(key[2]), Field: "text"}
	}, nil},
	{"ledger", "personal", []string{"id"}, byID("ledger", "personal"), nil},
	{"person", "name", []string{"id"}, byID("person", "name"), nil},
	{"person", "phone", []string{"id"}, byID("person", "phone"), nil},
	{"account", "name_sealed", []string{"id"}, func(t kernel.Tenant, key []string) vault.Field {
		return access.NameField(t, kernel.ID(key[0]))
	}, nil},
	{"activity_signup", "contact", []string{"id"}, byID("activity_signup", "contact"), nil},
	{"activity_person", "name", []string{"id"}, byID("activity_person", "name"), nil},
	{"activity_person", "phone", []string{"id"}, byID("activity_person", "phone"), nil},
	{"volunteer_certificate", "body", []string{"id"}, byID("volunteer_certificate", "body"), nil},
	{"round_care", "name", []string{"id"}, byID("round_care", "name"), nil},
	{"round_care", "phone", []string{"id"}, byID("round_care", "phone"), nil},
	{"round_care", "address", []string{"id"}, byID("round_care", "address"), nil},
	{"round_duty", "subject", []string{"id"}, byID("round_duty", "subject"), nil},
	{"round_result", "notes", []string{"duty"}, byID("round_result", "notes"), nil},
	{"register_entry", "sealed", []string{"id"}, byID("register_entry", "personal"), nil},
	{"register_link", "sealed", []string{"id"}, byID("register_link", "door"), nil},
	{"idempotency", "answer", []string{"caller", "idem_key"}, func(t kernel.Tenant, key []string) vault.Field {
		return answerField(kernel.RequestKey{Tenant: t, Caller: key[0], Key: key[1]})
	}, nil},
	{"sheet_change", "body", []string{"id"}, byID("sheet_change", "body"), nil},
	{"nomination", "name", []string{"id"}, byID("nomination", "name"), nil},
	{"nomination", "why", []string{"id"}, byID("nomination", "why"), nil},
	{"objection", "body", []string{"id"}, byID("objection", "body"), nil},
	{"objection", "answer", []string{"id"}, byID("objection", "answer"), nil},
	{"privacy_request", "words", []string{"id"}, byID("privacy_request", "words"), nil},
	{"privacy_request", "changes", []string{"id"}, byID("privacy_request", "changes"), nil},
	{"privacy_request", "answer", []string{"id"}, byID("privacy_request", "answer"), nil},
}

// insideResult: what was done is a text with photos, of which the text is sealed.
func insideResult(text string) (string, func(string) (string, error), error) {
	var r cases.Result
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return "", nil, err
	}
	return r.Text, func(sealed string) (string, error) {
		r.Text = sealed
		b, err := json.Marshal(r)
		return string(b), err
	}, nil
}

// Rotation seals all values anew with the current key.
type Rotation struct {
	DB     *DB
	Sealer *vault.Sealer
	// Done is told how many values were looked at; nil for no word.
	Done func(values int)
	seen int
}

// Rotated tells what a rotation did.
type Rotated struct {
	Anew int `json:"anew"` // values sealed anew
	Same int `json:"same"` // values that were under the current key already, all of which opened
}

// rotateBatch is how many rows one unit of work takes.
const rotateBatch = 200

// Run goes through every sealed value of a tenant. It may be broken off at any time and run again: what is done stays done,
// and a value that somebody changed meanwhile is left as it now is. A value that does not open is an error that names it.
func (r *Rotation) Run(ctx context.Context, t kernel.Tenant) (out Rotated, err error) {
	for i := range sealedColumns {
		c := &sealedColumns[i]
		after := make([]any, len(c.keys))
		for first := true; ; first = false {
			rows, err := r.page(ctx, t, c, after, first)
			if err != nil || len(rows) == 0 {
				if err != nil {
					return out, err
				}
				break
			}
			if err := r.batch(ctx, t, c, rows, &out); err != nil {
				return out, err
			}
			last := rows[len(rows)-1]
			copy(after, last.key)
			if r.seen += len(rows); r.Done != nil {
				r.Done(r.seen)
			}
		}
	}
	return out, nil
}

// sealedRow is one row's key as the database gives it, and the column's text.
type sealedRow struct {
	key  []any
	text string
}

func (s sealedRow) keyText() []string {
	out := make([]string, len(s.key))
	for i, k := range s.key {
		if b, ok := k.([]byte); ok {
			k = string(b)
		}
		out[i] = fmt.Sprint(k)
	}
	return out
}

func (r *Rotation) page(ctx context.Context, t kernel.Tenant, c *sealedColumn, after []any, first bool) (out []sealedRow, err error) {
	err = r.DB.View(ctx, t, func(k kernel.Tx) error {
		cols := strings.Join(c.keys, ", ")
		args, more := []any{string(t)}, ""
		if !first {
			marks := make([]string, len(after))
			for i, v := range after {
				args = append(args, v)
				marks[i] = "$" + strconv.Itoa(len(args))
			}
			more = " AND (" + cols + ") > (" + strings.Join(marks, ", ") + ")"
		}
		rows, err := on(k).Query("SELECT "+cols+", "+c.column+" FROM "+c.table+" WHERE tenant = $1"+more+" AND "+c.column+" <> '' ORDER BY "+cols+
			" LIMIT "+strconv.Itoa(rotateBatch), args...)
		out, err = scanAll(rows, err, func(rs *sql.Rows) (s sealedRow, err error) {
			s.key = make([]any, len(c.keys))
			into := make([]any, 0, len(c.keys)+1)
			for i := range s.key {
				into = append(into, &s.key[i])
			}
			err = rs.Scan(append(into, &s.text)...)
			return s, err
		})
		return err
	})
	return out, err
}

// batch seals the values of a page anew, in one unit of work.
func (r *Rotation) batch(ctx context.Context, t kernel.Tenant, c *sealedColumn, rows []sealedRow, out *Rotated) error {
	type change struct {
		row sealedRow
		to  string
	}
	var changes []change
	for _, row := range rows {
		to, anew, err := r.anew(t, c, row)
		if err != nil {
			return fmt.Errorf("%s.%s of %s: %w", c.table, c.column, strings.Join(row.keyText(), " "), err)
		}
		switch {
		case anew:
			changes = append(changes, change{row, to})
		case to != "":
			out.Same++
		}
	}
	if len(changes) == 0 {
		return nil
	}
	done := 0
	err := r.DB.Update(ctx, t, func(k kernel.Tx) error {
		done = 0
		for _, x := range changes {
			args := []any{x.to, string(t), x.row.text}
			var where strings.Builder
			for i, key := range c.keys {
				args = append(args, x.row.key[i])
				where.WriteString(" AND " + key + " = $" + strconv.Itoa(len(args)))
			}
			n, err := on(k).Exec("UPDATE "+c.table+" SET "+c.column+" = $1 WHERE tenant = $2 AND "+c.column+" = $3"+where.String(), args...)
			if err != nil {
				return err
			}
			done += int(n)
		}
		return nil
	})
	if err == nil {
		out.Anew += done
	}
	return err
}

// anew gives the column's text with its value under the current key, and whether that differs; the empty text when there is
// no value in it.
func (r *Rotation) anew(t kernel.Tenant, c *sealedColumn, row sealedRow) (string, bool, error) {
	sealed, put := row.text, func(s string) (string, error) { return s, nil }
	if c.inside != nil {
		var err error
		if sealed, put, err = c.inside(row.text); err != nil || sealed == "" {
			return "", false, err
		}
	}
	to, anew, err := r.Sealer.Rotate(sealed, c.field(t, row.keyText()))
	if err != nil || !anew {
		return row.text, false, err
	}
	to, err = put(to)
	return to, true, err
}

// Leftover is a column that still holds values under another than the current key.
type Leftover struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Rows   int    `json:"rows"`
}

// plain are the columns with people's own words, where somebody may have written what only looks like a sealed value.
var plain = map[string]bool{"case_record.body": true, "unmasking.reason": true}

// Leftovers looks through every text column of every table, whichever are there, for values under one of the keys named.
func (d *DB) Leftovers(ctx context.Context, keyIDs []string) (out []Leftover, err error) {
	if len(keyIDs) == 0 {
		return nil, nil
	}
	// A nonce and a tag alone are 28 bytes, 38 characters. The value is the whole text, or a text within JSON.
	value := regexp.MustCompile(`(^|")v1:(` + strings.Join(keyIDs, "|") + `):[A-Za-z0-9_-]{38,}("|$)`)
	err = d.Engine.Read(ctx, func(c dialect.Conn) error {
		columns, err := textColumns(d.Engine.Name(), c)
		if err != nil {
			return err
		}
		for _, l := range columns {
			if plain[l.Table+"."+l.Column] {
				continue
			}
			rows, err := c.Query("SELECT " + l.Column + " FROM " + l.Table + " WHERE " + l.Column + " LIKE '%v1:k%'")
			found, err := scanAll(rows, err, func(r *sql.Rows) (n int, err error) {
				var text string
				if err = r.Scan(&text); err == nil && value.MatchString(text) {
					n = 1
				}
				return n, err
			})
			if err != nil {
				return fmt.Errorf("%s.%s: %w", l.Table, l.Column, err)
			}
			for _, n := range found {
				l.Rows += n
			}
			if l.Rows > 0 {
				out = append(out, l)
			}
		}
		return nil
	})
	return out, err
}

func textColumns(n dialect.Name, c dialect.Conn) ([]Leftover, error) {
	query := `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text' ORDER BY 1, 2`
	if n == dialect.SQLite {
		query = `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'case_fts%' AND p.type = 'TEXT' ORDER BY 1, 2`
	}
	rows, err := c.Query(query)
	return scanAll(rows, err, func(r *sql.Rows) (l Leftover, err error) {
		err = r.Scan(&l.Table, &l.Column)
		return l, err
	})
}

// Serving tells whether another process does the duties of a tenant now, which it does as long as it serves.
func (o Outbox) Serving(ctx context.Context, t kernel.Tenant) (serving bool, err error) {
	err = o.DB.View(ctx, t, func(k kernel.Tx) error {
		var n int
		err := on(k).QueryRow(`SELECT COUNT(*) FROM lease WHERE tenant = $1 AND name = 'duties' AND until_at > $2`, string(t), ms(on(k).now)).Scan(&n)
		serving = n > 0
		return err
	})
	return serving, err
}
