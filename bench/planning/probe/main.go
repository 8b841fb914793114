// Command probe measures what the planning engine does inside one process and no command of the program shows alone: one
// isochrone with its people, one changed order solved anew. It also runs a command of the program under a processor profile.
//
//	probe isochrones NETWORK.osm.pbf POINTS.csv METRES COUNT OUT.csv
//	probe change INSTANCE COUNT OUT       (writes OUT.instance and OUT.solution as they stand after the last change)
//	probe profile OUT.pprof TIMES plan …  (the program's own command line, so many times)
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"syscall"

	"sanzhi/internal/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 6 && args[0] == "isochrones":
		return isochrones(args[1], args[2], args[3], args[4], args[5])
	case len(args) == 4 && args[0] == "change":
		return change(args[1], args[2], args[3])
	case len(args) > 4 && args[0] == "profile":
		return profile(args[1], args[2], args[3:])
	}
	return fmt.Errorf("probe isochrones NETWORK POINTS METRES COUNT OUT | change INSTANCE COUNT OUT | profile OUT TIMES plan …")
}

// cpu is the processor time of this process in seconds, all threads of it.
func cpu() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}

func tell(v map[string]any) error { return json.NewEncoder(os.Stdout).Encode(v) }

// middle is the median; it sorts what it is given.
func middle(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func number(s string, most int) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && (n < 1 || n > most) {
		err = fmt.Errorf("%s is not between 1 and %d", s, most)
	}
	return n, err
}

// inTo writes a file through a buffer.
func inTo(name string, write func(w io.Writer) error) error {
	f, err := os.Create(filepath.Clean(name))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func profile(out, many string, args []string) error {
	times, err := number(many, 1000)
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Clean(out))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	for range times {
		if code := cli.Main(args, os.Stdin, io.Discard, os.Stderr); code > 1 {
			return fmt.Errorf("the command ended with %d", code)
		}
	}
	pprof.StopCPUProfile()
	return f.Close()
}
