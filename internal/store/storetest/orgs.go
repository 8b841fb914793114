package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// putPlace founds a place by hand; until is 0 while it stands.
func putPlace(t *testing.T, db *store.DB, id, kind, path string, until int64) {
	t.Helper()
	write(t, db, func(c dialect.Conn) error {
		_, err := c.Exec(`INSERT INTO place (tenant, id, parent, kind, code, name, initials, path, households, people, host, functions, valid_from, valid_to)
			VALUES ($1, $2, '', $3, $2, $2, '', $4, 0, 0, '', '', 0, $5)`, string(tenant), id, kind, path, until)
		return err
	})
}

func cover(org, place string, kind orgs.CoverKind, lead bool) *orgs.Cover {
	return &orgs.Cover{ID: newID(), Kind: kind, Org: kernel.ID(org), Place: kernel.ID(place), Lead: lead, From: start}
}

// orgsCoverage: 14 compounds in two communities, of which some are covered, some twice, some no more, some in another way.
func orgsCoverage(t *testing.T, db *store.DB) {
	for i := range 14 {
		community := "204"
		if i >= 9 {
			community = "205"
		}
		putPlace(t, db, fmt.Sprintf("compound-%02d", i), "compound", fmt.Sprintf("630105/002/%s/c%02d/", community, i), 0)
	}
	putPlace(t, db, "gone", "compound", "630105/002/204/gone/", 5)
	putPlace(t, db, "grid", "grid", "630105/002/204/grid/", 0)
	ended := cover("branch-a", "compound-03", orgs.CoverBranch, true)
	ended.To = start.Add(time.Hour)
	covers := []*orgs.Cover{ended, cover("branch-a", "gone", orgs.CoverBranch, true), cover("branch-a", "grid", orgs.CoverBranch, true),
		cover("firm", "compound-04", orgs.CoverProperty, true)}
	for _, i := range []int{0, 1, 2, 9, 10} {
		covers = append(covers, cover("branch-a", fmt.Sprintf("compound-%02d", i), orgs.CoverBranch, true))
	}
	covers = append(covers, cover("branch-b", "compound-00", orgs.CoverBranch, false)) // twice covered, once counted
	update(t, db, func(tx kernel.Tx) error {
		for _, o := range []string{"branch-a", "branch-b", "branch-idle"} {
			if err := (store.Orgs{}).PutOrgs(tx, []*orgs.Org{{ID: kernel.ID(o), Kind: orgs.Branch, Name: o}}); err != nil {
				return err
			}
		}
		return store.Orgs{}.PutCovers(tx, covers)
	})
	for _, tt := range []struct {
		kind orgs.CoverKind
		path kernel.Path
		want orgs.Rate
	}{
		{orgs.CoverBranch, "630105/", orgs.Rate{Num: 5, Den: 14}},
		{orgs.CoverBranch, "630105/002/204/", orgs.Rate{Num: 3, Den: 9}},
		{orgs.CoverBranch, "630105/002/205/", orgs.Rate{Num: 2, Den: 5}},
		{orgs.CoverBranch, "630105/002/20/", orgs.Rate{}}, // no prefix of a segment
		{orgs.CoverProperty, "630105/", orgs.Rate{Num: 1, Den: 14}},
		{orgs.CoverPaired, "630105/", orgs.Rate{Num: 0, Den: 14}},
	} {
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Orgs{}.Coverage(tx, tt.kind, tt.path)
			if got != tt.want {
				t.Errorf("%s at %s: %v, want %v", tt.kind, tt.path, got, tt.want)
			}
			return err
		})
	}
	view(t, db, func(tx kernel.Tx) error {
		n, err := store.Orgs{}.OrgCount(tx, orgs.Branch, orgs.CoverBranch)
		if n != 2 {
			t.Errorf("%d branches cover something, want 2", n)
		}
		return err
	})
	if got := (orgs.Rate{Num: 359, Den: 360}).Percent(); got != "99.72 %" {
		t.Errorf("359/360 is printed as %s", got)
	}
	endCover(t, db)
}

