package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"sanzhi/internal/kernel"
)

// planCmd groups the planning engine's commands: files in, files out, no store; but green reads a district.
type planCmd struct {
	Assign    planAssignCmd    `cmd:"" help:"Give places to fill to those who can fill them, at the least cost."`
	Site      planSiteCmd      `cmd:"" help:"Choose where stations stand: most covered, or nearest to all, with a proven bound."`
	Partition planPartitionCmd `cmd:"" help:"Draw grids: connected parts of nearly equal weight with few edges cut."`
	Reach     planReachCmd     `cmd:"" help:"How far people walk to the nearest site along the streets."`
	Locate    planLocateCmd    `cmd:"" help:"In which zone each point lies."`
	Green     planGreenCmd     `cmd:"" help:"Who has green within 300 m and a park within 500 m, in a straight line and on foot."`
}

// cpuSplit is where a planning command's processor time went, in seconds of user and system time.
type cpuSplit struct {
	Reading  float64 `json:"reading"`
	Building float64 `json:"building"`
	Solving  float64 `json:"solving"`
}

// cpuNow gives the processor time that this process has used.
func cpuNow() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(r.Utime) + seconds(r.Stime)
}

// stopwatch gives the processor time since it was last asked.
type stopwatch struct{ last float64 }

func newStopwatch() *stopwatch { return &stopwatch{cpuNow()} }

func (s *stopwatch) lap() float64 {
	now := cpuNow()
	d := now - s.last
	s.last = now
	return d
}

// readInput reads a file that an option names; what cannot be read is the option's fault and says so.
func readInput(option, name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &kernel.Error{Kind: kernel.KindNotFound, Cause: err, Say: kernel.T("没有这个文件（"+option+"）："+name, "there is no such file ("+option+"): "+name)}
	}
	return b, err
}

// writeOutput writes a result beside its name first, so that a broken run leaves no half of one.
func writeOutput(name string, write func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".plan-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Chmod(0o644); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
