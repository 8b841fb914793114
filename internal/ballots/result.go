package ballots

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"sanzhi/internal/kernel"
)

// Few is below what number nothing is told of a part: small counts point at people (k-anonymity on small areas).
const Few = 5

// Count is what a ballot came to, in all and by group.
type Count struct {
	Turnout Turnout
	Votes   map[string]int // by choice
	Groups  []Group
	// Rest is what is left when the groups that are told are taken off: those that are not, together.
	Rest *Group
}

// Group is one part of a breakdown.
type Group struct {
	Name    string
	Turnout Turnout
	Votes   map[string]int
}

// errTally is what must never be: as many votes as voters who voted.
var errTally = errors.New("votes and voters who voted do not agree")

// tally reads the counters whole, and checks them against the roll.
func (s *Service) tally(tx kernel.Tx, b *Ballot) (*Count, error) {
	turnouts, err := s.Rolls.Turnouts(tx, b.ID)
	if err != nil {
		return nil, err
	}
	tallies, err := s.Rolls.Tallies(tx, b.ID)
	if err != nil {
		return nil, err
	}
	c := &Count{Votes: zeros(b)}
	groups := map[string]*Group{}
	for _, name := range slices.Sorted(maps.Keys(turnouts)) {
		t := turnouts[name]
		groups[name] = &Group{Name: name, Turnout: t, Votes: zeros(b)}
		c.Turnout.Voted, c.Turnout.Eligible = c.Turnout.Voted+t.Voted, c.Turnout.Eligible+t.Eligible
	}
	sums := map[string]int{}
	for _, t := range tallies {
		g := groups[t.Group]
		if g == nil {
			return nil, kernel.Internal("ballot "+string(b.ID), errTally)
		}
		g.Votes[t.Choice] += t.N
		c.Votes[t.Choice] += t.N
		sums[t.Group] += t.N
	}
	for name, g := range groups {
		if sums[name] != g.Turnout.Voted {
			return nil, kernel.Internal("ballot "+string(b.ID), errTally)
		}
		c.Groups = append(c.Groups, *g)
	}
	slices.SortFunc(c.Groups, func(a, b Group) int { return cmp.Compare(a.Name, b.Name) })
	return c, nil
}

func zeros(b *Ballot) map[string]int {
	m := map[string]int{}
	for _, c := range b.Choices() {
		m[c] = 0
	}
	return m
}

// outcome applies the ballot's rules: enough must vote, and one choice must exceed its share of the votes cast, abstentions among
// them.
func (b *Ballot) outcome(t Turnout, votes map[string]int) Outcome {
	if t.Voted == 0 || t.Voted*100 < b.Quorum*t.Eligible {
		return OutcomeTooFew
	}
	best, ties := -1, 0
	for _, c := range b.Choices() {
		if c == Abstain || c == No {
			continue
		}
		switch n := votes[c]; {
		case n > best:
			best, ties = n, 1
		case n == best:
			ties++
		}
	}
	switch {
	case b.Mode == ModeChoice && ties > 1:
		return OutcomeTie
	case best*100 <= b.Need*t.Voted || b.Mode == ModeYesNo && best <= votes[No]:
		return OutcomeFailed
	default:
		return OutcomePassed
	}
}

// Leader gives the option that a passed choice came to; empty otherwise.
func (b *Ballot) Leader(votes map[string]int) string {
	if b.Outcome != OutcomePassed || b.Mode != ModeChoice {
		return ""
	}
	best := ""
	for _, o := range b.Options {
		if best == "" || votes[o.ID] > votes[best] {
			best = o.ID
		}
	}
	return best
}

// Result gives what anyone may know of a closed ballot. Before it is counted nothing is told of votes to anyone, the community
// included; the turnout is told as it stands once it is not small.
func (s *Service) Result(tx kernel.Tx, actor kernel.Actor, b *Ballot) (*Count, error) {
	if err := reads(actor, tx.Tenant(), b.Path); err != nil {
		return nil, err
	}
	if b.OpenedAt.IsZero() {
		return &Count{}, nil
	}
	if b.Step == StepVoting {
		turnouts, err := s.Rolls.Turnouts(tx, b.ID)
		c := &Count{}
		for _, t := range turnouts {
			c.Turnout.Voted, c.Turnout.Eligible = c.Turnout.Voted+t.Voted, c.Turnout.Eligible+t.Eligible
		}
		return c, err
	}
	c, err := s.tally(tx, b)
	if err != nil {
		return nil, err
	}
	return Suppress(c), nil
}

// Suppress leaves of a count what can be told. A count of fewer than Few votes keeps its outcome and turnout alone. Of the groups
// those are told in which every cell — each choice, and who stayed away — has at least Few; and so has every cell of the groups that
// are not told, taken together, or the smallest told one joins them, until that is so. So no number that is told, and no difference
// of such numbers, is about fewer than Few.
func Suppress(c *Count) *Count {
	out := &Count{Turnout: c.Turnout}
	if c.Turnout.Voted < Few {
		return out
	}
	out.Votes = maps.Clone(c.Votes)
	var told, kept []Group
	for _, g := range c.Groups {
		if g.tellable() {
			told = append(told, g)
		} else {
			kept = append(kept, g)
		}
	}
	slices.SortStableFunc(told, func(a, b Group) int { return cmp.Compare(b.Turnout.Voted, a.Turnout.Voted) })
	for len(kept) > 0 && len(told) > 0 && !sum(kept).tellable() {
		kept, told = append(kept, told[len(told)-1]), told[:len(told)-1]
	}
	if len(told) == 0 || len(told)+len(kept) < 2 {
		return out
	}
	slices.SortFunc(told, func(a, b Group) int { return cmp.Compare(a.Name, b.Name) })
	out.Groups = told
	if len(kept) > 0 {
		rest := sum(kept)
		out.Rest = &rest
	}
	return out
}

func sum(l []Group) Group {
	out := Group{Votes: map[string]int{}}
	for _, g := range l {
		out.Turnout.Voted, out.Turnout.Eligible = out.Turnout.Voted+g.Turnout.Voted, out.Turnout.Eligible+g.Turnout.Eligible
		for c, n := range g.Votes {
			out.Votes[c] += n
		}
	}
	return out
}

// tellable reports whether every cell of a group has at least Few.
func (g Group) tellable() bool {
	if g.Turnout.Eligible-g.Turnout.Voted < Few || len(g.Votes) == 0 {
		return false
	}
	for _, n := range g.Votes {
		if n < Few {
			return false
		}
	}
	return true
}
