package store

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

var (
	_ ledger.ProofRepo = Ledger{}
	_ ledger.Source    = Ledger{}
)

// Row implements ledger.ProofRepo.
func (Ledger) Row(k kernel.Tx, id kernel.ID) (*ledger.Row, error) {
	rows, err := on(k).Query("SELECT "+ledgerCols+" FROM ledger WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id))
	l, err := scanAll(rows, err, scanLedger)
	if err == nil && len(l) == 0 {
		err = kernel.NotFound(kernel.T("台账里没有这一行："+string(id), "the ledger has no row "+string(id)))
	}
	if err != nil {
		return nil, err
	}
	return l[0], nil
}

// Pending implements ledger.SealRepo. It reads the index of unsealed rows only.
func (Ledger) Pending(k kernel.Tx, most int) (n int, oldest kernel.ID, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(MIN(id), '') FROM
		(SELECT id FROM ledger WHERE tenant = $1 AND seq < 0 ORDER BY id LIMIT $2) AS waiting`, string(on(k).tenant), most).Scan(&n, &oldest)
	return n, oldest, err
}

// Unsealed implements ledger.SealRepo.
func (Ledger) Unsealed(k kernel.Tx, after kernel.ID, limit int) ([]*ledger.Row, error) {
	rows, err := on(k).Query("SELECT "+ledgerCols+" FROM ledger WHERE tenant = $1 AND seq < 0 AND id > $2 ORDER BY id LIMIT $3",
		string(on(k).tenant), string(after), limit)
	return scanAll(rows, err, scanLedger)
}

// Size implements ledger.SealRepo.
func (Ledger) Size(k kernel.Tx) (n int64, err error) {
	err = on(k).QueryRow(`SELECT COALESCE(MAX(seq), -1) + 1 FROM ledger WHERE tenant = $1 AND seq >= 0`, string(on(k).tenant)).Scan(&n)
	return n, err
}

// Packs implements ledger.SealRepo.
func (Ledger) Packs(k kernel.Tx, seqs []int64) (map[int64]string, error) {
	out := map[int64]string{}
	if len(seqs) == 0 {
		return out, nil
	}
	args := []any{string(on(k).tenant)}
	in := make([]string, len(seqs))
	for i, n := range seqs {
		args = append(args, n)
		in[i] = "$" + strconv.Itoa(len(args))
	}
	rows, err := on(k).Query("SELECT n, hash FROM ledger_hash WHERE tenant = $1 AND n IN ("+strings.Join(in, ", ")+")", args...)
	l, err := scanAll(rows, err, scanPack)
	for _, p := range l {
		out[p.Seq] = p.Text
	}
	return out, err
}

func scanPack(r *sql.Rows) (p ledger.Pack, err error) {
	err = r.Scan(&p.Seq, &p.Text)
	return p, err
}

// Seal implements ledger.SealRepo. A row that has its sequence keeps it.
func (Ledger) Seal(k kernel.Tx, l []ledger.Sealed) (sealed int64, err error) {
	const most = 60 // rows a statement, as in bulk
	for rest := l; len(rest) > 0; {
		n := min(most, len(rest))
		args := []any{string(on(k).tenant)}
		vals := make([]string, n)
		for i, r := range rest[:n] {
			args = append(args, string(r.ID), r.Seq)
			vals[i] = "(CAST($" + strconv.Itoa(len(args)-1) + " AS TEXT), CAST($" + strconv.Itoa(len(args)) + " AS BIGINT))"
		}
		done, err := on(k).Exec("WITH given (id, seq) AS (VALUES "+strings.Join(vals, ", ")+`)
			UPDATE ledger SET seq = given.seq FROM given WHERE ledger.tenant = $1 AND ledger.id = given.id AND ledger.seq < 0`, args...)
		if err != nil {
			return sealed, err
		}
		sealed += done
		rest = rest[n:]
	}
	return sealed, bulk(k, "INSERT INTO ledger_hash (tenant, n, hash)", 3, "", l, func(r ledger.Sealed) []any {
		return []any{string(on(k).tenant), r.Seq, r.Pack}
	})
}

// AddMark implements ledger.SealRepo.
func (Ledger) AddMark(k kernel.Tx, m ledger.Mark) error {
	_, err := on(k).Exec(`INSERT INTO checkpoint (tenant, size, note, at) VALUES ($1, $2, $3, $4)`, string(on(k).tenant), m.Size, m.Note, ms(m.At))
	return err
}

func scanMark(r scanner) (m ledger.Mark, err error) {
	var when int64
	err = r.Scan(&m.Size, &m.Note, &when)
	m.At = at(when)
	return m, err
}

// LastMark implements ledger.SealRepo.
func (Ledger) LastMark(k kernel.Tx) (*ledger.Mark, error) {
	m, err := scanMark(on(k).QueryRow(`SELECT size, note, at FROM checkpoint WHERE tenant = $1 ORDER BY size DESC LIMIT 1`, string(on(k).tenant)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &m, err
}

// MarksAfter implements ledger.SealRepo and ledger.Source.
func (Ledger) MarksAfter(k kernel.Tx, size int64, limit int) ([]ledger.Mark, error) {
	rows, err := on(k).Query(`SELECT size, note, at FROM checkpoint WHERE tenant = $1 AND size > $2 ORDER BY size LIMIT $3`, string(on(k).tenant), size, limit)
	return scanAll(rows, err, func(r *sql.Rows) (ledger.Mark, error) { return scanMark(r) })
}

// Sealed implements ledger.Source.
func (Ledger) Sealed(k kernel.Tx, afterSeq int64, afterID kernel.ID, limit int) ([]*ledger.Row, error) {
	rows, err := on(k).Query("SELECT "+ledgerCols+` FROM ledger WHERE tenant = $1 AND seq >= 0 AND seq >= $2 AND (seq > $2 OR id > $3)
		ORDER BY seq, id LIMIT $4`, string(on(k).tenant), afterSeq, string(afterID), limit)
	return scanAll(rows, err, scanLedger)
}

// PacksAfter implements ledger.Source.
func (Ledger) PacksAfter(k kernel.Tx, seq int64, limit int) ([]ledger.Pack, error) {
	rows, err := on(k).Query(`SELECT n, hash FROM ledger_hash WHERE tenant = $1 AND n > $2 ORDER BY n LIMIT $3`, string(on(k).tenant), seq, limit)
	return scanAll(rows, err, scanPack)
}

// Subjects implements ledger.Source: every case, with how many ratings it has.
func (Ledger) Subjects(k kernel.Tx, after kernel.ID, limit int) ([]ledger.Subject, error) {
	rows, err := on(k).Query(`SELECT c.id, c.number, c.version, c.step,
		(SELECT COUNT(*) FROM rating r WHERE r.tenant = c.tenant AND r.case_id = c.id)
		FROM case_record c WHERE c.tenant = $1 AND c.id > $2 ORDER BY c.id LIMIT $3`, string(on(k).tenant), string(after), limit)
	return scanAll(rows, err, func(r *sql.Rows) (s ledger.Subject, err error) {
		err = r.Scan(&s.ID, &s.Number, &s.Version, &s.Step, &s.Ratings)
		return s, err
	})
}

// Acts implements ledger.Source.
func (Ledger) Acts(k kernel.Tx, lo, hi kernel.ID) ([]*ledger.Row, error) {
	rows, err := on(k).Query(`SELECT id, object, at, actor, act, version, public, '', '', '', seq FROM ledger
		WHERE tenant = $1 AND object > $2 AND object <= $3 ORDER BY object, version, id`, string(on(k).tenant), string(lo), string(hi))
	return scanAll(rows, err, scanLedger)
}

// LedgerTenants lists the districts that have any trace of a ledger, founded or not.
func LedgerTenants(k kernel.Tx) ([]kernel.Tenant, error) {
	rows, err := on(k).Query(`SELECT tenant FROM ledger GROUP BY tenant UNION SELECT tenant FROM checkpoint GROUP BY tenant
		UNION SELECT tenant FROM ledger_hash GROUP BY tenant UNION SELECT tenant FROM tenant UNION SELECT tenant FROM case_record GROUP BY tenant ORDER BY 1`)
	return scanAll(rows, err, func(r *sql.Rows) (t kernel.Tenant, err error) {
		err = r.Scan(&t)
		return t, err
	})
}
