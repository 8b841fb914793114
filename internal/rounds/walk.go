package rounds

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// Stop is a place to go to, in WGS84.
type Stop struct {
	ID       kernel.ID
	Lon, Lat float64
}

// Bounds of the work for one order: further starts and rounds gain little and cost a phone's patience.
const (
	maxStarts = 12
	maxPasses = 40
)

// Walk orders stops for walking: the nearest next, from the start that gives the shortest way, mended by 2-opt until nothing
// crosses. It gives the ids and the length in metres as the crow flies. The same stops give the same order however they come.
func Walk(stops []Stop) ([]kernel.ID, float64) {
	if len(stops) == 0 {
		return nil, 0
	}
	s := slices.Clone(stops)
	slices.SortFunc(s, func(a, b Stop) int { return cmp.Compare(a.ID, b.ID) })
	dist := make([][]float64, len(s))
	for i := range s {
		dist[i] = make([]float64, len(s))
		for j := range i {
			d := geo.Distance(orb.Point{s[i].Lon, s[i].Lat}, orb.Point{s[j].Lon, s[j].Lat})
			dist[i][j], dist[j][i] = d, d
		}
	}
	var best []int
	least := 0.0
	for n := range min(len(s), maxStarts) {
		way := nearest(dist, n*len(s)/min(len(s), maxStarts))
		untangle(dist, way)
		if l := length(dist, way); best == nil || l < least-1e-9 {
			best, least = way, l
		}
	}
	out := make([]kernel.ID, len(best))
	for i, at := range best {
		out[i] = s[at].ID
	}
	return out, least
}

func nearest(dist [][]float64, from int) []int {
	way, been := []int{from}, make([]bool, len(dist))
	been[from] = true
	for len(way) < len(dist) {
		at, next := way[len(way)-1], -1
		for j := range dist {
			if !been[j] && (next < 0 || dist[at][j] < dist[at][next]) {
				next = j
			}
		}
		been[next] = true
		way = append(way, next)
	}
	return way
}

// untangle turns round parts of an open way as long as that shortens it.
func untangle(dist [][]float64, way []int) {
	n := len(way)
	for range maxPasses {
		better := false
		for i := range n - 1 {
			for j := i + 1; j < n; j++ {
				// The part from i to j is turned: the legs before i and after j change, where there are any.
				was, now := 0.0, 0.0
				if i > 0 {
					was, now = was+dist[way[i-1]][way[i]], now+dist[way[i-1]][way[j]]
				}
				if j < n-1 {
					was, now = was+dist[way[j]][way[j+1]], now+dist[way[i]][way[j+1]]
				}
				if now < was-1e-9 {
					slices.Reverse(way[i : j+1])
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

func length(dist [][]float64, way []int) float64 {
	sum := 0.0
	for i := 1; i < len(way); i++ {
		sum += dist[way[i-1]][way[i]]
	}
	return sum
}
