// Command s2 finds with Google's S2 library in which zone each point lies. It prints the processor seconds of building the index
// and of answering as JSON and writes the number of the zone of each point, −1 where there is none.
//
//	s2 ZONES.geojson POINTS.csv OUT
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/golang/geo/s2"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func cpu() float64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}

func run(zones, points, out string) error {
	rings, err := readRings(zones)
	if err != nil {
		return err
	}
	at, err := readPoints(points)
	if err != nil {
		return err
	}
	begin := cpu()
	index, number := s2.NewShapeIndex(), map[s2.Shape]int{}
	for i, ring := range rings {
		corners := make([]s2.Point, 0, len(ring))
		for _, c := range ring[:len(ring)-1] { // S2 closes a loop by itself
			corners = append(corners, s2.PointFromLatLng(s2.LatLngFromDegrees(c[1], c[0])))
		}
		p := s2.PolygonFromLoops([]*s2.Loop{s2.LoopFromPoints(corners)})
		index.Add(p)
		number[p] = i
	}
	index.Build()
	built := cpu()
	ask := s2.NewContainsPointQuery(index, s2.VertexModelClosed)
	found := make([]int, len(at))
	for i, p := range at {
		found[i] = -1
		for _, s := range ask.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(p[1], p[0]))) {
			if z := number[s]; found[i] < 0 || z < found[i] {
				found[i] = z
			}
		}
	}
	done := cpu()
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, z := range found {
		fmt.Fprintln(w, z)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("{\"building\": %.6f, \"cpu\": %.6f}\n", built-begin, done-built)
	return f.Close()
}

func readRings(name string) ([][][2]float64, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all struct {
		Features []struct {
			Geometry struct{ Coordinates [][][2]float64 }
		}
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	rings := make([][][2]float64, len(all.Features))
	for i, f := range all.Features {
		rings[i] = f.Geometry.Coordinates[0]
	}
	return rings, nil
}

func readPoints(name string) ([][2]float64, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")[1:]
	at := make([][2]float64, len(lines))
	for i, l := range lines {
		f := strings.Split(l, ",")
		for k := range 2 {
			if at[i][k], err = strconv.ParseFloat(f[k+1], 64); err != nil {
				return nil, err
			}
		}
	}
	return at, nil
}
