package storetest

import (
	stdcmp "cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// activity makes an open activity with one post of the capacity, an hour from the start.
func activity(title string, capacity int) *activities.Activity {
	from := start.Add(time.Hour)
	return &activities.Activity{ID: newID(), Programme: "service", Form: "clean", Service: true, Title: title, Path: "630105/002/204/", Stage: activities.Open, Version: 1,
		From: from, To: from.Add(2 * time.Hour), Created: start, Posts: []*activities.Post{{ID: newID(), Pay: activities.Unpaid, Title: "扫楼道", Capacity: capacity, From: from, To: from.Add(2 * time.Hour)}}}
}

func insertActivities(t *testing.T, db *store.DB, l ...*activities.Activity) {
	t.Helper()
	update(t, db, func(tx kernel.Tx) error { return store.Activities{}.Insert(tx, l) })
}

func loadActivity(t *testing.T, db *store.DB, id kernel.ID) (a *activities.Activity) {
	t.Helper()
	view(t, db, func(tx kernel.Tx) (err error) {
		a, err = store.Activities{}.Activity(tx, id)
		return err
	})
	return a
}

// sign takes a place for the nth person.
func sign(tx kernel.Tx, a *activities.Activity, n int) (*activities.Signup, error) {
	x := &activities.Signup{ID: newID(), Activity: a.ID, Post: a.Posts[0].ID, Who: fmt.Sprintf("phone:%04d", n), Shown: "李*", CodeHash: fmt.Sprintf("%s-%d-%s", a.ID, n, newID()),
		Day: a.Posts[0].Day(), At: tx.Now().Add(time.Duration(n) * time.Millisecond)}
	var err error
	if x.State, _, err = (store.Activities{}).Take(tx, a.ID, x.Post); err != nil {
		return nil, err
	}
	return x, store.Activities{}.InsertSignup(tx, x)
}

// together runs n acts at the same time and gives their errors.
func together(n int, act func(i int) error) []error {
	errs, gate := make([]error, n), make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			errs[i] = act(i)
		})
	}
	close(gate)
	wg.Wait()
	return errs
}

// activitiesRoundTrip: what is written comes back, and a change of an old version is refused.
func activitiesRoundTrip(t *testing.T, db *store.DB) {
	a := activity("扫楼道", 5)
	a.About, a.Strands, a.Spot, a.Class, a.Risk, a.TravelOut = "带手套", []activities.Strand{activities.Virtue, activities.SelfRule}, "3 号楼下", "near", true, 20
	a.Precautions = activities.Precautions{Insurance: "保单 7", InsuredAt: start}
	a.Outcome = activities.Outcome{Words: "扫了 6 栋", Times: 30, People: 20, TookPart: 11}
	a.Posts[0].Skills, a.Posts[0].Kind = []string{"急救", "采茶"}, "environment"
	insertActivities(t, db, a)
	if diff := cmp.Diff(a, loadActivity(t, db, a.ID)); diff != "" {
		t.Error(diff)
	}
	changed := *a
	changed.Title, changed.Version = "扫院子", 2
	for i, want := range []bool{true, false} {
		update(t, db, func(tx kernel.Tx) error {
			ok, err := store.Activities{}.Update(tx, &changed)
			if ok != want {
				t.Errorf("change %d: %v, want %v", i, ok, want)
			}
			return err
		})
	}
	if diff := cmp.Diff(&changed, loadActivity(t, db, a.ID)); diff != "" {
		t.Error(diff)
	}
}

