package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"sanzhi/internal/geo"
	"sanzhi/internal/planning/reach"
)

// streets is a walking network with its people.
type streets struct {
	n      *reach.Network
	ids    []int64
	demand *reach.Demand
}

func readStreets(network, points string) (*streets, error) {
	raw, err := os.ReadFile(filepath.Clean(network))
	if err != nil {
		return nil, err
	}
	s := &streets{}
	if s.n, s.ids, err = reach.FromOSM(raw); err != nil {
		return nil, err
	}
	if raw, err = os.ReadFile(filepath.Clean(points)); err != nil {
		return nil, err
	}
	table, err := geo.ReadPoints(raw)
	if err != nil {
		return nil, err
	}
	at, count := []reach.Location{}, []int64{}
	for i, p := range table.At {
		if l, ok := s.n.Snap(p); ok {
			at, count = append(at, l), append(count, table.Count[i])
		}
	}
	s.demand = reach.NewDemand(s.n, at, count)
	return s, nil
}

// isochrones measures, from nodes drawn at random, the streets within some metres and the people there, one isochrone after
// another; what each came to is written for the scorer.
func isochrones(network, points, metres, many, out string) error {
	within, err := strconv.ParseFloat(metres, 64)
	if err != nil {
		return err
	}
	count, err := number(many, 1_000_000)
	if err != nil {
		return err
	}
	s, err := readStreets(network, points)
	if err != nil {
		return err
	}
	radius := []uint32{reach.Units(within)}
	node, from := make([]int, count), make([]reach.Location, count)
	r := rand.New(rand.NewPCG(7, 11))
	for i := range from {
		for ok := false; !ok; {
			node[i] = r.IntN(s.n.Nodes())
			from[i], ok = s.n.NodeLocation(node[i])
		}
	}
	people, length := make([]int64, count), make([]uint64, count)
	search, sums := reach.NewSearch(s.n), make([]int64, 1)
	begin := cpu()
	for i, l := range from {
		search.Population(s.demand, l, radius, sums)
		people[i] = sums[0]
	}
	summed := cpu()
	for i, l := range from {
		for _, x := range search.Isochrone(l, radius[0]) {
			length[i] += uint64(x.To - x.From)
		}
	}
	drawn := cpu()
	err = inTo(out, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, "node,people,metres")
		for i := 0; i < len(node) && err == nil; i++ {
			_, err = fmt.Fprintf(w, "%d,%.3f,%.4f\n", s.ids[node[i]], float64(people[i])/1000, float64(length[i])/reach.UnitsPerMetre)
		}
		return err
	})
	if err != nil {
		return err
	}
	return tell(map[string]any{"people": (summed - begin) / float64(count), "streets": (drawn - summed) / float64(count), "count": count})
}
