package cli

import (
	"context"
	"fmt"

	"sanzhi/internal/activities"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
)

// importActivities writes sessions as an import does: whole ones, each with its ledger row, in the unit of work.
func importActivities(tx kernel.Tx, log *ledger.Log, list []*activities.Activity) error {
	if err := (store.Activities{}).Insert(tx, list); err != nil {
		return err
	}
	for _, a := range list {
		if a.Venue != "" {
			if err := (store.Activities{}).Book(tx, a.Venue, a.ID, activities.Slots(a.From, a.To)); err != nil {
				return err
			}
		}
		public := map[string]any{"programme": a.Programme, "form": a.Form, "stage": string(a.Stage)}
		if a.Number > 0 {
			public["series"], public["session"] = string(a.Series), a.Number
		}
		if a.Source != "" {
			public["source"] = a.Source
		}
		if _, err := log.Append(tx, ledger.Entry{Actor: kernel.System(tx.Tenant()), Act: "activity_import", Object: a.ID, Version: a.Version, Public: public}); err != nil {
			return err
		}
	}
	return nil
}

// activities loads the district's activities.
func (l *loader) activities(ctx context.Context) error {
	d, err := l.g.Activities(l.now)
	if err != nil {
		return err
	}
	call := l.g.Call(d, l.now)
	return l.a.db.Update(ctx, demoTenant, func(tx kernel.Tx) error {
		s := store.Activities{}
		if err := s.PutSeries(tx, d.Series); err != nil {
			return err
		}
		for _, v := range d.Venues {
			if err := s.PutVenue(tx, v); err != nil {
				return err
			}
		}
		for _, list := range [][]*activities.Activity{d.Past, d.Coming, {call}} {
			if err := importActivities(tx, l.a.acts.Ledger, list); err != nil {
				return err
			}
		}
		if _, err := l.a.acts.Enrol(tx, d.Workers[0].Person.Path, contacts(d.Workers)); err != nil {
			return err
		}
		return l.brigade(tx, d)
	})
}

func contacts(l []demo.Volunteer) []activities.Enrolment {
	out := make([]activities.Enrolment, len(l))
	for i, v := range l {
		out[i] = activities.Enrolment{Person: v.Person, Contact: v.Contact}
	}
	return out
}

// brigade loads the teams of a village: everybody is in one, every fourth in two.
func (l *loader) brigade(tx kernel.Tx, d *demo.Activities) error {
	s := store.Activities{}
	people, err := l.a.acts.Enrol(tx, d.Village.Path, contacts(d.People))
	if err != nil {
		return err
	}
	for _, t := range d.Teams {
		if err := s.PutTeam(tx, t); err != nil {
			return err
		}
	}
	posts := activities.ServicePosts()
	var members []*activities.Member
	for i, p := range people {
		members = append(members, &activities.Member{ID: kernel.NewID(tx.Now()), Team: d.Teams[1+i%4].ID, Person: p.ID, Post: posts[i%len(posts)].ID, From: tx.Now()})
		if i%4 == 0 {
			members = append(members, &activities.Member{ID: kernel.NewID(tx.Now()), Team: d.Teams[1+(i+1)%4].ID, Person: p.ID, Post: posts[(i+1)%len(posts)].ID, From: tx.Now()})
		}
	}
	if err := s.Join(tx, members); err != nil {
		return err
	}
	for i, g := range d.Groups {
		if err := s.PutGrid(tx, d.Teams[0].ID, i+1, []kernel.ID{g}); err != nil {
			return err
		}
	}
	return nil
}

// sessionsWhole counts the sessions of a series, or tells that its numbers are not 1…n.
func sessionsWhole(tx kernel.Tx, title string) (measured, error) {
	n, first, last, err := store.Activities{}.Sessions(tx, title)
	if err == nil && n > 0 && (first != 1 || last != n) {
		return count(-1, fmt.Sprintf("activity: %d sessions bear numbers from %d to %d", n, first, last)), nil
	}
	return count(n, "activity, activity_series"), err
}

func activityCount(programme string) func(tx kernel.Tx) (measured, error) {
	return func(tx kernel.Tx) (measured, error) {
		n, err := store.Activities{}.CountActivities(tx, programme, demo.PeriodFrom, demo.PeriodTo)
		return count(n, "activity"), err
	}
}