// activitiesPlaces: of 32 who want 5 places at once, 5 are in, the others stand in one line; leaving moves the first up.
func activitiesPlaces(t *testing.T, db *store.DB) {
	a := activity("扫楼道", 5)
	insertActivities(t, db, a)
	got := make([]*activities.Signup, 32)
	for i, err := range together(32, func(i int) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) (err error) {
			got[i], err = sign(tx, a, i)
			return err
		})
	}) {
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	states := map[activities.SignState]int{}
	for _, x := range got {
		states[x.State]++
	}
	p := loadActivity(t, db, a.ID).Posts[0]
	if states[activities.In] != 5 || states[activities.Waiting] != 27 || p.Filled != 5 || p.Waiting != 27 {
		t.Fatalf("%v, filled %d, waiting %d", states, p.Filled, p.Waiting)
	}
	// A place a day: the same person is refused, and leaves no trace in the counts.
	err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		_, err := sign(tx, a, 3)
		return err
	})
	wantKind(t, err, kernel.KindConflict)
	// Those who are in leave at the same time: the places go to the first in the line, and nobody gets two.
	var in, line []*activities.Signup
	for _, x := range got {
		if x.State == activities.In {
			in = append(in, x)
		} else {
			line = append(line, x)
		}
	}
	slices.SortFunc(line, func(a, b *activities.Signup) int {
		return stdcmp.Or(a.At.Compare(b.At), strings.Compare(string(a.ID), string(b.ID)))
	})
	for i, err := range together(8, func(i int) error { // three of them twice
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			_, _, err := store.Activities{}.End(tx, in[i%5])
			return err
		})
	}) {
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	p = loadActivity(t, db, a.ID).Posts[0]
	if p.Filled != 5 || p.Waiting != 22 {
		t.Errorf("filled %d, waiting %d", p.Filled, p.Waiting)
	}
	for i, x := range line {
		want := activities.Waiting
		if i < 5 {
			want = activities.In
		}
		view(t, db, func(tx kernel.Tx) error {
			now, err := store.Activities{}.Signup(tx, x.ID)
			if err == nil && now.State != want {
				t.Errorf("number %d of the line is %s", i+1, now.State)
			}
			if i == 6 {
				if n, err := (store.Activities{}).Ahead(tx, x); n != 1 || err != nil {
					t.Errorf("%d wait before the seventh, %v", n, err)
				}
			}
			return err
		})
	}
	// Who left may come back, to the end of the line.
	update(t, db, func(tx kernel.Tx) error {
		var n int
		_, err := fmt.Sscanf(in[0].Who, "phone:%d", &n)
		if err != nil {
			return err
		}
		x, err := sign(tx, a, n)
		if err == nil && x.State != activities.Waiting {
			t.Errorf("came back as %s", x.State)
		}
		return err
	})
}

// activitiesGrow: more places move the line up; fewer than are taken are refused.
func activitiesGrow(t *testing.T, db *store.DB) {
	a := activity("扫楼道", 1)
	insertActivities(t, db, a)
	update(t, db, func(tx kernel.Tx) error {
		for i := range 4 {
			if _, err := sign(tx, a, i); err != nil {
				return err
			}
		}
		return nil
	})
	for _, step := range []struct {
		capacity, moved, filled, waiting int
		ok                               bool
	}{{3, 2, 3, 1, true}, {2, 0, 3, 1, false}, {9, 1, 4, 0, true}} {
		b := loadActivity(t, db, a.ID)
		b.Version, b.Posts[0].Capacity = b.Version+1, step.capacity
		update(t, db, func(tx kernel.Tx) error {
			ok, err := store.Activities{}.Update(tx, b)
			if err != nil || ok != step.ok {
				t.Errorf("%d places: %v, %v", step.capacity, ok, err)
			}
			if !ok {
				return err
			}
			n, err := store.Activities{}.MoveUp(tx, a.ID)
			if n != step.moved {
				t.Errorf("%d places: %d moved up", step.capacity, n)
			}
			return err
		})
		if p := loadActivity(t, db, a.ID).Posts[0]; p.Filled != step.filled || p.Waiting != step.waiting {
			t.Errorf("%d places: filled %d, waiting %d", step.capacity, p.Filled, p.Waiting)
		}
	}
}

