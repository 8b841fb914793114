package access

import (
	"sync"

	"sanzhi/internal/kernel"
)

// OrderLimiters give each district a limiter by its own limits. A change of them begins anew.
type OrderLimiters struct {
	clock kernel.Clock

	mu sync.Mutex
	by map[kernel.Tenant]*OrderLimiter
}

// NewOrderLimiters makes an empty set.
func NewOrderLimiters(clock kernel.Clock) *OrderLimiters {
	return &OrderLimiters{clock: clock, by: map[kernel.Tenant]*OrderLimiter{}}
}

// Of gives the limiter of a district.
func (o *OrderLimiters) Of(t kernel.Tenant, limits OrderLimits) *OrderLimiter {
	o.mu.Lock()
	defer o.mu.Unlock()
	if l := o.by[t]; l != nil && l.limits == limits {
		return l
	}
	o.by[t] = NewOrderLimiter(limits, o.clock)
	return o.by[t]
}