// endCover: a cover that has ended counts no more, and ends once.
func endCover(t *testing.T, db *store.DB) {
	for _, want := range []bool{true, false} {
		update(t, db, func(tx kernel.Tx) error {
			ok, err := store.Orgs{}.EndCover(tx, "branch-a", "compound-01", orgs.CoverBranch)
			if ok != want {
				t.Errorf("ended: %v, want %v", ok, want)
			}
			return err
		})
	}
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Orgs{}.Coverage(tx, orgs.CoverBranch, "630105/")
		if want := (orgs.Rate{Num: 4, Den: 14}); got != want {
			t.Errorf("after one ended: %v, want %v", got, want)
		}
		return err
	})
}

func orgsLead(t *testing.T, db *store.DB) {
	put := func(c *orgs.Cover) error {
		return db.Update(context.Background(), tenant, func(tx kernel.Tx) error { return store.Orgs{}.PutCovers(tx, []*orgs.Cover{c}) })
	}
	for _, c := range []*orgs.Cover{cover("a", "x", orgs.CoverPaired, true), cover("b", "x", orgs.CoverPaired, false), cover("b", "y", orgs.CoverPaired, true),
		cover("c", "x", orgs.CoverBranch, true)} {
		if err := put(c); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]*orgs.Cover{"a second lead": cover("c", "x", orgs.CoverPaired, true), "the same cover again": cover("b", "x", orgs.CoverPaired, false)} {
		if err := put(c); err == nil || !db.Engine.IsUnique(err) {
			t.Errorf("%s: %v, want a violation of a unique key", name, err)
		}
	}
	// When the lead's cover has ended, another may lead.
	update(t, db, func(tx kernel.Tx) error { _, err := store.Orgs{}.EndCover(tx, "a", "x", orgs.CoverPaired); return err })
	if err := put(cover("c", "x", orgs.CoverPaired, true)); err != nil {
		t.Errorf("after the lead ended: %v", err)
	}
}