// activitiesSeries: 14 sessions held at once, of which some acts fail after taking a number, bear 1…14 without a gap.
func activitiesSeries(t *testing.T, db *store.DB) {
	s := &activities.Series{ID: newID(), Title: "论坛", Programme: "forum", Path: "630105/", Planned: 14}
	update(t, db, func(tx kernel.Tx) error { return store.Activities{}.PutSeries(tx, s) })
	list := make([]*activities.Activity, 20)
	for i := range list {
		list[i] = activity(fmt.Sprintf("第 %d 场", i), 9)
		list[i].Series = s.ID
	}
	insertActivities(t, db, list...)
	broken := fmt.Errorf("broken off")
	for i, err := range together(len(list), func(i int) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			n, err := store.Activities{}.NextNumber(tx, s.ID)
			if err != nil {
				return err
			}
			a := *list[i]
			a.Stage, a.Number, a.Version = activities.Held, n, 2
			if _, err := (store.Activities{}).Update(tx, &a); err != nil {
				return err
			}
			if i >= 14 { // what is undone gives its number back
				return broken
			}
			return nil
		})
	}) {
		if i < 14 && err != nil || i >= 14 && err == nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	var numbers []int
	view(t, db, func(tx kernel.Tx) error {
		l, _, err := store.Activities{}.List(tx, activities.Query{Series: s.ID, Stages: []activities.Stage{activities.Held}}, kernel.Page{Limit: 99})
		for _, a := range l {
			numbers = append(numbers, a.Number)
		}
		n, first, last, countErr := store.Activities{}.Sessions(tx, "论坛")
		if countErr != nil || n != 14 || first != 1 || last != 14 {
			t.Errorf("%d sessions from %d to %d, %v", n, first, last, countErr)
		}
		return err
	})
	slices.Sort(numbers)
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, numbers); diff != "" {
		t.Error(diff)
	}
	// No number twice, whoever writes it.
	err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		a := activity("又一个第 7 期", 9)
		a.Series, a.Number = s.ID, 7
		return store.Activities{}.Insert(tx, []*activities.Activity{a})
	})
	if err == nil {
		t.Error("number 7 was given twice")
	}
}

// activitiesVenue: of 32 who book an hour of one venue at once, one gets it; what touches it is refused, what follows is not.
func activitiesVenue(t *testing.T, db *store.DB) {
	v := &activities.Venue{ID: newID(), Title: "文化广场", Kind: "square", Path: "630105/002/204/"}
	update(t, db, func(tx kernel.Tx) error { return store.Activities{}.PutVenue(tx, v) })
	hour := func(fromMin, toMin int) []int64 {
		return activities.Slots(start.Add(time.Duration(fromMin)*time.Minute), start.Add(time.Duration(toMin)*time.Minute))
	}
	book := func(id string, slots []int64) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error { return store.Activities{}.Book(tx, v.ID, kernel.ID(id), slots) })
	}
	won := ""
	for i, err := range together(32, func(i int) error { return book(fmt.Sprintf("a%02d", i), hour(60, 120)) }) {
		switch {
		case err == nil && won != "":
			t.Errorf("%s and a%02d have the venue", won, i)
		case err == nil:
			won = fmt.Sprintf("a%02d", i)
		default:
			wantKind(t, err, kernel.KindConflict)
		}
	}
	if won == "" {
		t.Fatal("nobody has the venue")
	}
	wantKind(t, book("b", hour(30, 61)), kernel.KindConflict)
	wantKind(t, book("b", hour(119, 180)), kernel.KindConflict)
	for name, slots := range map[string][]int64{"before": hour(0, 60), "after": hour(120, 180), won: hour(60, 105)} {
		if err := book(name, slots); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := book("short", hour(105, 120)); err != nil { // what the winner gave up
		t.Error(err)
	}
	update(t, db, func(tx kernel.Tx) error { return store.Activities{}.Release(tx, kernel.ID(won)) })
	if err := book("late", hour(60, 105)); err != nil {
		t.Error(err)
	}
}

