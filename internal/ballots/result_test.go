package ballots_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
)

func group(name string, eligible int, votes ...int) ballots.Group {
	g := ballots.Group{Name: name, Turnout: ballots.Turnout{Eligible: eligible}, Votes: map[string]int{}}
	for i, n := range votes {
		g.Votes[[]string{"yes", "no", "abstain"}[i]] = n
		g.Turnout.Voted += n
	}
	return g
}

func count(l ...ballots.Group) *ballots.Count {
	c := &ballots.Count{Votes: map[string]int{}, Groups: l}
	for _, g := range l {
		c.Turnout.Voted, c.Turnout.Eligible = c.Turnout.Voted+g.Turnout.Voted, c.Turnout.Eligible+g.Turnout.Eligible
		for k, n := range g.Votes {
			c.Votes[k] += n
		}
	}
	return c
}

func names(c *ballots.Count) (out []string) {
	for _, g := range c.Groups {
		out = append(out, g.Name)
	}
	return out
}

func TestSuppress(t *testing.T) {
	for _, c := range []struct {
		name string
		in   *ballots.Count
		want []string
		rest bool
	}{
		{"all large", count(group("a", 40, 10, 8, 7), group("b", 60, 20, 9, 6)), []string{"a", "b"}, false},
		{"one small cell hides its group, and a second one, so that the difference does not tell", count(group("a", 40, 10, 8, 4), group("b", 60, 20, 9, 6), group("c", 50, 12, 8, 7)), []string{"b"}, true},
		{"nobody against is small too", count(group("a", 40, 20, 0, 0), group("b", 60, 20, 9, 6)), nil, false},
		{"everybody voted tells who stayed away", count(group("a", 24, 10, 8, 6), group("b", 60, 20, 9, 6)), nil, false},
		{"one group is the whole", count(group("a", 40, 10, 8, 7)), nil, false},
		{"few votes tell nothing", count(group("a", 40, 3, 1, 0)), nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ballots.Suppress(c.in)
			if diff := cmp.Diff(c.want, names(got)); diff != "" || (got.Rest != nil) != c.rest {
				t.Errorf("%s, rest %v", diff, got.Rest)
			}
			if few := c.in.Turnout.Voted < ballots.Few; few != (got.Votes == nil) {
				t.Errorf("votes %v", got.Votes)
			}
		})
	}
}

// Whatever is told, no sum or difference of what is told is about fewer than five: each row that is told, their rest, and the whole less
// any of the rows.
func TestNothingSmallCanBeWorkedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l []ballots.Group
		for i := range rapid.IntRange(1, 7).Draw(t, "groups") {
			votes := rapid.SliceOfN(rapid.IntRange(0, 30), 3, 3).Draw(t, "votes")
			l = append(l, group(fmt.Sprint("g", i), votes[0]+votes[1]+votes[2]+rapid.IntRange(0, 20).Draw(t, "away"), votes...))
		}
		in := count(l...)
		out := ballots.Suppress(in)
		cells := func(g ballots.Group) map[string]int {
			m := map[string]int{"away": g.Turnout.Eligible - g.Turnout.Voted}
			for k, n := range g.Votes {
				m[k] = n
			}
			return m
		}
		if len(out.Groups) == 0 {
			if out.Rest != nil {
				t.Fatal("a rest of nothing is the whole again")
			}
			return
		}
		left := cells(ballots.Group{Turnout: in.Turnout, Votes: in.Votes})
		for _, g := range out.Groups {
			for k, n := range cells(g) {
				if n < ballots.Few {
					t.Fatalf("%s tells %s = %d", g.Name, k, n)
				}
				left[k] -= n
			}
		}
		// Every difference of told numbers is the sum of told rows and of what is left: small only where what is left is.
		hidden := len(l) - len(out.Groups)
		for k, n := range left {
			if hidden > 0 && n < ballots.Few || hidden == 0 && n != 0 {
				t.Fatalf("what is left tells %s = %d of %d groups", k, n, hidden)
			}
			if out.Rest != nil && cells(*out.Rest)[k] != n {
				t.Fatalf("the rest says %s = %d, it is %d", k, cells(*out.Rest)[k], n)
			}
		}
		if (hidden > 0) != (out.Rest != nil) {
			t.Fatal("groups are missing without a word")
		}
	})
}

func TestCriteriaAreTen(t *testing.T) {
	if len(ballots.DefaultTenStars) != ballots.TenCriteria {
		t.Errorf("%d stars", len(ballots.DefaultTenStars))
	}
	if _, err := ballots.CheckCriteria(ballots.DefaultTenStars); err != nil {
		t.Error(err)
	}
	for _, n := range []int{0, 9, 11} {
		l := make([]ballots.Criterion, n)
		if _, err := ballots.CheckCriteria(l); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("%d criteria: %v", n, err)
		}
	}
}

// The board is a matter of the consent, at every stage.
func TestOnBoard(t *testing.T) {
	for _, consent := range ballots.AllConsents {
		for _, stage := range ballots.AllStages {
			want := consent == ballots.ConsentGiven && (stage == ballots.StageNotice || stage == ballots.StageGranted)
			if n := (&ballots.Nomination{Consent: consent, Stage: stage}); n.OnBoard() != want {
				t.Errorf("%s at %s: %v", consent, stage, n.OnBoard())
			}
		}
	}
}
