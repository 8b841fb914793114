package api

import (
	"context"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

type signUpIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Post    kernel.ID `json:"post"`
		Contact *Contact  `json:"contact,omitempty" doc:"Of whoever has no account; kept sealed"`
		Skills  []string  `json:"skills,omitempty" maxItems:"20"`
	}
}

// SignedUp answers a sign-up.
type SignedUp struct {
	ID      kernel.ID `json:"id"`
	State   string    `json:"state" enum:"in,waiting"`
	Waiting int       `json:"waiting,omitempty" doc:"The number in the line"`
	Code    string    `json:"code" example:"K7ND-4Q2M-9XAB-C0T" doc:"By which it is found, used and cancelled"`
	Receipt Receipt   `json:"receipt"`
}

// MySignup is a sign-up as the person sees it.
type MySignup struct {
	ID       kernel.ID    `json:"id"`
	Activity ActivityRow  `json:"activity"`
	Post     ActivityPost `json:"post"`
	State    string       `json:"state" enum:"in,waiting,off"`
	Ahead    int          `json:"ahead,omitempty" doc:"How many wait before"`
	Present  bool         `json:"present,omitempty" doc:"Checked in and not out"`
	Came     bool         `json:"came,omitempty"`
	Minutes  int          `json:"minutes,omitempty" doc:"That count as service, once the activity is closed"`
	Words    string       `json:"words,omitempty" doc:"What came of it, or why it was called off"`
	MovedUp  bool         `json:"moved_up,omitempty" doc:"Cancelling moved somebody up"`
}

// MySignups is one keyset page of the reader's sign-ups.
type MySignups struct {
	Items []MySignup `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// ActivityCode is a short-lived code with its square code.
type ActivityCode struct {
	Code  string    `json:"code" example:"2mhk3-0123456789abcdef"`
	Until time.Time `json:"until"`
	SVG   string    `json:"svg" example:"<svg/>" doc:"An image of the code"`
}

type codeIn struct {
	Code   string `path:"code" maxLength:"40" example:"K7ND-4Q2M-9XAB-C0T"`
	Origin string `query:"origin" maxLength:"200" doc:"Where the pages stand that the square code leads to, such as https://example.org"`
}

type withdrawIn struct {
	Code string `path:"code" maxLength:"40"`
	Key  string `header:"Idempotency-Key"`
}

type myTurnIn struct {
	Code    string `path:"code" maxLength:"40"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Turn string `json:"turn" enum:"in,out"`
		Code string `json:"code" maxLength:"60" doc:"That the host shows"`
	}
}

func (s *Server) activitySignUp(ctx context.Context, in *signUpIn) (*body[SignedUp], error) {
	c := CallerOf(ctx)
	w := activities.Wish{Post: in.Body.Post, Skills: in.Body.Skills}
	if in.Body.Contact != nil {
		w.Contact = activities.Contact{Name: in.Body.Contact.Name, Phone: in.Body.Contact.Phone}
	}
	if c.Actor.Kind == kernel.ActorAnonymous {
		if err := s.orderLimits(ctx, c.Actor.Tenant).Allow(c.Address, s.Activities.PhoneIndex(c.Actor.Tenant, w.Contact.Phone)); err != nil {
			return nil, err
		}
	}
	return once(ctx, s, in.Key, "POST /activities/"+string(in.ID)+"/signups", in.RawBody, func(tx kernel.Tx) (*SignedUp, error) {
		g, err := s.Activities.SignUp(tx, c.Actor, in.ID, w)
		if err != nil {
			return nil, err
		}
		receipt, err := s.receipt(tx.Tenant(), g.Row)
		return &SignedUp{ID: g.Signup.ID, State: string(g.Signup.State), Waiting: g.Waiting, Code: g.Code.Grouped(), Receipt: receipt}, err
	})
}

// signupBy finds a sign-up by what stands in the address, and slows down whoever tries many codes.
func (s *Server) signupBy(ctx context.Context, tx kernel.Tx, code string) (*activities.Signup, error) {
	c := CallerOf(ctx)
	if s.misses.wait(c.Address, s.Clock.Now()) > 0 {
		return nil, errMisses
	}
	x, err := s.Activities.Mine(tx, c.Actor, code)
	if kernel.Is(err, kernel.KindNotFound) || kernel.Is(err, kernel.KindInvalid) {
		err = s.missed(ctx, kernel.NotFound(kernel.T("没有这个报名，请核对报名码", "there is no such sign-up; check the code")))
	}
	return x, err
}

