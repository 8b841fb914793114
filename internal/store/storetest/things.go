package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
)

// thingsNamed: what an id is, is found in whatever table it lies; a case has its title within the scope alone; another district's is not there.
func thingsNamed(t *testing.T, db *store.DB) {
	open, secret := newCase(1), newCase(2)
	open.Path, open.Confidential, open.Title = "630105/1/", false, kernel.T("路灯 '不亮'", "Street lamp")
	secret.Path, secret.Confidential = "630105/1/", true
	org := &orgs.Org{ID: newID(), Kind: orgs.Department, Name: "供水所", Path: "630105/1/"}
	update(t, db, func(tx kernel.Tx) error {
		for _, c := range []*cases.Case{open, secret} {
			if _, err := (store.Cases{}).Insert(tx, c, nil); err != nil {
				return err
			}
		}
		return store.Orgs{}.PutOrgs(tx, []*orgs.Org{org})
	})
	ids := []kernel.ID{open.ID, secret.ID, org.ID, newID()}
	bare := func(c *cases.Case) ledger.Thing {
		return ledger.Thing{ID: c.ID, Kind: "case", Name: kernel.Text{Zh: c.Number}, Path: c.Path}
	}
	named := bare(open)
	named.Name, named.Shown = kernel.Text{Zh: open.Number + " 路灯 '不亮'", En: open.Number + " Street lamp"}, true
	whole := ledger.Thing{ID: org.ID, Kind: "org", Name: kernel.Text{Zh: "供水所"}, Path: org.Path, Shown: true}
	for name, c := range map[string]struct {
		seen access.Scope
		want map[kernel.ID]ledger.Thing
	}{
		"nothing within sight":   {access.Scope{Tenant: tenant}, map[kernel.ID]ledger.Thing{open.ID: bare(open), secret.ID: bare(secret), org.ID: whole}},
		"nothing confidential":   {access.Scope{Tenant: tenant, Clauses: []access.Clause{{ExcludeConfidential: true}}}, map[kernel.ID]ledger.Thing{open.ID: named, secret.ID: bare(secret), org.ID: whole}},
		"sight of another place": {access.Scope{Tenant: tenant, Clauses: []access.Clause{{PathLo: "630105/2/", PathHi: "630105/20"}}}, map[kernel.ID]ledger.Thing{open.ID: bare(open), secret.ID: bare(secret), org.ID: whole}},
	} {
		view(t, db, func(tx kernel.Tx) error {
			got, err := store.Desk{}.Things(tx, ids, c.seen)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return err
		})
	}
	err := db.View(t.Context(), other, func(tx kernel.Tx) error {
		got, err := store.Desk{}.Things(tx, ids, everything(other))
		if len(got) != 0 {
			t.Errorf("another district is told of %v", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
