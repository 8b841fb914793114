package kernel

import (
	"crypto/rand"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"
)

// ID is a ULID in its canonical 26 upper-case Crockford characters. IDs made later sort later to the millisecond;
// within a millisecond, and across processes, their order says nothing, so nothing may depend on it.
type ID string

// NewID makes an ID for the instant at. A ULID tells instants from 1970 to 10889; an earlier or later one, such as the zero
// time or a date mistyped in an import, takes the nearest of these, so that every instant has an ID and the order stays.
func NewID(at time.Time) ID {
	ms := uint64(min(max(at.UnixMilli(), 0), int64(ulid.MaxTime())))
	return ID(ulid.MustNew(ms, rand.Reader).String())
}

// ParseID accepts a ULID as a client sends it, in either case, and gives it in its canonical form. Anything else is
// KindInvalid for the named field.
func ParseID(field, s string) (ID, error) {
	u, err := ulid.ParseStrict(s)
	if err != nil {
		return "", Invalid(field, T("编号不对，请从列表里重新打开", "this id is not valid; open the item again from its list"))
	}
	return ID(u.String()), nil
}

// Tenant is a founded county-level body, named by its 6-digit division code at the founding. The code of a tenant never
// changes when division codes do. 99xxxx stands for places outside China.
type Tenant string

// ParseTenant accepts exactly six digits.
func ParseTenant(s string) (Tenant, error) {
	if len(s) != 6 {
		return "", Invalid("tenant", T("区县代码应为 6 位数字", "a district code has six digits"))
	}
	if _, err := strconv.ParseUint(s, 10, 32); err != nil {
		return "", Invalid("tenant", T("区县代码应为 6 位数字", "a district code has six digits"))
	}
	return Tenant(s), nil
}