func (v *activityView) mine(tx kernel.Tx, x *activities.Signup) (*MySignup, error) {
	a, err := v.s.Activities.Repo.Activity(tx, x.Activity)
	if err != nil {
		return nil, err
	}
	row, err := v.row(tx, a)
	if err != nil {
		return nil, err
	}
	m := &MySignup{ID: x.ID, Activity: row, State: string(x.State)}
	if p, ok := a.Post(x.Post); ok {
		m.Post = v.post(a, p)
	} else {
		m.Post = ActivityPost{ID: x.Post, Pay: string(activities.Seat), Skills: []string{}}
	}
	if x.State == activities.Waiting {
		if m.Ahead, err = v.s.Activities.Signups.Ahead(tx, x); err != nil {
			return nil, err
		}
	}
	stays, err := v.s.Activities.Attendances.StaysAt(tx, x.Activity)
	if err != nil {
		return nil, err
	}
	own := staysOf(stays, x.ID)
	for _, st := range own {
		m.Came, m.Present = true, m.Present || st.Out.IsZero()
	}
	if a.Stage == activities.Closed {
		set, err := v.s.Activities.Repo.Settings(tx)
		if err != nil {
			return nil, err
		}
		m.Minutes = activities.Minutes(activities.Served(own, set))
	}
	if a.Stage == activities.Closed || a.Stage == activities.Cancelled {
		m.Words = a.Outcome.Words
	}
	return m, nil
}

func staysOf(all []*activities.Stay, signup kernel.ID) (out []*activities.Stay) {
	for _, st := range all {
		if st.Signup == signup {
			out = append(out, st)
		}
	}
	return out
}

func (s *Server) mySignup(ctx context.Context, in *codeIn) (out *body[MySignup], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		x, err := s.signupBy(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		v, err := s.activityView(ctx, tx, actor)
		if err != nil {
			return err
		}
		m, err := v.mine(tx, x)
		if err == nil {
			out = &body[MySignup]{*m}
		}
		return err
	})
	return out, err
}

