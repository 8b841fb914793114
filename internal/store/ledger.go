package store

import (
	"database/sql"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// Ledger keeps what was done, by whom. Nothing here changes a row but sealing (once) and erasing its personal part.
type Ledger struct{}

var _ ledger.Repo = Ledger{}

const ledgerCols = `id, object, at, actor, act, version, public, digest, salt, personal, seq`

// Append implements ledger.Repo.
func (Ledger) Append(k kernel.Tx, r *ledger.Row) error {
	return do(k, "INSERT INTO ledger (tenant, "+ledgerCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		string(on(k).tenant), string(r.ID), string(r.Object), ms(r.At), r.Actor, r.Act, r.Version, r.Public, r.Digest, r.Salt, r.Personal, r.Seq)
}

func scanLedger(rs *sql.Rows) (*ledger.Row, error) {
	r := &ledger.Row{}
	var when int64
	err := rs.Scan(&r.ID, &r.Object, &when, &r.Actor, &r.Act, &r.Version, &r.Public, &r.Digest, &r.Salt, &r.Personal, &r.Seq)
	r.At = at(when)
	return r, err
}

// OfObject implements ledger.Repo. Acts on one object follow each other in time; within a millisecond the version decides.
func (Ledger) OfObject(k kernel.Tx, object kernel.ID) ([]*ledger.Row, error) {
	rows, err := on(k).Query("SELECT "+ledgerCols+" FROM ledger WHERE tenant = $1 AND object = $2 ORDER BY at, version, id",
		string(on(k).tenant), string(object))
	return scanAll(rows, err, scanLedger)
}