func orgsPosts(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	person := newID()
	h := func(title string, from, to time.Duration) *orgs.Holding {
		l := &orgs.Holding{ID: newID(), Person: person, Title: title, Role: kernel.Cadre, Org: "org", Place: "place", Path: "630105/002/", Level: "street", From: start.Add(from)}
		if to != 0 {
			l.To = start.Add(to)
		}
		return l
	}
	update(t, db, func(tx kernel.Tx) error {
		return store.Orgs{}.PutHoldings(tx, []*orgs.Holding{h("always", -time.Hour, 0), h("past", -time.Hour, -time.Minute), h("soon", time.Minute, time.Hour), h("until", -time.Hour, time.Minute)})
	})
	for _, tt := range []struct {
		after time.Duration
		want  []string
	}{{0, []string{"always", "until"}}, {time.Minute, []string{"always", "soon"}}, {time.Hour, []string{"always"}}} {
		clock.Set(start.Add(tt.after))
		view(t, db, func(tx kernel.Tx) error {
			posts, err := store.Orgs{}.PostsOf(tx, person)
			var got []string
			for _, p := range posts {
				got = append(got, p.Name)
				if p.Role != kernel.Cadre || p.Org != "org" || p.Path != "630105/002/" || p.Level != "street" || p.Place != "place" {
					t.Errorf("the post is %+v", p)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("after %v (-want +got)\n%s", tt.after, diff)
			}
			return err
		})
	}
	putPlace(t, db, "place", "subdistrict", "630105/002/", 0)
	putPlace(t, db, "place2", "subdistrict", "630105/003/", 0)
	view(t, db, func(tx kernel.Tx) error {
		for title, want := range map[string]orgs.Rate{"always": {Num: 1, Den: 2}, "past": {Num: 0, Den: 2}} {
			if got, err := (store.Orgs{}).PostCoverage(tx, "subdistrict", title, "630105/"); err != nil || got != want {
				t.Errorf("places with a post %s: %v, %v; want %v", title, got, err, want)
			}
		}
		return nil
	})
}

func orgsStaff(t *testing.T, db *store.DB) {
	db, clock := clocked(db)
	posts := map[string]kernel.Path{"county": "630105/", "street": "630105/002/", "community": "630105/002/204/", "sibling": "630105/002/20/", "nowhere": "", "elsewhere": "630105/003/"}
	update(t, db, func(tx kernel.Tx) error {
		for name, path := range posts {
			h := &orgs.Holding{ID: newID(), Person: kernel.ID(name), Role: kernel.Cadre, Org: "org", Path: path, From: start}
			if err := (store.Orgs{}).PutHoldings(tx, []*orgs.Holding{h}); err != nil {
				return err
			}
			if err := (store.Orgs{}).PutPeople(tx, []*orgs.Person{{ID: kernel.ID(name), NameSealed: "n-" + name}}); err != nil {
				return err
			}
		}
		return nil
	})
	staff := func(role kernel.Role, path kernel.Path) (got []string) {
		view(t, db, func(tx kernel.Tx) error {
			l, err := store.Orgs{}.Staff(tx, "org", role, path)
			for _, p := range l {
				got = append(got, string(p.ID))
			}
			if any, anyErr := (store.Orgs{}).Staffed(tx, "org", role, path); any != (len(l) > 0) || anyErr != nil {
				t.Errorf("staffed %v, %v; but there are %d", any, anyErr, len(l))
			}
			return err
		})
		return got
	}
	for path, want := range map[kernel.Path][]string{"630105/002/204/017/": {"community", "county", "street"}, "630105/002/": {"county", "street"},
		"630105/003/": {"county", "elsewhere"}, "630104/": nil} {
		if diff := cmp.Diff(want, staff(kernel.Cadre, path)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
	if l := staff(kernel.UnitDispatcher, "630105/002/"); len(l) != 0 {
		t.Errorf("another role: %v", l)
	}
	clock.Set(start.Add(-time.Hour))
	if l := staff(kernel.Cadre, "630105/002/"); len(l) != 0 {
		t.Errorf("before their time: %v", l)
	}
}

func orgsList(t *testing.T, db *store.DB) {
	var all []*orgs.Org
	for i := range 130 { // more than one statement of bulk
		all = append(all, &orgs.Org{ID: newID(), Kind: orgs.AllKinds[i%len(orgs.AllKinds)], Name: fmt.Sprintf("单位%03d_%%", i%50), Initials: fmt.Sprintf("dw%03d", i%50),
			Place: "p", Path: "630105/", Sectors: []string{"water", "light"}, Phone: "0971-1"})
	}
	for range 2 { // putting again changes, never doubles
		update(t, db, func(tx kernel.Tx) error { return store.Orgs{}.PutOrgs(tx, all) })
	}
	list := func(q string, kinds []orgs.Kind, limit int) (got []*orgs.Org) {
		p := kernel.Page{Limit: limit}
		for range 1000 {
			var l []*orgs.Org
			view(t, db, func(tx kernel.Tx) (err error) { l, p.After, err = store.Orgs{}.Orgs(tx, q, kinds, p); return err })
			got = append(got, l...)
			if p.After == "" {
				return got
			}
		}
		t.Fatal("the list does not end")
		return nil
	}
	slices.SortFunc(all, func(a, b *orgs.Org) int {
		return strings.Compare(a.Name+"\x00"+string(a.ID), b.Name+"\x00"+string(b.ID))
	})
	for _, limit := range []int{7, 130, 500} {
		if diff := cmp.Diff(all, list("", nil, limit), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("limit %d (-want +got)\n%s", limit, diff)
		}
	}
	for q, want := range map[string]int{"单位003": 3, "DW049": 2, "_": 130, "%": 130, "单位_": 0, "d%9": 0, "没有": 0} {
		if l := list(q, nil, 50); len(l) != want {
			t.Errorf("%s finds %d, want %d", q, len(l), want)
		}
	}
	if l := list("", []orgs.Kind{orgs.Branch, orgs.Mediation}, 9); len(l) != 20 {
		t.Errorf("two kinds: %d, want 20", len(l))
	}
}

func ledgerOrder(t *testing.T, db *store.DB) {
	object := newID()
	var want []*ledger.Row
	for i := range 6 {
		want = append(want, &ledger.Row{ID: newID(), Object: object, At: start.Add(time.Duration(i/2) * time.Second), Actor: "account:x", Act: "accept", Version: i,
			Public: `{"x":"中文"}`, Digest: "d", Salt: "s", Personal: "p", Seq: -1})
	}
	for _, i := range []int{3, 0, 5, 1, 4, 2} {
		update(t, db, func(tx kernel.Tx) error { return store.Ledger{}.Append(tx, want[i]) })
	}
	view(t, db, func(tx kernel.Tx) error {
		got, err := store.Ledger{}.OfObject(tx, object)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		return err
	})
	if err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error { return store.Ledger{}.Append(tx, want[0]) }); !db.Engine.IsUnique(err) {
		t.Errorf("the same row twice: %v", err)
	}
}
