package geo

import (
	"math/big"

	"github.com/paulmach/orb"
)

// orientFilter is the relative error of the float determinant below which its sign proves nothing: (3+16ε)ε with
// ε = 2^-53 (Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997, section 4.3).
const orientFilter = (3 + 16*0x1p-53) * 0x1p-53

// Orient tells on which side of the directed line a→b the point c lies: +1 left, -1 right, 0 exactly on it. The answer is
// exact for all finite coordinates: floats where their error is provably too small to matter, rationals elsewhere.
func Orient(a, b, c orb.Point) int {
	x1, y2 := a[0]-c[0], b[1]-c[1]
	y1, x2 := a[1]-c[1], b[0]-c[0]
	left, right := x1*y2, y1*x2
	det := left - right
	sum := left
	switch {
	case left > 0 && right > 0:
		sum += right
	case left < 0 && right < 0:
		sum = -left - right
	case x1 == 0 || y2 == 0 || y1 == 0 || x2 == 0 || left != 0 && right != 0:
		// One product is exactly zero, or the signs differ: no cancellation, the sign is right unless a product underflowed.
		if (left != 0 || x1 == 0 || y2 == 0) && (right != 0 || y1 == 0 || x2 == 0) {
			return sign(det)
		}
	}
	bound := orientFilter * sum
	if sum > 1e-280 && (det > bound || -det > bound) {
		return sign(det)
	}
	return orientExact(rat(a), rat(b), rat(c))
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return 0
	}
}

// ratPoint is a point with exact rational coordinates, for the few questions that floats cannot put.
type ratPoint [2]*big.Rat

func rat(p orb.Point) ratPoint {
	return ratPoint{new(big.Rat).SetFloat64(p[0]), new(big.Rat).SetFloat64(p[1])}
}

// midpoint is the exact middle of a and b, which need not be a float.
func midpoint(a, b orb.Point) ratPoint {
	half := big.NewRat(1, 2)
	p, q := rat(a), rat(b)
	for i := range p {
		p[i].Add(p[i], q[i])
		p[i].Mul(p[i], half)
	}
	return p
}

func orientExact(a, b, c ratPoint) int {
	var x1, y2, y1, x2 big.Rat
	x1.Sub(a[0], c[0])
	y2.Sub(b[1], c[1])
	y1.Sub(a[1], c[1])
	x2.Sub(b[0], c[0])
	return x1.Mul(&x1, &y2).Cmp(y1.Mul(&y1, &x2))
}

// onSegment reports whether p lies exactly on the closed segment a–b.
func onSegment(a, b, p orb.Point) bool {
	return min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1]) &&
		Orient(a, b, p) == 0
}

// crossProperly reports whether the open segments a–b and c–d cross in one point that is no end of either.
func crossProperly(a, b, c, d orb.Point) bool {
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return false
	}
	return Orient(a, b, c)*Orient(a, b, d) < 0 && Orient(c, d, a)*Orient(c, d, b) < 0
}

// isCCW reports whether a simple closed ring runs counter-clockwise. It is exact: the turn at an extreme vertex decides.
// A ring without area counts as clockwise.
func isCCW(r orb.Ring) bool {
	n := len(r) - 1 // the last vertex repeats the first
	if n < 3 {
		return false
	}
	low := 0
	for i := 1; i < n; i++ {
		if r[i][1] < r[low][1] || r[i][1] == r[low][1] && r[i][0] < r[low][0] {
			low = i
		}
	}
	prev, next := low, low
	for k := 1; k < n && r[prev] == r[low]; k++ {
		prev = (low - k + n) % n
	}
	for k := 1; k < n && r[next] == r[low]; k++ {
		next = (low + k) % n
	}
	return Orient(r[prev], r[low], r[next]) > 0
}
