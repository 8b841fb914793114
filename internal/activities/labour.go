package activities

import (
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// workerPage is how many workers one read takes.
const workerPage = 500

// call gives the labour call with the workers who may be matched: those that the actor keeps, with the days that they already
// have a place on.
func (s *Service) call(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Activity, []*Worker, map[kernel.ID]*Person, error) {
	a, err := s.forWriting(tx, actor, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if !a.Labour() {
		return nil, nil, nil, kernel.Invalid("id", kernel.T("这个活动没有计酬的班次", "this activity has no paid shifts"))
	}
	busy := map[string]map[string]bool{}
	for p := (kernel.Page{Limit: workerPage}); ; {
		l, next, err := s.Signups.OfActivity(tx, id, p)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, x := range l {
			if x.State != Off {
				if busy[x.Who] == nil {
					busy[x.Who] = map[string]bool{}
				}
				busy[x.Who][x.Day] = true
			}
		}
		if p.After = next; next == "" {
			break
		}
	}
	var workers []*Worker
	people := map[kernel.ID]*Person{}
	for p := (kernel.Page{Limit: workerPage}); ; {
		l, next, err := s.People.PersonList(tx, WorkerKind, access.ScopeOf(actor, access.ActivityWrite), p)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, x := range l {
			people[x.ID] = x
			workers = append(workers, &Worker{ID: x.ID, Windows: x.Windows, Skills: x.Skills, Most: x.Most, Busy: busy[x.Who]})
		}
		if p.After = next; next == "" {
			return a, workers, people, nil
		}
	}
}

// Propose matches workers to the free places of a call, and writes nothing.
func (s *Service) Propose(tx kernel.Tx, actor kernel.Actor, id kernel.ID, deadline time.Time) (*Activity, Matching, map[kernel.ID]*Person, error) {
	a, workers, people, err := s.call(tx, actor, id)
	if err != nil {
		return nil, Matching{}, nil, err
	}
	return a, Match(a.Posts, workers, deadline), people, nil
}

// Assign matches as Propose does and gives each worker the place.
func (s *Service) Assign(tx kernel.Tx, actor kernel.Actor, id kernel.ID, deadline time.Time) (*Activity, Matching, map[kernel.ID]*Person, error) {
	a, m, people, err := s.Propose(tx, actor, id, deadline)
	if err != nil {
		return nil, m, nil, err
	}
	if a.Stage != Open && len(m.Placed) > 0 {
		return nil, m, nil, kernel.Conflict(kernel.T("公布以后才能排班", "shifts are filled once the call is announced"))
	}
	for _, x := range m.Placed {
		w := people[x.Worker]
		p, _ := a.Post(x.Post)
		g := &Got{Signup: &Signup{Who: w.Who, Account: w.Account, Shown: w.Shown}}
		if err := s.enter(tx, actor, a, p, g, Contact{}); err != nil {
			return nil, m, nil, err
		}
		if g.Signup.State != In {
			return nil, m, nil, kernel.Conflict(sayMoved)
		}
		p.Filled++
	}
	_, err = s.logged(tx, actor, a, "activity_match", map[string]any{"placed": len(m.Placed), "places": m.Places})
	return a, m, people, err
}

// Weigh records what a worker brought in. Whoever did not come to a paid shift brings in nothing.
func (s *Service) Weigh(tx kernel.Tx, actor kernel.Actor, activity, signup kernel.ID, grams int64) (*Weighing, *ledger.Row, error) {
	a, err := s.forWriting(tx, actor, activity)
	if err != nil {
		return nil, nil, err
	}
	if err := checkGrams(grams); err != nil {
		return nil, nil, err
	}
	x, err := s.signupOf(tx, activity, signup)
	if err != nil {
		return nil, nil, err
	}
	p, ok := a.Post(x.Post)
	if !ok || p.Pay != Paid {
		return nil, nil, kernel.Invalid("signup", kernel.T("这个岗位不计酬", "this post is not paid"))
	}
	if a.Stage != Held {
		return nil, nil, kernel.Conflict(kernel.T("进行中的劳务才能过秤，结束后不再改", "weighing is done while the call is under way"))
	}
	stays, err := s.Attendances.StaysAt(tx, activity)
	if err != nil {
		return nil, nil, err
	}
	came := false
	for _, st := range stays {
		came = came || st.Signup == signup
	}
	if !came {
		return nil, nil, kernel.Conflict(kernel.T("还没有签到，不能过秤", "not checked in yet; there is nothing to weigh"))
	}
	w := &Weighing{ID: kernel.NewID(tx.Now()), Activity: activity, Signup: signup, Who: x.Who, Grams: grams, RateFen: p.RateFen, Employment: p.Employment}
	if err := s.Labour.AddWeighing(tx, w); err != nil {
		return nil, nil, err
	}
	row, err := s.log(tx, actor, "activity_weigh", activity, a.Version, map[string]any{"signup": string(signup), "grams": grams, "rate_fen": p.RateFen})
	return w, row, err
}

// Pay slips of a call.
type Slip struct {
	Signup  *Signup
	Post    kernel.ID
	Grams   int64
	RateFen int64
	Fen     int64
}

// Slips gives what each worker of a call earned: the weights of a shift added, times the rate, rounded once.
func (s *Service) Slips(tx kernel.Tx, actor kernel.Actor, activity kernel.ID) ([]*Slip, error) {
	if _, err := s.forWriting(tx, actor, activity); err != nil {
		return nil, err
	}
	l, err := s.Labour.Weighings(tx, activity)
	if err != nil {
		return nil, err
	}
	by := map[kernel.ID]*Slip{}
	var out []*Slip
	for _, w := range l {
		x := by[w.Signup]
		if x == nil {
			signup, err := s.Signups.Signup(tx, w.Signup)
			if err != nil {
				return nil, err
			}
			x = &Slip{Signup: signup, Post: signup.Post, RateFen: w.RateFen}
			by[w.Signup] = x
			out = append(out, x)
		}
		x.Grams += w.Grams
		x.Fen = Wage(x.Grams, x.RateFen)
	}
	return out, nil
}

// JobsAt counts employment at a path: steady jobs in persons, odd jobs in person-times.
func (s *Service) JobsAt(tx kernel.Tx, path kernel.Path) (Jobs, error) {
	stable, flexible, err := s.Labour.Jobs(tx, path)
	return Jobs{Stable: exact(stable, UnitPeople), Flexible: exact(flexible, UnitTimes)}, err
}
