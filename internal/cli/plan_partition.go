package cli

import (
	"os"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning/partition"
)

type planPartitionCmd struct {
	Graph     string  `help:"File in the format of METIS: 'n m fmt', then a vertex a line." required:"" type:"path"`
	Coords    string  `help:"File with a vertex a line: 'x y weight community'." required:"" type:"path"`
	Borders   bool    `help:"Let no part cross from one community to another."`
	Parts     int     `help:"How many parts." required:""`
	Tolerance float64 `help:"How far a part may be from the mean weight, both ways." default:"0.10"`
	Seed      uint64  `help:"The same seed gives the same plan on every machine." default:"1"`
	Effort    int     `help:"Further rounds of improvement, 0 to 10." default:"0"`
	Compact   float64 `help:"How many cut edges a vertex at the mean radius counts." default:"0"`
	Out       string  `help:"File for the partition: the part of each vertex, one a line." type:"path"`
}

// partitionReport is what the command tells of a partition.
type partitionReport struct {
	Vertices   int                `json:"vertices"`
	Edges      int                `json:"edges"`
	Parts      int                `json:"parts"`
	Components int                `json:"components"`
	Cut        int64              `json:"cut"`
	Bound      int64              `json:"bound"`
	Mean       float64            `json:"mean"`
	Least      int64              `json:"least"`
	Most       int64              `json:"most"`
	Within     int                `json:"within"`
	Share      float64            `json:"share"`
	Broken     int                `json:"broken"`
	Radius     float64            `json:"radius"`
	NotMet     []partition.NotMet `json:"notMet"`
	CPU        cpuSplit           `json:"cpu"`
}

// read takes both files; the communities are nil without --borders.
func (c *planPartitionCmd) read() (*partition.Graph, []int32, error) {
	raw, err := readInput("--graph", c.Graph)
	if err != nil {
		return nil, nil, err
	}
	g, err := partition.ReadGraph(raw)
	if err != nil {
		return nil, nil, err
	}
	if raw, err = readInput("--coords", c.Coords); err != nil {
		return nil, nil, err
	}
	communities, err := g.ReadCoordinates(raw)
	if err != nil || !c.Borders {
		return g, nil, err
	}
	if communities == nil {
		return nil, nil, kernel.Invalid("--borders", kernel.T("坐标文件没有社区这一列", "the file of coordinates has no column of communities"))
	}
	return g, communities, nil
}

// Run implements the command. What could not be met is named; the plan is made all the same.
func (c *planPartitionCmd) Run(e *env) error {
	watch := newStopwatch()
	var r partitionReport
	g, borders, err := c.read()
	if err != nil {
		return err
	}
	r.CPU.Reading = watch.lap()
	s, err := partition.Solve(e.ctx, g, partition.Options{Parts: c.Parts, Tolerance: c.Tolerance, Seed: c.Seed, Effort: c.Effort, Compact: c.Compact, Borders: borders})
	if err != nil {
		return err
	}
	r.CPU.Solving = watch.lap()
	r.Vertices, r.Edges, r.Parts, r.Components = len(g.Weight), len(g.Arcs)/2, s.Parts, s.Components
	r.Cut, r.Bound, r.Mean, r.Least, r.Most = s.Cut, s.Bound, s.Mean, s.Least, s.Most
	r.Within, r.Share, r.Broken, r.Radius = s.Within, float64(s.Within)/float64(s.Parts), s.Broken, s.Radius
	r.NotMet = append([]partition.NotMet{}, s.NotMet...)
	if c.Out != "" {
		if err := writeOutput(c.Out, func(f *os.File) error { return s.Write(f) }); err != nil {
			return err
		}
	}
	if e.global.JSON {
		err = e.printJSON(r)
	} else {
		e.printf("切边 %d（下界 %d），%d / %d 份在范围内，重量 %d 到 %d，断开 %d 份，半径 %.1f；读 %.3f 秒，解 %.3f 秒\n"+
			"cut %d (bound %d), %d of %d parts within, weights %d to %d, %d broken, radius %.1f; CPU seconds: reading %.3f, solving %.3f\n",
			r.Cut, r.Bound, r.Within, r.Parts, r.Least, r.Most, r.Broken, r.Radius, r.CPU.Reading, r.CPU.Solving,
			r.Cut, r.Bound, r.Within, r.Parts, r.Least, r.Most, r.Broken, r.Radius, r.CPU.Reading, r.CPU.Solving)
		for _, m := range r.NotMet {
			e.printf("%s\n%s\n", m.Say.Zh, m.Say.En)
		}
	}
	return err
}
