package reach

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// TestGreenOverTheWall: a park of 100 m by 100 m lies beside homes, but its entrance is on the far side.
func TestGreenOverTheWall(t *testing.T) {
	f := planeAt(orb.Point{101.7, 36.6})
	at := func(x, y float64) orb.Point { return orb.Point{101.7 + x/f.kx, 36.6 + y/f.ky} }
	square := func(x, y, s float64) orb.Polygon {
		return orb.Polygon{{at(x, y), at(x+s, y), at(x+s, y+s), at(x, y+s), at(x, y)}}
	}
	// A street passes 10 m south of the park, from 1000 m west to 1000 m east.
	n, err := New([]orb.Point{at(-1000, -10), at(1000, -10)}, []Side{{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	park := Green{Shape: square(0, 0, 100), Entrances: []orb.Point{at(100, 0)}}
	compounds := []orb.Geometry{square(-450, 0, 100), square(-700, 0, 150)}
	homes := []Home{{at(-400, 0), 30, 0}, {at(-300, 0), 10, -1}, {at(-700, 0), 60, 1}}
	got := n.Greenness(SeePark, []Green{park, {Shape: square(-690, 10, 60)}}, homes, compounds, 5)
	// In a straight line 500 m reach to x = −500; on foot 500 m from (100,0) less 10 m at each end: to x = −380 on the street.
	if got.Straight.People != 0.4 || math.Abs(got.Straight.Area-100.0*100/(100*100+150*150)) > 0.03 || got.Straight.Compounds != 0.5 {
		t.Errorf("straight %+v", got.Straight)
	}
	if got.OnFoot.People != 0.1 || got.OnFoot.Compounds != 0 || got.OnFoot.Area <= 0 || got.OnFoot.Area >= got.Straight.Area {
		t.Errorf("on foot %+v", got.OnFoot)
	}
	// As a green, the small one counts: it lies in the second compound, and the street is its way in.
	if got = n.Greenness(SeeGreen, []Green{{Shape: square(-690, 10, 60)}}, homes, compounds, 5); got.Straight.People != 0.9 || got.OnFoot.People < 0.6 {
		t.Errorf("%+v", got)
	}
	// Whoever lives in the middle of a wide park has it at the door.
	wide := Green{Shape: square(-1000, -1000, 2000), Entrances: []orb.Point{at(1000, -10)}}
	if got = n.Greenness(SeePark, []Green{wide}, []Home{{at(-300, 0), 5, -1}}, nil, 5); got.Straight.People != 1 || got.OnFoot.People != 1 {
		t.Errorf("%+v", got)
	}
	if none := n.Greenness(SeeGreen, nil, nil, nil, 0); none != (Access{}) {
		t.Errorf("%+v", none)
	}
}

func TestDoors(t *testing.T) {
	n, err := New([]orb.Point{{0, 0}, {0.01, 0}}, []Side{{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	across := n.Doors(orb.Polygon{{{0.004, -0.001}, {0.006, -0.001}, {0.006, 0.001}, {0.004, 0.001}, {0.004, -0.001}}}, nil)
	if len(across) != 2 || math.Abs(n.Place(across[0])[0]-0.006) > 1e-9 || math.Abs(n.Place(across[1])[0]-0.004) > 1e-9 || across[0].Beside != 0 {
		t.Errorf("%v", across)
	}
	beside := n.Doors(orb.Polygon{{{0.004, 0.001}, {0.006, 0.001}, {0.005, 0.002}, {0.004, 0.001}}}, nil)
	if len(beside) != 1 || math.Abs(Metres(beside[0].Beside)-111.2) > 0.1 {
		t.Errorf("%v", beside)
	}
}