func (s *Server) mySignups(ctx context.Context, in *struct {
	After string `query:"after" maxLength:"80"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
},
) (*body[MySignups], error) {
	actor, out := CallerOf(ctx).Actor, &body[MySignups]{MySignups{Items: []MySignup{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Activities.Signups.OfPerson(tx, "account:"+string(actor.Account), kernel.Page{After: in.After, Limit: in.Limit}.Clamp(20, 50))
		if err != nil {
			return err
		}
		v, err := s.activityView(ctx, tx, actor)
		if err != nil {
			return err
		}
		for _, x := range l {
			m, err := v.mine(tx, x)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, *m)
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}

func (s *Server) myPass(ctx context.Context, in *codeIn) (*body[ActivityCode], error) {
	out := &body[ActivityCode]{}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		x, err := s.signupBy(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		if x.State != activities.In {
			return kernel.Conflict(kernel.T("还没有名额，或者已经取消", "there is no place yet, or it was cancelled"))
		}
		out.Body.Code, out.Body.Until = s.Activities.SelfCode(tx, x)
		out.Body.SVG, err = qrSVG(pageAt(in.Origin, "/desk/activities/"+string(x.Activity)+"?p="+out.Body.Code))
		return err
	})
	return out, err
}

func (s *Server) myWithdraw(ctx context.Context, in *withdrawIn) (*body[MySignup], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-signups/"+in.Code+"/withdraw", nil, func(tx kernel.Tx) (*MySignup, error) {
		x, err := s.signupBy(ctx, tx, in.Code)
		if err != nil {
			return nil, err
		}
		moved, err := s.Activities.WithdrawMine(tx, actor, x)
		if err != nil {
			return nil, err
		}
		x.State = activities.Off
		v, err := s.activityView(ctx, tx, actor)
		if err != nil {
			return nil, err
		}
		m, err := v.mine(tx, x)
		if err == nil {
			m.MovedUp = moved != nil
		}
		return m, err
	})
}

func (s *Server) myTurn(ctx context.Context, in *myTurnIn) (*body[MySignup], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /activity-signups/"+in.Code+"/turns", in.RawBody, func(tx kernel.Tx) (*MySignup, error) {
		x, err := s.signupBy(ctx, tx, in.Code)
		if err != nil {
			return nil, err
		}
		if err := s.Activities.ByHostCode(tx, actor, x, activities.Turn(in.Body.Turn), in.Body.Code); err != nil {
			return nil, err
		}
		v, err := s.activityView(ctx, tx, actor)
		if err != nil {
			return nil, err
		}
		return v.mine(tx, x)
	})
}

// MyRecord is what one volunteer served. It is shown to the person and to whoever keeps the registration, never ranked.
type MyRecord struct {
	ID      kernel.ID `json:"id"`
	Number  string    `json:"number" example:"V630105-2023-7K3M9"`
	Kind    string    `json:"kind" enum:"volunteer,worker"`
	Minutes int       `json:"minutes"`
	Hours   float64   `json:"hours" doc:"Rounded down to 0.1"`
	Stars   int       `json:"stars" doc:"From 100, 300, 600, 1000 and 1500 hours"`
	Rule    string    `json:"rule"`
}

func recordOf(lang kernel.Lang, r *activities.Record) *MyRecord {
	return &MyRecord{ID: r.Person.ID, Number: r.Person.Number, Kind: string(r.Person.Kind), Minutes: r.Minutes, Hours: float64(activities.Tenths(r.Minutes)) / 10, Stars: r.Stars,
		Rule: activities.RoundingSay.In(lang)}
}

func (s *Server) myRecord(ctx context.Context, _ *struct{}) (out *body[MyRecord], err error) {
	actor := CallerOf(ctx).Actor
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		r, err := s.Activities.MyRecord(tx, actor)
		if err != nil {
			return err
		}
		if r == nil {
			return kernel.NotFound(kernel.T("您还没有登记为志愿者，报一次志愿岗就会登记", "you are not registered as a volunteer yet; signing up for a volunteer's post registers you"))
		}
		out = &body[MyRecord]{*recordOf(LangOf(ctx), r)}
		return nil
	})
	return out, err
}

// phoneOf gives the masked telephone of a sign-up.
func (s *Server) phoneOf(t kernel.Tenant, x *activities.Signup) (string, error) {
	c, err := s.Activities.ContactOf(t, x)
	return vault.MaskPhone(c.Phone), err
}

func (s *Server) activitySignups(ctx context.Context, in *struct {
	ID    kernel.ID `path:"id"`
	After string    `query:"after" maxLength:"80"`
	Limit int       `query:"limit" minimum:"1" maximum:"500" default:"200"`
},
) (*body[SignupList], error) {
	actor, out := CallerOf(ctx).Actor, &body[SignupList]{SignupList{Items: []SignupRow{}}}
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		a, l, next, err := s.Activities.SignupsOf(tx, actor, in.ID, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(200, 500))
		if err != nil {
			return err
		}
		stays, err := s.Activities.Attendances.StaysAt(tx, a.ID)
		if err != nil {
			return err
		}
		set, err := s.Activities.Repo.Settings(tx)
		if err != nil {
			return err
		}
		by := map[kernel.ID][]*activities.Stay{}
		for _, st := range stays {
			by[st.Signup] = append(by[st.Signup], st)
		}
		for _, x := range l {
			r := SignupRow{ID: x.ID, Post: x.Post, Who: x.Shown, State: string(x.State), Day: x.Day, At: x.At, Minutes: activities.Minutes(activities.Served(by[x.ID], set))}
			if r.Phone, err = s.phoneOf(actor.Tenant, x); err != nil {
				return err
			}
			for _, st := range by[x.ID] {
				if r.In == nil {
					r.In = &st.In
				}
				if r.Present = st.Out.IsZero(); !r.Present {
					r.Out = &st.Out
				}
			}
			out.Body.Items = append(out.Body.Items, r)
		}
		out.Body.Next = next
		return nil
	})
	return out, err
}
