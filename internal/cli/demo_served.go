package cli

import (
	"context"
	"fmt"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
	"sanzhi/internal/privacy"
	"sanzhi/internal/territory"
)

// loadServed plays what happened lately at the district's centre: volunteers who were checked in and served, one with a certificate,
// requests about their data, and a plan that is worked out.
func loadServed(ctx context.Context, l *loader) error {
	set, err := l.a.setups.Of(ctx, demoTenant)
	if err != nil {
		return err
	}
	at := set.Index.At(demo.Middle[0], demo.Middle[1]).Community
	for _, p := range l.d.Places {
		if at != nil && p.ID == at.ID {
			return playServed(ctx, l, p)
		}
	}
	return fmt.Errorf("no community at the centre")
}

func playServed(ctx context.Context, l *loader, place *territory.Place) error {
	s, err := l.stageAt(ctx, place)
	if err != nil {
		return err
	}
	people := map[int]*activities.Signup{} // the last sign-up of each
	for _, x := range demo.Served() {
		if err := s.session(x, people); err != nil {
			return fmt.Errorf("%s: %w", x.Title, err)
		}
	}
	if err := s.certificate(people[demo.Certified]); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	for _, x := range demo.PrivacyAsked() {
		if err := s.asked(x, people[x.Who]); err != nil {
			return fmt.Errorf("%s: %w", x.Asking.Words, err)
		}
	}
	return l.reachPlan(ctx, place)
}

// session plays one session from its announcement to its outcome.
func (s *stage) session(x demo.Session, people map[int]*activities.Signup) error {
	announced, from, to := demo.SessionTimes(s.now, x)
	a := &activities.Activity{Programme: "service", Form: x.Form, Service: true, Title: x.Title, Strands: []activities.Strand{x.Strand}, Place: s.place.ID, Spot: s.place.Name, From: from, To: to,
		Posts: []*activities.Post{{Pay: activities.Unpaid, Title: x.Post, Capacity: 6, From: from, To: to}}}
	var came []*activities.Signup
	err := s.at(announced, func(tx kernel.Tx) error {
		if _, err := s.a.acts.Create(tx, s.clerk, a); err != nil {
			return err
		}
		b, _, err := s.a.acts.Announce(tx, s.clerk, a.ID, a.Version)
		if err != nil {
			return err
		}
		for _, i := range x.Came {
			got, err := s.a.acts.SignUp(tx, kernel.Anonymous(s.clerk.Tenant), b.ID, activities.Wish{Post: b.Posts[0].ID, Contact: demo.Neighbours()[i]})
			if err != nil {
				return err
			}
			people[i] = got.Signup
			came = append(came, got.Signup)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.at(from, func(tx kernel.Tx) error {
		if _, _, err := s.a.acts.Hold(tx, s.clerk, a.ID, 0); err != nil {
			return err
		}
		return s.turn(tx, a.ID, came, activities.TurnIn)
	})
	if err != nil {
		return err
	}
	return s.at(to, func(tx kernel.Tx) error {
		if err := s.turn(tx, a.ID, came, activities.TurnOut); err != nil {
			return err
		}
		_, _, err := s.a.acts.Close(tx, s.clerk, a.ID, 0, activities.Outcome{Words: x.Words, Times: x.Times, People: x.People})
		return err
	})
}

// turn checks all who came in or out.
func (s *stage) turn(tx kernel.Tx, activity kernel.ID, came []*activities.Signup, turn activities.Turn) error {
	for _, x := range came {
		if _, err := s.a.acts.ByHand(tx, s.clerk, activity, x.ID, turn); err != nil {
			return err
		}
	}
	return nil
}

// at runs an act at an instant.
func (s *stage) at(t time.Time, fn func(tx kernel.Tx) error) error {
	s.clock.Set(t)
	return s.a.db.Update(s.ctx, s.clerk.Tenant, fn)
}

// certificate is what one of the volunteers asked for, over what was served.
func (s *stage) certificate(of *activities.Signup) error {
	return s.act(-2, func(tx kernel.Tx) error {
		p, err := s.a.acts.People.ByWho(tx, of.Who)
		if err != nil {
			return err
		}
		_, err = s.a.acts.Certify(tx, s.clerk, activities.Issue{Person: p.ID, Place: s.place.ID, Issuer: s.place.Name + "居民委员会", InCharge: s.clerk.Name, Handler: s.clerk.Name, Contact: "0971-0000092"})
		return err
	})
}

// asked plays a request about one's own data, by who signed up.
func (s *stage) asked(x demo.AskedPrivacy, by *activities.Signup) error {
	due, err := s.a.privacy.Due(s.ctx, s.clerk.Tenant, demo.Day(s.now, -x.Ago))
	if err != nil {
		return err
	}
	var r *privacy.Request
	err = s.act(-x.Ago, func(tx kernel.Tx) (err error) {
		r, err = s.a.privacy.Ask(tx, kernel.Anonymous(s.clerk.Tenant), privacy.Subject{Kind: privacy.OfSignup, ID: by.ID}, s.place.Path, due, x.Asking)
		return err
	})
	if err != nil || x.Answer == "" {
		return err
	}
	return s.act(-x.Ago+1, func(tx kernel.Tx) error {
		_, err := s.a.privacy.Answer(tx, s.clerk, r.ID, r.Version, true, x.Answer)
		return err
	})
}

// reachPlan asks for a plan as the planner would, and works it out.
func (l *loader) reachPlan(ctx context.Context, place *territory.Place) error {
	planners := l.g.HoldersAt(kernel.Planner, l.d.Places[0].ID)
	if len(planners) == 0 {
		return fmt.Errorf("the district has no planner")
	}
	who := planners[0]
	actor := kernel.Actor{Kind: kernel.ActorAccount, Tenant: demoTenant, Account: who, Name: l.masked[who], Posts: l.posts[who]}
	err := l.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
		_, err := l.a.plans.Create(tx, actor, planning.Draft{Kind: planning.Reach, Name: demo.ReachPlan.Zh, Place: place.ID})
		return err
	})
	if err != nil {
		return err
	}
	done, err := l.a.plans.Work(ctx, demoTenant, "demo")
	if err == nil && !done {
		err = fmt.Errorf("the plan was not worked out")
	}
	return err
}
