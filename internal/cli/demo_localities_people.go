package cli

import (
	"context"
	"fmt"

	"sanzhi/internal/activities"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	room "sanzhi/internal/registers"
	"sanzhi/internal/rounds"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// entries enters what the locality keeps in registers.
func (l *localLoader) entries(ctx context.Context) error {
	if len(l.g.Kept) == 0 {
		return nil
	}
	return l.update(ctx, func(tx kernel.Tx) error {
		for _, k := range l.g.Kept {
			d, err := l.entry(k)
			if err != nil {
				return err
			}
			if _, _, err := l.a.registers.Add(tx, kernel.System(l.g.Tenant), d); err != nil {
				return fmt.Errorf("%s %v: %w", k.Register, k.Values, err)
			}
		}
		return nil
	})
}

func (l *localLoader) entry(k demo.LocalEntry) (d room.Draft, err error) {
	d = room.Draft{Register: k.Register, Values: k.Values}
	if k.Org != "" {
		if d.Org, err = l.org(k.Org); err != nil {
			return d, err
		}
	}
	if k.Place != "" {
		if d.Place, err = l.place(k.Place); err != nil {
			return d, err
		}
	}
	for _, x := range k.Links {
		var id kernel.ID
		if o := l.g.Org(x[1]); o != nil {
			id = o.ID
		} else if id, err = l.place(x[1]); err != nil {
			return d, err
		}
		d.Links = append(d.Links, room.LinkDraft{Role: x[0], Target: id})
	}
	return d, nil
}

// activities imports the sessions of the locality.
func (l *localLoader) activities(ctx context.Context) error {
	d, err := l.g.Activities()
	if err != nil {
		return err
	}
	return l.update(ctx, func(tx kernel.Tx) error {
		s := store.Activities{}
		for _, p := range l.g.Programmes {
			if err := l.a.acts.PutProgramme(tx, kernel.System(l.g.Tenant), p); err != nil {
				return err
			}
		}
		if d.Series != nil {
			if err := s.PutSeries(tx, d.Series); err != nil {
				return err
			}
		}
		for _, v := range d.Venues {
			if err := s.PutVenue(tx, v); err != nil {
				return err
			}
		}
		return importActivities(tx, l.a.acts.Ledger, d.Past)
	})
}

// brigade loads volunteers, their teams and grids, and who agreed to be visited.
func (l *localLoader) brigade(ctx context.Context) error {
	b := l.g.Brigade
	if b == nil {
		return nil
	}
	village := l.g.Place(b.Place)
	clerk, err := l.actor(kernel.CommunityClerk, village.ID)
	if err != nil {
		return err
	}
	visitor, err := l.actor(kernel.Volunteer, village.ID)
	if err != nil {
		return err
	}
	if err := l.update(ctx, func(tx kernel.Tx) error {
		s, teams, posts := store.Activities{}, l.g.NewTeams(), activities.ServicePosts()
		people, err := l.a.acts.Enrol(tx, village.Path, contacts(l.g.Volunteers()))
		if err != nil {
			return err
		}
		for _, t := range teams {
			if err := s.PutTeam(tx, t); err != nil {
				return err
			}
		}
		var members []*activities.Member
		in := func(person kernel.ID, n int) {
			members = append(members, &activities.Member{ID: kernel.NewID(tx.Now()), Team: teams[1+n%4].ID, Person: person, Post: posts[n%len(posts)].ID, From: tx.Now()})
		}
		for i, p := range people {
			in(p.ID, i)
			if i < b.Twice {
				in(p.ID, i+1)
			}
		}
		if err := s.Join(tx, members); err != nil {
			return err
		}
		groups := map[int][]kernel.ID{}
		for i, g := range l.g.Groups(b.Place) {
			groups[1+i%b.Grids] = append(groups[1+i%b.Grids], g)
		}
		for n := 1; n <= b.Grids; n++ {
			if err := l.a.acts.PutGrid(tx, clerk, teams[0].ID, n, groups[n]); err != nil {
				return err
			}
		}
		return l.a.rounds.Found(tx) // the visits need their template
	}); err != nil {
		return err
	}
	return l.update(ctx, func(tx kernel.Tx) error {
		for i, c := range l.g.CareNames() {
			group := l.g.Groups(b.Place)[i%len(l.g.Groups(b.Place))]
			if _, err := l.a.rounds.Agree(tx, clerk, rounds.Enrol{Name: c.Contact.Name, Phone: c.Contact.Phone, Address: fmt.Sprintf("%s%d号", village.Name, 3+2*i), Place: group, Visitor: visitor.Account,
				Every: 7, Part: rounds.AllParts[i%len(rounds.AllParts)], Text: rounds.ConsentVersion, By: rounds.BySelf, How: rounds.InWriting, Agreed: true}); err != nil {
				return fmt.Errorf("care: %w", err)
			}
		}
		return l.clinic(tx, clerk, village)
	})
}

// clinic writes down who agreed, by a consent of its own, to visits by the town's clinic, and makes the first of these visits.
func (l *localLoader) clinic(tx kernel.Tx, clerk kernel.Actor, village *territory.Place) error {
	doctor := kernel.ID("")
	for _, h := range l.g.Holdings {
		if h.Role == kernel.Cadre && h.Path.Holds(village.Path) && l.g.OrgKind(h.Org) == orgs.Institution {
			doctor = h.Person
		}
	}
	if doctor == "" {
		return fmt.Errorf("%s has no clinic", village.Name)
	}
	for i, c := range l.g.CareNames()[:demo.ClinicVisits] {
		if _, err := l.a.rounds.Agree(tx, clerk, rounds.Enrol{Template: "clinic-visit", Name: c.Contact.Name, Phone: c.Contact.Phone, Address: fmt.Sprintf("%s%d号", village.Name, 3+2*i), Place: village.ID, Visitor: doctor,
			Every: 30, Part: rounds.Morning, Text: rounds.PartnerConsentVersion, By: rounds.BySelf, How: rounds.InWriting, Agreed: true}); err != nil {
			return fmt.Errorf("clinic: %w", err)
		}
	}
	return nil
}

// labour imports the piece work that is over, weighing by weighing, and the call that is open.
func (l *localLoader) labour(ctx context.Context) error {
	if l.g.Labour == nil {
		return nil
	}
	pickers := l.g.Pickers()
	call := l.g.Call(pickers, l.now)
	days, shifts := l.g.Harvest()
	return l.update(ctx, func(tx kernel.Tx) error {
		people, err := l.a.acts.Enrol(tx, l.g.Place(l.g.Labour.Place).Path, contacts(pickers))
		if err != nil {
			return err
		}
		if err := importActivities(tx, l.a.acts.Ledger, append(days, call)); err != nil {
			return err
		}
		s := store.Activities{}
		for i, x := range shifts {
			a := days[x.Day]
			p, who := a.Posts[x.Post], people[x.Picker]
			signup := &activities.Signup{ID: kernel.NewID(tx.Now()), Activity: a.ID, Post: p.ID, Who: who.Who, Shown: who.Shown, CodeHash: fmt.Sprintf("import %s %d", l.g.Tenant, i), Day: p.Day(), State: activities.In, At: a.From}
			if err := s.InsertSignup(tx, signup); err != nil {
				return err
			}
			if err := s.AddWeighing(tx, &activities.Weighing{ID: kernel.NewID(tx.Now()), Activity: a.ID, Signup: signup.ID, Who: who.Who, Grams: x.Grams, RateFen: p.RateFen, Employment: p.Employment}); err != nil {
				return err
			}
		}
		_, err = l.a.acts.Ledger.Append(tx, ledger.Entry{Actor: kernel.System(l.g.Tenant), Act: "activity_import", Object: days[0].ID, Version: 1, Public: map[string]any{"weighed": len(shifts), "source": "演示导入"}})
		return err
	})
}
