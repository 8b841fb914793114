package api

import (
	"context"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

type tagIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int      `json:"version" doc:"The version of the case that the actor saw"`
		Strands []string `json:"strands" enum:"zi,fa,de,zhi" minItems:"1" maxItems:"4" doc:"All strands that the case bears from now on"`
	}
}

// StrandTotals are cases by strand. A case that bears two stands in both, so that the numbers together are at least distinct.
type StrandTotals struct {
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to"`
	Distinct int           `json:"distinct" example:"718" doc:"How many different cases"`
	Items    []StrandCount `json:"items"`
}

// StrandCount is how many cases bear one strand.
type StrandCount struct {
	Strand string `json:"strand" enum:"zi,fa,de,zhi"`
	Cases  int    `json:"cases" example:"320"`
}

type strandsIn struct {
	Place kernel.ID `query:"place"`
	Unit  kernel.ID `query:"unit"`
	From  string    `query:"from" format:"date" doc:"First day (Asia/Shanghai) on which a counted case was opened; thirty days ago when it is left out"`
	To    string    `query:"to" format:"date" doc:"Last day; today when it is left out"`
}

// strandDays is how far back totals by strand look when nobody says.
const strandDays = 30

func (s *Server) tag(ctx context.Context, in *tagIn) (*body[Acted], error) {
	actor := CallerOf(ctx).Actor
	return onceAhead(ctx, s, in.Key, "POST /cases/"+string(in.ID)+"/strands", in.RawBody, func(tx kernel.Tx) (*Acted, error) {
		done, err := s.Cases.Tag(tx, actor, in.ID, in.Body.Version, in.Body.Strands)
		if err != nil {
			return nil, err
		}
		return &Acted{ID: done.Case.ID, Step: done.Case.Step, Version: done.Case.Version, Round: done.Case.Round}, nil
	})
}

func (s *Server) strandTotals(ctx context.Context, in *strandsIn) (*body[StrandTotals], error) {
	actor := CallerOf(ctx).Actor
	now := s.Clock.Now().In(kernel.Shanghai)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, kernel.Shanghai)
	q := cases.RateQuery{Unit: in.Unit, Now: now, From: today.AddDate(0, 0, -strandDays), To: today.AddDate(0, 0, 1), Allow: access.ScopeOf(actor, access.StatsRead)}
	for i := range q.Allow.Clauses {
		// As for the rates: a figure must not tell an outsider that there is a dispute.
		q.Allow.Clauses[i].ExcludeConfidential = true
	}
	for _, d := range []struct {
		name, said string
		add        int
		into       *time.Time
	}{{"from", in.From, 0, &q.From}, {"to", in.To, 1, &q.To}} {
		if d.said == "" {
			continue
		}
		at, err := day(d.name, d.said, d.add)
		if err != nil {
			return nil, err
		}
		*d.into = at
	}
	out := &body[StrandTotals]{StrandTotals{From: q.From, To: q.To, Items: []StrandCount{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			q.Path = p.Path
		}
		t, err := s.Cases.Tending.Strands(tx, q)
		out.Body.Distinct = t.Distinct
		for _, c := range t.By {
			out.Body.Items = append(out.Body.Items, StrandCount{c.Strand, c.Cases})
		}
		return err
	})
	return out, err
}

// orNone gives a list that is never null.
func orNone(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}

// taggedLine is the line of the time line by which staff see that somebody said which strands the case bears.
func (v *view) taggedLine(l *line, bead int) Event {
	e := Event{ID: l.row.ID, At: l.row.At, Act: cases.ActStrands, Title: kernel.T("记明几治", "Strands").In(v.lang), Bead: bead, Actor: v.actorName(l)}
	say := ""
	for _, s := range l.strands {
		if say != "" {
			say += kernel.T("、", ", ").In(v.lang)
		}
		say += strandNames[s].In(v.lang)
	}
	e.Line = kernel.T(e.Actor+" 记为"+say, e.Actor+" noted it as "+say).In(v.lang)
	return e
}

var strandNames = map[string]kernel.Text{"zi": kernel.T("自治", "self-governance"), "fa": kernel.T("法治", "rule of law"), "de": kernel.T("德治", "virtue"),
	"zhi": kernel.T("智治", "digital governance")}
