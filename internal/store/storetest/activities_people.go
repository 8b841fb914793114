package storetest

import (
	"context"
	"fmt"
	"testing"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// activitiesTeams: 61 persons in four teams, some in several, stay 61; twelve grids hold every villager group once.
func activitiesTeams(t *testing.T, db *store.DB) {
	const village = "630105/104/203/"
	var groups []kernel.ID
	for i := range 14 {
		id := fmt.Sprintf("group-%02d", i)
		putPlace(t, db, id, "villager_group", fmt.Sprintf("%sz%02d/", village, i), 0)
		groups = append(groups, kernel.ID(id))
	}
	brigade := &activities.Team{ID: newID(), Title: "孝美查塘", Path: village}
	teams := []*activities.Team{brigade}
	for _, k := range activities.TeamKinds[1:] {
		teams = append(teams, &activities.Team{ID: newID(), Parent: brigade.ID, Title: k.Title.Zh, Kind: k.ID, Path: village})
	}
	people := make([]*activities.Person, 61)
	for i := range people {
		people[i] = &activities.Person{ID: newID(), Who: fmt.Sprintf("phone:%02d", i), Kind: activities.VolunteerKind, Number: fmt.Sprintf("V%02d", i), Path: village, At: start}
	}
	var members []*activities.Member
	for i, p := range people {
		members = append(members, &activities.Member{ID: newID(), Team: teams[1+i%4].ID, Person: p.ID, From: start})
		if i%3 == 0 {
			members = append(members, &activities.Member{ID: newID(), Team: teams[1+(i+1)%4].ID, Person: p.ID, From: start})
		}
	}
	update(t, db, func(tx kernel.Tx) error {
		if err := (store.Activities{}).Register(tx, people); err != nil {
			return err
		}
		for _, x := range teams {
			if err := (store.Activities{}).PutTeam(tx, x); err != nil {
				return err
			}
		}
		if err := (store.Activities{}).Join(tx, members); err != nil {
			return err
		}
		for i := range 12 {
			hold := groups[i : i+1]
			if i == 11 {
				hold = groups[11:13] // the fourteenth is forgotten
			}
			if err := (store.Activities{}).PutGrid(tx, brigade.ID, i+1, hold); err != nil {
				return err
			}
		}
		return nil
	})
	check := func(members int, cover activities.GridCover) {
		t.Helper()
		view(t, db, func(tx kernel.Tx) error {
			b, err := store.Activities{}.Team(tx, brigade.ID)
			if err != nil {
				return err
			}
			c, err := store.Activities{}.Cover(tx, b)
			if b.Members != members || c != cover {
				t.Errorf("%d members, %+v", b.Members, c)
			}
			return err
		})
	}
	check(61, activities.GridCover{Grids: 12, In: 13, Groups: 14})
	update(t, db, func(tx kernel.Tx) error { return store.Activities{}.PutGrid(tx, brigade.ID, 12, groups[13:]) })
	check(61, activities.GridCover{Grids: 12, In: 14, Groups: 14})
	for name, act := range map[string]func(tx kernel.Tx) error{
		"a group in two grids": func(tx kernel.Tx) error { return store.Activities{}.PutGrid(tx, brigade.ID, 1, groups[5:6]) },
		"a member twice": func(tx kernel.Tx) error {
			return store.Activities{}.Join(tx, []*activities.Member{{ID: newID(), Team: members[0].Team, Person: members[0].Person, From: start}})
		},
		"a person twice": func(tx kernel.Tx) error {
			return store.Activities{}.Register(tx, []*activities.Person{{ID: newID(), Who: "phone:00", Kind: activities.WorkerKind, Number: "W1"}})
		},
	} {
		t.Run(name, func(t *testing.T) { wantKind(t, db.Update(context.Background(), tenant, act), kernel.KindConflict) })
	}
	// Somebody in two teams leaves one: still 61. Then the other: 60.
	for i, want := range []int{61, 60} {
		update(t, db, func(tx kernel.Tx) error {
			ok, err := store.Activities{}.Leave(tx, members[i].Team, people[0].ID)
			if !ok {
				t.Error("was not in the team")
			}
			return err
		})
		check(want, activities.GridCover{Grids: 12, In: 14, Groups: 14})
	}
}

// activitiesForget: contacts are emptied when their activity is long over, and no others.
func activitiesForget(t *testing.T, db *store.DB) {
	over, long, gone := activity("刚结束", 9), activity("一年多前开始，十一个月前结束", 9), activity("早结束了", 9)
	for i, a := range []*activities.Activity{over, long, gone} {
		a.From = start.AddDate(0, []int{-1, -13, -14}[i], 0)
		a.To = a.From.AddDate(0, []int{0, 2, 0}[i], 1)
	}
	insertActivities(t, db, over, long, gone)
	want := map[string]bool{}
	for i, a := range []*activities.Activity{over, long, gone} {
		var x *activities.Signup
		update(t, db, func(tx kernel.Tx) (err error) {
			x, err = sign(tx, a, i)
			return err
		})
		write(t, db, func(c dialect.Conn) error {
			_, err := c.Exec(`UPDATE activity_signup SET contact = 'sealed', at = $3 WHERE tenant = $1 AND id = $2`, string(tenant), string(x.ID), a.From.AddDate(0, 0, -3).UnixMilli())
			return err
		})
		want[string(x.ID)] = a == gone
	}
	update(t, db, func(tx kernel.Tx) error {
		before := start.AddDate(0, -12, 0)
		n, err := store.Activities{}.Forget(tx, before, 100)
		if n != 1 {
			t.Errorf("%d contacts were emptied", n)
		}
		return err
	})
	for id, emptied := range want {
		view(t, db, func(tx kernel.Tx) error {
			x, err := store.Activities{}.Signup(tx, kernel.ID(id))
			if err == nil && (x.Contact == "") != emptied {
				t.Errorf("%s: contact %q", id, x.Contact)
			}
			return err
		})
	}
}
