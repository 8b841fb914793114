package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// street gives a path of n houses in the format of METIS with its coordinates; from house split on, another community.
func street(n, split int) (graph, coords string) {
	var g, c strings.Builder
	fmt.Fprintf(&g, "%d %d 010\n", n, n-1)
	for v := 1; v <= n; v++ {
		fmt.Fprint(&g, 10)
		if v > 1 {
			fmt.Fprintf(&g, " %d", v-1)
		}
		if v < n {
			fmt.Fprintf(&g, " %d", v+1)
		}
		g.WriteByte('\n')
		community := 0
		if v > split {
			community = 1
		}
		fmt.Fprintf(&c, "%d.5 0 10 %d\n", v, community)
	}
	return g.String(), c.String()
}

func TestPlanPartition(t *testing.T) {
	graph, coords := street(100, 40)
	out := filepath.Join(t.TempDir(), "g.part")
	status, said, errs := plan(t, "partition", "--graph", file(t, "g.graph", graph), "--coords", file(t, "g.xy", coords), "--borders", "--parts", "10", "--out", out, "--json")
	var r partitionReport
	if err := json.Unmarshal([]byte(said), &r); status != exitDone || err != nil || r.Cut != 9 || r.Bound != 9 || r.Within != 10 || r.Broken != 0 || r.Components != 2 || len(r.NotMet) != 0 {
		t.Errorf("status %d, %v: %s %s", status, err, said, errs)
	}
	b, err := os.ReadFile(out)
	lines := strings.Fields(string(b))
	if err != nil || len(lines) != 100 || lines[39] == lines[40] || lines[0] == lines[39] {
		t.Errorf("%v: %q", err, b)
	}
}

func TestPlanPartitionNamesWhatCannotBeMet(t *testing.T) {
	graph, coords := street(100, 14)
	status, said, errs := plan(t, "partition", "--graph", file(t, "g.graph", graph), "--coords", file(t, "g.xy", coords), "--borders", "--parts", "10")
	if status != exitDone || !strings.Contains(said, "社区 0") || !strings.Contains(said, "neither 1 nor 2 parts fit") {
		t.Errorf("status %d: %s %s", status, said, errs)
	}
}

func TestPlanPartitionSaysWhatIsWrong(t *testing.T) {
	graph, coords := street(9, 9)
	for _, tt := range []struct{ graph, coords, parts, want string }{
		{strings.Replace(graph, "10 2\n", "10 2 2\n", 1), coords, "3", "line 2"},
		{graph, strings.Replace(coords, "3.5", "nan", 1), "3", "第 3 行"},
		{graph, coords, "10", "parts"},
		{graph, strings.ReplaceAll(coords, " 10 0\n", "\n"), "3", "communities"},
	} {
		status, _, errs := plan(t, "partition", "--graph", file(t, "g.graph", tt.graph), "--coords", file(t, "g.xy", tt.coords), "--borders", "--parts", tt.parts)
		if status != exitFailed || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: status %d: %s", tt.want, status, errs)
		}
	}
}
