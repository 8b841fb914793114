package rounds_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
)

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, kernel.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func TestTurn(t *testing.T) {
	for _, c := range []struct {
		name  string
		every rounds.Every
		on    string
		want  string
	}{
		{"daily", rounds.Every{Days: 1}, "2023-04-27", "2023-04-27"},
		{"weekly on the day", rounds.Every{Weeks: 1, On: []string{"thu"}}, "2023-04-27", "2023-04-27"},
		{"weekly before", rounds.Every{Weeks: 1, On: []string{"fri"}}, "2023-04-27", "2023-04-21"},
		{"the last of two days", rounds.Every{Weeks: 1, On: []string{"mon", "wed"}}, "2023-04-27", "2023-04-26"},
		{"over the year", rounds.Every{Weeks: 1, On: []string{"mon"}}, "2023-01-01", "2022-12-26"},
		{"seven days from a Monday", rounds.Every{Days: 7}, "2023-04-27", "2023-04-24"},
		{"before the count began", rounds.Every{Days: 7}, "2019-12-31", "2019-12-30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.every.Turn(day(c.on).Add(20*time.Hour), "x")
			if !ok || !got.Equal(day(c.want)) {
				t.Errorf("%v %v, want %s", got, ok, c.want)
			}
		})
	}
	if _, ok := (rounds.Every{Shift: true}).Turn(day("2023-04-27"), "x"); ok {
		t.Error("a shift has no turn by the calendar")
	}
}

// Whatever the rhythm: each day lies in exactly one turn, a turn lasts as long as the rhythm says, and 1 in n places is new each day.
func TestTurnsFollowOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rounds.Every{Stagger: rapid.Bool().Draw(t, "stagger")}
		if rapid.Bool().Draw(t, "by weeks") {
			e.Weeks = rapid.IntRange(1, 6).Draw(t, "weeks")
			e.On = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}), 1, 7, rapid.ID).Draw(t, "on")
		} else {
			e.Days = rapid.IntRange(1, 40).Draw(t, "days")
		}
		target := kernel.ID(rapid.StringMatching(`[0-9A-Z]{26}`).Draw(t, "target"))
		from := day("2022-12-01").AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "from"))
		var begins []time.Time
		for n := range 180 {
			d := from.AddDate(0, 0, n)
			b, ok := e.Turn(d, target)
			if !ok || b.After(d) {
				t.Fatalf("%s is in the turn %s (%v)", d, b, ok)
			}
			if again, _ := e.Turn(b, target); !again.Equal(b) {
				t.Fatalf("the turn of %s does not begin with itself", b)
			}
			if len(begins) == 0 || !begins[len(begins)-1].Equal(b) {
				if len(begins) > 0 && b.Before(begins[len(begins)-1]) {
					t.Fatal("turns go back")
				}
				begins = append(begins, b)
			}
		}
		for i := 2; i < len(begins); i++ {
			if gap := int(begins[i].Sub(begins[i-1]) / (24 * time.Hour)); gap < e.Length() || e.Days > 0 && gap != e.Days {
				t.Fatalf("a gap of %d days, the rhythm is %d", gap, e.Length())
			}
		}
	})
}

func TestStaggerSpreads(t *testing.T) {
	e := rounds.Every{Days: 7, Stagger: true}
	count := map[time.Time]int{}
	for n := range 700 {
		b, _ := e.Turn(day("2023-04-27"), kernel.NewID(day("2023-01-01").Add(time.Duration(n)*time.Hour)))
		count[b]++
	}
	if len(count) != 7 {
		t.Fatalf("%d days are used", len(count))
	}
	for d, n := range count {
		if n < 50 || n > 160 {
			t.Errorf("%d of 700 on %s", n, d)
		}
	}
}

func TestTurnOfAgreement(t *testing.T) {
	agreed := day("2023-04-27").Add(15 * time.Hour)
	for on, want := range map[string]string{"2023-04-27": "2023-04-27", "2023-05-03": "2023-04-27", "2023-05-04": "2023-05-04", "2023-05-20": "2023-05-18"} {
		if got := rounds.TurnOf(day(on).Add(time.Hour), agreed, 7); !got.Equal(day(want)) {
			t.Errorf("%s: %s, want %s", on, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	due, miss := (&rounds.Template{Within: 3, Grace: 2}).Times(day("2023-04-27"))
	if want := day("2023-04-30").Add(-time.Millisecond); !due.Equal(want) || !miss.Equal(want.AddDate(0, 0, 2)) {
		t.Errorf("due %s, missed %s", due, miss)
	}
}

func stops(t *rapid.T) []rounds.Stop {
	n := rapid.IntRange(0, 40).Draw(t, "n")
	out := make([]rounds.Stop, n)
	for i := range out {
		out[i] = rounds.Stop{ID: kernel.ID(rapid.StringMatching(`[A-Z]{6}`).Draw(t, "id")) + kernel.ID(rune('0'+i)), Lon: 101.7 + rapid.Float64Range(0, 0.1).Draw(t, "lon"), Lat: 36.6 + rapid.Float64Range(0, 0.1).Draw(t, "lat")}
	}
	return out
}

// The order holds each stop once, is the same however they come, and no two legs of it could be exchanged for shorter ones.
func TestWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := stops(t)
		order, metres := rounds.Walk(s)
		if len(order) != len(s) {
			t.Fatalf("%d of %d stops", len(order), len(s))
		}
		at := map[kernel.ID]rounds.Stop{}
		for _, x := range s {
			at[x.ID] = x
		}
		sorted := slices.Sorted(slices.Values(order))
		if len(slices.Compact(sorted)) != len(s) {
			t.Fatal("a stop is there twice")
		}
		shuffled := rapid.Permutation(s).Draw(t, "shuffled")
		if again, m := rounds.Walk(shuffled); !slices.Equal(again, order) || m != metres {
			t.Fatal("another order for the same stops")
		}
		for i := range order {
			for j := i + 1; j < len(order); j++ {
				turned := slices.Clone(order)
				slices.Reverse(turned[i : j+1])
				if l := way(at, turned); l < metres-0.01 {
					t.Fatalf("turning %d to %d shortens %f to %f", i, j, metres, l)
				}
			}
		}
	})
}

func way(at map[kernel.ID]rounds.Stop, order []kernel.ID) float64 {
	sum := 0.0
	for i := 1; i < len(order); i++ {
		_, m := rounds.Walk([]rounds.Stop{at[order[i-1]], at[order[i]]})
		sum += m
	}
	return sum
}

func TestWalkKnown(t *testing.T) {
	line := []rounds.Stop{{"c", 101.73, 36.6}, {"a", 101.71, 36.6}, {"d", 101.74, 36.6}, {"b", 101.72, 36.6}}
	order, _ := rounds.Walk(line)
	if s := order[0] + order[1] + order[2] + order[3]; s != "abcd" && s != "dcba" {
		t.Errorf("along a line: %s", s)
	}
	if order, m := rounds.Walk(nil); order != nil || m != 0 {
		t.Error("nothing is walked nowhere")
	}
}
