package cli

import (
	"bufio"
	"fmt"
	"os"

	"sanzhi/internal/planning/siting"
)

type planSiteCmd struct {
	Instance string `help:"File: a covering ('candidates rows p', then 'weight k c1 … ck' a row) or a p-median of the OR-Library." required:"" type:"path"`
	Model    string `help:"covering or pmedian." enum:"covering,pmedian" required:""`
	Out      string `help:"File for the chosen sites, one a line, numbered as in the instance." type:"path"`
	Seed     uint64 `help:"Seed of the search." default:"1"`
	Rounds   int    `help:"Steps of the bound at most; 0 is the default." default:"0"`
	Nodes    int    `help:"Branches at most; 0 is the default, below 0 none." default:"0"`
}

// siteReport is what the command tells of a choice of sites.
type siteReport struct {
	Model  string   `json:"model"`
	Sites  int      `json:"sites"`
	P      int      `json:"p"`
	Value  int64    `json:"value"`
	Bound  int64    `json:"bound"`
	Gap    float64  `json:"gap"`
	Proven bool     `json:"proven"`
	Open   []int32  `json:"open"`
	Rounds int      `json:"rounds"`
	Nodes  int      `json:"nodes"`
	CPU    cpuSplit `json:"cpu"`
}

// Run implements the command.
func (c *planSiteCmd) Run(e *env) error {
	watch := newStopwatch()
	raw, err := readInput("--instance", c.Instance)
	if err != nil {
		return err
	}
	r := siteReport{Model: c.Model}
	o := siting.Options{Seed: c.Seed, Rounds: c.Rounds, Nodes: c.Nodes}
	var a *siting.Answer
	first := int32(1)
	if c.Model == "covering" {
		var in *siting.Covering
		if in, first, err = siting.ReadCovering(raw); err != nil {
			return err
		}
		r.CPU.Reading, r.Sites, r.P = watch.lap(), in.Candidates, in.P
		a, err = siting.SolveCovering(e.ctx, in, o)
	} else {
		var in *siting.Median
		if in, err = siting.ReadMedian(raw); err != nil {
			return err
		}
		r.CPU.Reading, r.Sites, r.P = watch.lap(), in.Sites, in.P // shortest paths are part of it
		a, err = siting.SolveMedian(e.ctx, in, o)
	}
	if err != nil {
		return err
	}
	r.CPU.Solving = watch.lap()
	r.Value, r.Bound, r.Gap, r.Proven, r.Rounds, r.Nodes = a.Value, a.Bound, a.Gap(), a.Value == a.Bound, a.Rounds, a.Nodes
	for _, j := range a.Open {
		r.Open = append(r.Open, j+first)
	}
	if c.Out != "" {
		if err := writeOutput(c.Out, func(f *os.File) error {
			w := bufio.NewWriter(f)
			for _, j := range r.Open {
				if _, err := fmt.Fprintln(w, j); err != nil {
					return err
				}
			}
			return w.Flush()
		}); err != nil {
			return err
		}
	}
	if e.global.JSON {
		return e.printJSON(r)
	}
	e.printf("值 %d，界 %d，差 %.4f %%；读 %.3f 秒，解 %.3f 秒\nvalue %d, bound %d, gap %.4f %%; CPU seconds: reading %.3f, solving %.3f; %d rounds, %d nodes\n",
		r.Value, r.Bound, 100*r.Gap, r.CPU.Reading, r.CPU.Solving, r.Value, r.Bound, 100*r.Gap, r.CPU.Reading, r.CPU.Solving, r.Rounds, r.Nodes)
	return nil
}
