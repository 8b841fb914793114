package cli

import (
	"os"

	"sanzhi/internal/planning/assign"
)

type planAssignCmd struct {
	Instance string `help:"File: 'nL nR nArcs', supplies, demands, then 'l r cost' a line." required:"" type:"path"`
	Out      string `help:"File for the solution: 'l r amount' a line." type:"path"`
}

// assignReport is what the command tells of a solution.
type assignReport struct {
	Left   int   `json:"left"`
	Right  int   `json:"right"`
	Arcs   int   `json:"arcs"`
	Cost   int64 `json:"cost"`
	Bound  int64 `json:"bound"`
	Proven bool  `json:"proven"`
	Filled int64 `json:"filled"`
	Asked  int64 `json:"asked"`
	// Lack names what cannot be filled: these right nodes ask for more than the left nodes that could serve them have.
	Lack   *assignLack `json:"lack,omitempty"`
	Pivots int         `json:"pivots"`
	CPU    cpuSplit    `json:"cpu"`
}

type assignLack struct {
	Right []int32 `json:"right"`
	Left  []int32 `json:"left"`
	Asked int64   `json:"asked"`
	There int64   `json:"there"`
}

// Run implements the command: exit status 1 when not all can be filled.
func (c *planAssignCmd) Run(e *env) error {
	watch := newStopwatch()
	var r assignReport
	raw, err := readInput("--instance", c.Instance)
	if err != nil {
		return err
	}
	p, err := assign.Read(raw)
	if err != nil {
		return err
	}
	r.CPU.Reading = watch.lap()
	solver, err := assign.NewSolver(p)
	if err != nil {
		return err
	}
	r.CPU.Building = watch.lap()
	s, err := solver.Solve(e.ctx)
	if err != nil {
		return err
	}
	r.CPU.Solving = watch.lap()
	r.Left, r.Right, r.Arcs, r.Pivots = len(p.Supply), len(p.Demand), len(p.Arcs), s.Pivots
	r.Cost, r.Bound, r.Proven, r.Filled = s.Cost, s.Bound, s.Cost == s.Bound, s.Filled
	for _, d := range p.Demand {
		r.Asked += d
	}
	if k := s.Lack; k != nil {
		r.Lack = &assignLack{Right: k.Right, Left: k.Left, Asked: k.Asked, There: k.There}
	}
	if c.Out != "" {
		if err := writeOutput(c.Out, func(f *os.File) error { return s.Write(f) }); err != nil {
			return err
		}
	}
	if e.global.JSON {
		err = e.printJSON(r)
	} else {
		e.printf("费用 %d，下界 %d，满足 %d / %d；读 %.3f 秒，建 %.3f 秒，解 %.3f 秒\ncost %d, bound %d, filled %d of %d; CPU seconds: reading %.3f, building %.3f, solving %.3f\n",
			r.Cost, r.Bound, r.Filled, r.Asked, r.CPU.Reading, r.CPU.Building, r.CPU.Solving, r.Cost, r.Bound, r.Filled, r.Asked, r.CPU.Reading, r.CPU.Building, r.CPU.Solving)
		if r.Lack != nil {
			e.printf("不够：%d 个需求要 %d，能满足它们的 %d 个一共只有 %d。\nShort: %d right nodes ask for %d, the %d left nodes that could serve them have %d.\n",
				len(r.Lack.Right), r.Lack.Asked, len(r.Lack.Left), r.Lack.There, len(r.Lack.Right), r.Lack.Asked, len(r.Lack.Left), r.Lack.There)
		}
	}
	if err == nil && r.Lack != nil {
		return errNotSo
	}
	return err
}
