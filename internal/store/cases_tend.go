package store

import (
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

var _ cases.Tending = Cases{}

// DropHelpers implements cases.Tending.
func (Cases) DropHelpers(k kernel.Tx, id kernel.ID) error {
	return do(k, `DELETE FROM case_cohandle WHERE tenant = $1 AND case_id = $2`, string(on(k).tenant), string(id))
}

// ClaimTick implements cases.Tending. The row is locked until the unit of work has ended; who waited for it sees it moved.
func (Cases) ClaimTick(k kernel.Tx, c *cases.Case) (bool, error) {
	return one(k, `UPDATE case_record SET tick_at = $1 WHERE tenant = $2 AND id = $3 AND version = $4 AND tick_at = $1`,
		ms(c.TickAt), string(on(k).tenant), string(c.ID), c.Version)
}
