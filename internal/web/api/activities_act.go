package api

import (
	"context"
	"strings"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

type activityNewIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    ActivityIn
}

type activityEditIn struct {
	ID   kernel.ID `path:"id"`
	Body struct {
		ActivityIn
		Version int `json:"version" doc:"That was read"`
	}
}

type activityActIn struct {
	ID      kernel.ID `path:"id"`
	Act     string    `path:"act" maxLength:"20" example:"open"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version   int    `json:"version,omitempty" doc:"That was read; any when left out"`
		Words     string `json:"words,omitempty" maxLength:"8000" doc:"close: what was done; cancel: why"`
		Times     int    `json:"benefit_times,omitempty" doc:"close: 受益人次"`
		People    int    `json:"benefit_people,omitempty" doc:"close: 受益人数"`
		Insurance string `json:"insurance,omitempty" maxLength:"1000" doc:"prepare: insurer and policy"`
		Briefing  string `json:"briefing,omitempty" maxLength:"1000" doc:"prepare: the risks that were told"`
		Quality   string `json:"quality,omitempty" maxLength:"1000" doc:"prepare: the standard of piece work"`
	}
}

// answer renders an activity after an act, with the receipt of its ledger row.
func (s *Server) activityAnswer(ctx context.Context, tx kernel.Tx, actor kernel.Actor, a *activities.Activity, row *ledger.Row) (*ActivityDetail, error) {
	v, err := s.activityView(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	d, err := v.detail(tx, a)
	if err != nil {
		return nil, err
	}
	receipt, err := s.receipt(tx.Tenant(), row)
	d.Receipt = &receipt
	return d, err
}

func (s *Server) activityCreate(ctx context.Context, in *activityNewIn) (*body[ActivityDetail], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activities", in.RawBody, func(tx kernel.Tx) (*ActivityDetail, error) {
		a := in.Body.activity()
		row, err := s.Activities.Create(tx, actor, a)
		if err != nil {
			return nil, err
		}
		return s.activityAnswer(ctx, tx, actor, a, row)
	})
}

func (s *Server) activityEdit(ctx context.Context, in *activityEditIn) (*body[ActivityDetail], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, "", "PUT /activities/"+string(in.ID), nil, func(tx kernel.Tx) (*ActivityDetail, error) {
		a, row, err := s.Activities.Edit(tx, actor, in.ID, in.Body.Version, in.Body.activity())
		if err != nil {
			return nil, err
		}
		if a, err = s.Activities.Read(tx, actor, a.ID); err != nil { // with those who moved up
			return nil, err
		}
		return s.activityAnswer(ctx, tx, actor, a, row)
	})
}

func (s *Server) activityAct(ctx context.Context, in *activityActIn) (*body[ActivityDetail], error) {
	actor, b, x := CallerOf(ctx).Actor, in.Body, s.Activities
	return once(ctx, s, in.Key, "POST /activities/"+string(in.ID)+"/"+in.Act, in.RawBody, func(tx kernel.Tx) (*ActivityDetail, error) {
		var a *activities.Activity
		var row *ledger.Row
		var err error
		switch in.Act {
		case "open":
			a, row, err = x.Announce(tx, actor, in.ID, b.Version)
		case "hold":
			a, row, err = x.Hold(tx, actor, in.ID, b.Version)
		case "close":
			a, row, err = x.Close(tx, actor, in.ID, b.Version, activities.Outcome{Words: b.Words, Times: b.Times, People: b.People})
		case "cancel":
			a, row, err = x.Cancel(tx, actor, in.ID, b.Version, b.Words)
		case "prepare":
			a, row, err = x.Prepare(tx, actor, in.ID, b.Version, activities.Precautions{Insurance: b.Insurance, Briefing: b.Briefing, Quality: b.Quality})
		default:
			err = kernel.NotFound(kernel.T("没有这一步，可以是 open、hold、close、cancel、prepare", "there is no such step: open, hold, close, cancel or prepare"))
		}
		if err != nil {
			return nil, err
		}
		return s.activityAnswer(ctx, tx, actor, a, row)
	})
}

type activityTurnIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Turn   string    `json:"turn" enum:"in,out"`
		Code   string    `json:"code,omitempty" maxLength:"120" doc:"That the volunteer shows"`
		Signup kernel.ID `json:"signup,omitempty" doc:"Instead of a code: by hand"`
	}
}

// Turned answers a check-in or check-out at the host's desk.
type Turned struct {
	Signup kernel.ID `json:"signup"`
	Who    string    `json:"who" example:"李*"`
	Turn   string    `json:"turn" enum:"in,out"`
}

func (s *Server) activityTurn(ctx context.Context, in *activityTurnIn) (*body[Turned], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activities/"+string(in.ID)+"/turns", in.RawBody, func(tx kernel.Tx) (*Turned, error) {
		turn := activities.Turn(in.Body.Turn)
		var x *activities.Signup
		var err error
		if in.Body.Code != "" {
			// Whoever scans with a reader gets the whole address that the code leads to.
			code := in.Body.Code
			if _, after, ok := strings.Cut(code, "?p="); ok {
				code = after
			}
			x, err = s.Activities.BySelfCode(tx, actor, in.ID, turn, strings.TrimSpace(code))
		} else {
			x, err = s.Activities.ByHand(tx, actor, in.ID, in.Body.Signup, turn)
		}
		if err != nil {
			return nil, err
		}
		return &Turned{Signup: x.ID, Who: x.Shown, Turn: in.Body.Turn}, nil
	})
}

type activityRemoveIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Signup kernel.ID `json:"signup"`
	}
}

// Removed answers a sign-up that was cancelled at the desk.
type Removed struct {
	MovedUp string `json:"moved_up,omitempty" example:"李*" doc:"Who moved up from the line, masked"`
}

func (s *Server) activityRemove(ctx context.Context, in *activityRemoveIn) (*body[Removed], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activities/"+string(in.ID)+"/removals", in.RawBody, func(tx kernel.Tx) (*Removed, error) {
		moved, err := s.Activities.Remove(tx, actor, in.ID, in.Body.Signup)
		out := &Removed{}
		if moved != nil {
			out.MovedUp = moved.Shown
		}
		return out, err
	})
}

func (s *Server) activityCode(ctx context.Context, in *struct {
	ID     kernel.ID `path:"id"`
	Turn   string    `query:"turn" enum:"in,out" default:"in"`
	Origin string    `query:"origin" maxLength:"200" doc:"Where the pages stand that the square code leads to"`
},
) (*body[ActivityCode], error) {
	actor, out := CallerOf(ctx).Actor, &body[ActivityCode]{}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		out.Body.Code, out.Body.Until, err = s.Activities.HostCode(tx, actor, in.ID, activities.Turn(in.Turn))
		if err != nil {
			return err
		}
		out.Body.SVG, err = qrSVG(pageAt(in.Origin, "/activities/"+string(in.ID)+"?"+in.Turn+"="+out.Body.Code))
		return err
	})
	return out, err
}

type matchIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Deadline time.Time `json:"deadline,omitzero" required:"false" doc:"Shifts that end after it are left out"`
		Apply    bool      `json:"apply,omitempty" doc:"Give each worker the place; else it is only proposed"`
	}
}

// PlacedRow is one worker in one shift.
type PlacedRow struct {
	Post   kernel.ID `json:"post"`
	Person kernel.ID `json:"person"`
	Who    string    `json:"who" example:"李*"`
}

// UnfilledRow names a shift that keeps free places, and why.
type UnfilledRow struct {
	Post   kernel.ID `json:"post"`
	Places int       `json:"places"`
	Why    string    `json:"why" example:"3 人这个时间来不了，1 人不会这一项"`
}

// Matched answers a matching.
type Matched struct {
	Places   int           `json:"places" doc:"That were free before the deadline"`
	Filled   int           `json:"filled"`
	Placed   []PlacedRow   `json:"placed"`
	Unfilled []UnfilledRow `json:"unfilled"`
	Applied  bool          `json:"applied,omitempty"`
}

func (s *Server) activityMatch(ctx context.Context, in *matchIn) (*body[Matched], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	return once(ctx, s, in.Key, "POST /activities/"+string(in.ID)+"/matching", in.RawBody, func(tx kernel.Tx) (*Matched, error) {
		do := s.Activities.Propose
		if in.Body.Apply {
			do = s.Activities.Assign
		}
		_, m, people, err := do(tx, actor, in.ID, in.Body.Deadline.UTC())
		if err != nil {
			return nil, err
		}
		out := &Matched{Places: m.Places, Filled: len(m.Placed), Placed: []PlacedRow{}, Unfilled: []UnfilledRow{}, Applied: in.Body.Apply}
		for _, x := range m.Placed {
			out.Placed = append(out.Placed, PlacedRow{Post: x.Post, Person: x.Worker, Who: people[x.Worker].Shown})
		}
		for _, u := range m.Unfilled {
			out.Unfilled = append(out.Unfilled, UnfilledRow{Post: u.Post, Places: u.Places, Why: whyUnfilled(u).In(lang)})
		}
		return out, nil
	})
}

func whyUnfilled(u activities.Unfilled) kernel.Text {
	if u.Late {
		return kernel.T("在截止时间以后，没有排", "it is after the deadline and was left out")
	}
	var zh, en []string
	for _, x := range []struct {
		n      int
		zh, en string
	}{{u.NoTime, " 人这个时间来不了", " cannot come at that time"}, {u.NoSkill, " 人不会这一项", " lack the skill"}, {u.Placed, " 人当天在别的班，或者班次已满", " have another shift that day, or enough shifts"}} {
		if x.n > 0 {
			zh, en = append(zh, itoa(x.n)+x.zh), append(en, itoa(x.n)+x.en)
		}
	}
	if len(zh) == 0 {
		return kernel.T("登记的人不够", "there are not enough registered workers")
	}
	return kernel.T(strings.Join(zh, "，"), strings.Join(en, ", "))
}

type weighIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Signup kernel.ID `json:"signup"`
		Grams  int64     `json:"grams" doc:"1 斤 is exactly 500"`
	}
}

// WageRow is what one worker earned in a shift: the weights added, times the rate, rounded to the fen once.
type WageRow struct {
	Signup  kernel.ID `json:"signup"`
	Post    kernel.ID `json:"post"`
	Who     string    `json:"who" example:"李*"`
	Grams   int64     `json:"grams"`
	RateFen int64     `json:"rate_fen"`
	Fen     int64     `json:"fen"`
}

// WageList is what the workers of a call earned.
type WageList struct {
	Items []WageRow `json:"items"`
	Fen   int64     `json:"fen" doc:"In all"`
}

func (s *Server) wages(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*WageList, error) {
	l, err := s.Activities.Slips(tx, actor, id)
	out := &WageList{Items: []WageRow{}}
	for _, x := range l {
		out.Items = append(out.Items, WageRow{Signup: x.Signup.ID, Post: x.Post, Who: x.Signup.Shown, Grams: x.Grams, RateFen: x.RateFen, Fen: x.Fen})
		out.Fen += x.Fen
	}
	return out, err
}

func (s *Server) activityWeigh(ctx context.Context, in *weighIn) (*body[WageList], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activities/"+string(in.ID)+"/weighings", in.RawBody, func(tx kernel.Tx) (*WageList, error) {
		if _, _, err := s.Activities.Weigh(tx, actor, in.ID, in.Body.Signup, in.Body.Grams); err != nil {
			return nil, err
		}
		return s.wages(tx, actor, in.ID)
	})
}

func (s *Server) activityWages(ctx context.Context, in *idIn) (out *body[WageList], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, err := s.wages(tx, actor, in.ID)
		if err == nil {
			out = &body[WageList]{*l}
		}
		return err
	})
	return out, err
}
