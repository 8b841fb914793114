package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"sanzhi/internal/kernel"
)

// DefaultSeed is the public seed of the demonstration district.
const DefaultSeed = "sanzhi-630105"

// Tenant is the demonstration district's tenant, 西宁市城北区.
const Tenant kernel.Tenant = "630105"

// Founded is when the demonstration district was founded: every ID made from the seed carries this instant.
var Founded = time.Date(2022, 1, 1, 0, 0, 0, 0, kernel.Shanghai).UTC()

// seeded derives everything random from one public text, so that each part has its own stream and a change in one part
// leaves the others as they were.
type seeded string

// id gives the ULID of the thing named key: the founding instant and 80 bits of SHA-256.
func (s seeded) id(key string) kernel.ID {
	h := sha256.Sum256([]byte(string(s) + "|id|" + key))
	var u ulid.ULID
	_ = u.SetTime(uint64(Founded.UnixMilli())) // fits in 48 bits until the year 10889
	copy(u[6:], h[:10])
	return kernel.ID(u.String())
}

// rng gives the stream of random numbers with the given name.
func (s seeded) rng(name string) *rand.Rand {
	h := sha256.Sum256([]byte(string(s) + "|rng|" + name))
	//nolint:gosec // made-up data must be the same on every machine; nothing secret comes of it
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(h[:8]), binary.LittleEndian.Uint64(h[8:16])))
}

// between gives a whole number in [lo, hi].
func between(r *rand.Rand, lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// pick gives one of the values.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
