package kernel

import (
	"context"
	"time"
)

// Tx is one unit of work in one tenant, opaque to the rooms: they pass it to their repositories and to each other's
// ports, so that an act over several rooms is one transaction. A Tx must not leave the function that was given it.
type Tx interface {
	// Tenant is whose data the unit of work may touch.
	Tenant() Tenant
	// Now is the instant of the unit of work, the same for all that it writes.
	Now() time.Time
}

// Store opens units of work.
type Store interface {
	// View runs fn on a consistent snapshot. fn writes nothing.
	View(ctx context.Context, t Tenant, fn func(Tx) error) error
	// Update runs fn and commits what it wrote, durably, before it returns nil. An error of fn undoes all that fn wrote
	// and is returned as it is. fn may run more than once (a lost race inside the engine) and may share its commit with
	// others', so it must be quick, must touch nothing but the Tx, and must never call the network.
	Update(ctx context.Context, t Tenant, fn func(Tx) error) error
}

// Page asks for at most Limit rows after a cursor that an earlier answer gave. There are no offsets.
type Page struct {
	After string
	Limit int
}

// Clamp gives the page with its limit between 1 and most, starting from def when none is asked. A most below 1 counts as 1:
// a page of nothing would have no cursor to go on from.
func (p Page) Clamp(def, most int) Page {
	if p.Limit <= 0 {
		p.Limit = def
	}
	p.Limit = max(min(p.Limit, most), 1)
	return p
}

// RequestKey names one request of one caller, so that sending it again does not do it again.
type RequestKey struct {
	Tenant Tenant
	Caller string // account, or the kind of an unsigned caller with its address
	Key    string // the Idempotency-Key; empty: the request is not protected
	Body   []byte // what was sent, method and path included
}