// activitiesDrafts: a list holds no draft of a place whose activities the reader does not keep; pages are whole.
func activitiesDrafts(t *testing.T, db *store.DB) {
	var list []*activities.Activity
	for i := range 23 {
		a := activity(fmt.Sprintf("%02d", i), 3)
		a.From = a.From.Add(time.Duration(i%5) * time.Hour)
		a.To = a.From.Add(time.Hour)
		if i%3 == 0 {
			a.Stage = activities.Draft
		}
		if i%2 == 0 {
			a.Path = "630105/002/205/"
		}
		list = append(list, a)
	}
	insertActivities(t, db, list...)
	for name, tt := range map[string]struct {
		posts []kernel.Post
		path  kernel.Path
		newer bool
	}{
		"nobody": {}, "one community": {posts: []kernel.Post{{Role: kernel.CommunityClerk, Path: "630105/002/204/"}}},
		"the district": {posts: []kernel.Post{{Role: kernel.UnitDispatcher, Path: "630105/"}}, newer: true}, "at a place": {path: "630105/002/205/"},
	} {
		actor := kernel.Actor{Kind: kernel.ActorAccount, Tenant: tenant, Account: "x", Posts: tt.posts}
		want, got := map[string]bool{}, map[string]bool{}
		for _, a := range list {
			if (a.Stage != activities.Draft || activities.MayWrite(actor, a.Path)) && (tt.path == "" || tt.path.Holds(a.Path)) {
				want[a.Title] = true
			}
		}
		q := activities.Query{Path: tt.path, Newest: tt.newer, Drafts: access.ScopeOf(actor, access.ActivityWrite)}
		var last *activities.Activity
		for p := (kernel.Page{Limit: 4}); ; {
			var next string
			view(t, db, func(tx kernel.Tx) error {
				l, n, err := store.Activities{}.List(tx, q, p)
				next = n
				for _, a := range l {
					if got[a.Title] || last != nil && (tt.newer && a.From.After(last.From) || !tt.newer && a.From.Before(last.From)) {
						t.Errorf("%s: %s comes twice or out of order", name, a.Title)
					}
					got[a.Title], last = true, a
				}
				return err
			})
			if p.After = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// activitiesStays: one open check-in at a time, none once the activity is over, and the counts of 人次 and 人.
func activitiesStays(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	a, b := activity("上午", 9), activity("下午", 9)
	b.Outcome = activities.Outcome{Times: 30, People: 12, TookPart: 11}
	a.Stage, b.Stage = activities.Held, activities.Held
	insertActivities(t, db, a, b)
	in := func(a *activities.Activity, signup, who string) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			return store.Activities{}.CheckIn(tx, &activities.Stay{ID: newID(), Activity: a.ID, Signup: kernel.ID(signup), Who: who, Pay: activities.Unpaid, In: tx.Now()})
		})
	}
	won := 0
	for _, err := range together(8, func(int) error { return in(a, "s1", "p1") }) {
		if err == nil {
			won++
		} else {
			wantKind(t, err, kernel.KindConflict)
		}
	}
	if won != 1 {
		t.Errorf("checked in %d times", won)
	}
	clock.Advance(30 * time.Minute)
	update(t, db, func(tx kernel.Tx) error {
		for i, want := range []bool{true, false} {
			if ok, err := (store.Activities{}).CheckOut(tx, "s1", tx.Now()); ok != want || err != nil {
				t.Errorf("check-out %d: %v, %v", i, ok, err)
			}
		}
		return nil
	})
	for _, s := range [][2]string{{"s1", "p1"}, {"s2", "p2"}} { // again after a break, and another person
		if err := in(a, s[0], s[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := in(b, "s3", "p1"); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Hour)
	update(t, db, func(tx kernel.Tx) error {
		closed := *a
		closed.Stage, closed.Version = activities.Closed, 2
		if _, err := (store.Activities{}).Update(tx, &closed); err != nil {
			return err
		}
		return store.Activities{}.CloseAll(tx, a.ID, tx.Now())
	})
	wantKind(t, in(a, "s4", "p4"), kernel.KindConflict)
	view(t, db, func(tx kernel.Tx) error {
		l, err := store.Activities{}.StaysOf(tx, "p1", "630105/", time.Time{}, time.Time{})
		if len(l) != 2 { // of the closed one; the other is not settled
			t.Errorf("%d stays", len(l))
		}
		for _, s := range l {
			if s.Out.IsZero() {
				t.Error("a stay of a closed activity is open")
			}
		}
		if err != nil {
			return err
		}
		c, err := store.Activities{}.Counts(tx, "630105/", time.Time{}, time.Time{})
		got := []float64{c.Sessions.Value, c.CameTimes.Value, c.CamePeople.Value, c.BenefitTimes.Value, c.BenefitPeople.Value}
		if diff := cmp.Diff([]float64{2, 3 + 11, 2, 30, 12}, got); diff != "" {
			t.Error(diff)
		}
		if _, err := c.CameTimes.Add(c.CamePeople); err == nil {
			t.Error("人次 and 人 were added")
		}
		return err
	})
}
