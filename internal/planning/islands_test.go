package planning

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"sanzhi/internal/planning/cells"
)

// A piece too small for a grid of its own goes with the nearest home; a larger one stays apart; what is joined is told.
func TestIslandsGoWithTheNearest(t *testing.T) {
	d := &draft{g: &Ground{Areas: []Area{{Name: "河滩社区"}}}}
	var seeds []orb.Point
	var homes []int
	add := func(x float64, people int) int {
		seeds = append(seeds, orb.Point{x, 36})
		homes = append(homes, len(d.free))
		d.free = append(d.free, len(d.g.Homes))
		d.g.Homes = append(d.g.Homes, Home{At: orb.Point{x, 36}, People: people})
		return len(homes) - 1
	}
	a, b := add(101.00, 200), add(101.01, 200)
	far := add(101.10, 90) // large enough to stay apart
	tiny := add(101.02, 3) // nearest to b
	lone := add(101.09, 0) // nearest to far
	edges := []cells.Edge{{A: int32(a), B: int32(b), Length: 7}}
	got := d.islands(0, homes, seeds, edges, 150)
	joined := map[[2]int32]bool{}
	for _, e := range got {
		joined[[2]int32{e.A, e.B}] = true
	}
	if len(got) != 3 || !joined[[2]int32{int32(b), int32(tiny)}] || !joined[[2]int32{int32(far), int32(lone)}] {
		t.Errorf("joined: %v", got)
	}
	if len(d.notes) != 1 || !strings.Contains(d.notes[0].Zh, "2 块地方、共 3 人") {
		t.Errorf("told: %v", d.notes)
	}
	whole := append(got, cells.Edge{A: int32(b), B: int32(far), Length: 1})
	if again := d.islands(0, homes, seeds, whole, 150); len(again) != len(whole) {
		t.Errorf("what hangs together was joined: %v", again)
	}
}
