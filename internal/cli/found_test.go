package cli

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// quick makes an app whose passwords are hashed for tests.
func quick(t *testing.T, a *app) *app {
	t.Helper()
	h, err := access.NewHasher(access.Params{MemoryKiB: 64, Time: 1, Threads: 1}, 2, 64)
	if err != nil {
		t.Fatal(err)
	}
	a.access.Hasher = h
	return a
}

var chengbei = kernel.T("城北区", "Chengbei District")

func TestADistrictIsFoundedOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		ctx, tn := context.Background(), kernel.Tenant("630105")
		a := quick(t, joined(t, db, clock))
		importList(t, db, list(streets23, villages("630105002204,小桥社区居民委员会", "630105100001,一村村民委员会", "630105100400,园区")), DivisionsOptions{Year: 2023})
		f, err := Found(ctx, a, tn, chengbei, "Ops", "09:00-12:00,14:00-18:00")
		if err != nil {
			t.Fatal(err)
		}
		if f.DivisionsYear != 2023 || f.Places != 6 || f.Orgs != 6 || !slices.Contains(f.Flows, "menu") {
			t.Errorf("%+v", f)
		}
		set, err := a.setups.Of(ctx, tn)
		if err != nil {
			t.Fatal(err)
		}
		if set.Demo || len(set.Items) != 0 || len(set.Rules) != 0 || set.Latest["menu"] == 0 || set.District != chengbei {
			t.Errorf("%+v", set)
		}
		// The rounds that ship are in force, and the first day makes duties of them.
		in := 0
		if err := db.View(ctx, tn, func(tx kernel.Tx) error {
			l, err := a.rounds.Templates.InForce(tx, false)
			in = len(l)
			return err
		}); err != nil || in < 6 || a.rounds.Tick(ctx, tn, 100) != nil {
			t.Errorf("%d rounds are in force, %v", in, err)
		}
		names := map[string]territory.Kind{}
		err = db.View(ctx, tn, func(tx kernel.Tx) error {
			return store.Territory{}.EachPlace(tx, func(p *territory.Place) error {
				names[string(p.Path)+" "+p.Name] = p.Kind
				if o := set.Orgs[set.Committee[p.ID]]; o == nil || o.Path != p.Path {
					t.Errorf("nobody serves %s", p.Name)
				}
				return nil
			})
		})
		want := map[string]territory.Kind{"630105/ 城北区": territory.County, "630105/002/ 小桥大街街道": territory.Subdistrict, "630105/002/204/ 小桥社区": territory.Community,
			"630105/100/ 大堡子镇": territory.Town, "630105/100/001/ 一村": territory.Village, "630105/100/400/ 园区": territory.VillageOther}
		if diff := cmp.Diff(want, names); diff != "" || err != nil {
			t.Error(diff, err)
		}

		// A second founding is refused and changes nothing, whoever asks.
		if _, err := Found(ctx, a, tn, kernel.T("别的", "another"), "other", "09:00-12:00"); !kernel.Is(err, kernel.KindConflict) {
			t.Errorf("founded twice: %v", err)
		}
		row, err := a.setups.Of(ctx, tn)
		if err != nil || row.District != chengbei {
			t.Errorf("%v %v", row.District, err)
		}
		for _, bad := range []struct {
			name          kernel.Text
			admin, office string
		}{{kernel.T("", "x"), "ops", "09:00-12:00"}, {chengbei, "x y", "09:00-12:00"}, {chengbei, "ops", "nine to five"}} {
			if _, err := Found(ctx, a, "630104", bad.name, bad.admin, bad.office); !kernel.Is(err, kernel.KindInvalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		err = db.View(ctx, tn, func(tx kernel.Tx) error {
			rows, err := store.Ledger{}.OfObject(tx, kernel.ID(tn))
			acts := map[string]int{}
			for _, r := range rows {
				acts[r.Act]++
			}
			if acts[foundedAct] != 1 || acts["round_published"] != 7 || len(rows) != 8 {
				t.Errorf("the ledger's rows of the founding: %v", acts)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// The three administrators can do nothing but change their passwords until they have.
func TestTheFirstPasswordMustBeChanged(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		ctx, tn := context.Background(), kernel.Tenant("610632")
		a := quick(t, joined(t, db, clock))
		f, err := Found(ctx, a, tn, kernel.T("黄陵县", "Huangling County"), "ops", "09:00-12:00,14:00-18:00")
		if err != nil {
			t.Fatal(err)
		}
		if f.DivisionsYear != 0 || f.Places != 1 {
			t.Errorf("%+v", f)
		}
		may := map[kernel.Role]access.Permission{kernel.SystemAdmin: access.SettingsWrite, kernel.SecurityAdmin: access.AccountWrite, kernel.Auditor: access.AuditRead}
		seen := map[string]bool{}
		for _, x := range f.Administrators {
			if seen[x.Password] || len(x.Password) != 19 {
				t.Errorf("the password of %s", x.User)
			}
			seen[x.Password] = true
			signIn := func(password string) (access.Signed, error) {
				bearer, _, err := a.access.SignIn(ctx, access.SignIn{Tenant: tn, User: x.User, Password: password, Address: "127.0.0.1"})
				if err != nil {
					return access.Signed{}, err
				}
				return a.access.Authenticate(ctx, bearer)
			}
			first, err := signIn(x.Password)
			if err != nil || !first.MustChange || len(first.Actor.Posts) != 0 || access.Decide(first.Actor, may[x.Role], access.Whole(tn)).Allow {
				t.Errorf("%s before: %+v, %v", x.User, first, err)
			}
			if err := a.access.ChangePassword(ctx, first.Actor, "127.0.0.1", x.Password, x.Password); !kernel.Is(err, kernel.KindInvalid) {
				t.Errorf("%s keeps the password: %v", x.User, err)
			}
			if err := a.access.ChangePassword(ctx, first.Actor, "127.0.0.1", x.Password, "green tea 77"); err != nil {
				t.Fatal(err)
			}
			if _, err := signIn(x.Password); !kernel.Is(err, kernel.KindUnsigned) {
				t.Errorf("%s signs in with the first password again: %v", x.User, err)
			}
			then, err := signIn("green tea 77")
			if err != nil || then.MustChange || !access.Decide(then.Actor, may[x.Role], access.Whole(tn)).Allow {
				t.Errorf("%s after: %+v, %v", x.User, then, err)
			}
			for role, p := range may {
				if role != x.Role && access.Decide(then.Actor, p, access.Whole(tn)).Allow {
					t.Errorf("%s may what %s may", x.User, role)
				}
			}
		}
	})
}

func TestFoundByCommand(t *testing.T) {
	dir := t.TempDir()
	args := []string{"found", "--data", dir, "--tenant", "610632", "--name-zh", "黄陵县", "--name-en", "Huangling County", "--admin", "ops"}
	if status, _, errs := run(t, args[:3]...); status != exitUsage {
		t.Errorf("without names: %d %s", status, errs)
	}
	if status, _, errs := run(t, append([]string{"found", "--data", dir}, args[5:]...)...); status == exitDone || !strings.Contains(errs, "--tenant") {
		t.Errorf("without a district: %d %s", status, errs)
	}
	status, out, errs := run(t, append(args, "--json")...)
	var f Founded
	if err := json.Unmarshal([]byte(out), &f); status != exitDone || err != nil || len(f.Administrators) != 3 {
		t.Fatalf("%d %v %s %s", status, err, out, errs)
	}
	if status, out, errs := run(t, args...); status != exitFailed || strings.Contains(out, "ops") || !strings.Contains(errs, "610632") {
		t.Errorf("again: %d %s %s", status, out, errs)
	}
	args[4] = "610631"
	if status, out, _ := run(t, args...); status != exitDone || strings.Count(out, "ops-security") != 1 || !strings.Contains(out, "founded Huangling County (610631)") {
		t.Errorf("in words: %d %s", status, out)
	}
}
