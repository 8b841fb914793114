package storetest

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// certificatesOfService: one person's alone, within the scope, a page at a time, the newest first.
func certificatesOfService(t *testing.T, db *store.DB) {
	ids := []string{string(newID()), string(newID()), string(newID()), string(newID())}
	slices.Sort(ids) // within a millisecond they come in any order
	err := db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
		for i, c := range []activities.Certificate{{Who: "phone:1", Path: "630105/002/204/"}, {Who: "phone:1", Path: "630105/003/301/"}, {Who: "phone:2", Path: "630105/002/204/"}, {Who: "phone:1", Path: "630105/002/204/"}} {
			c.ID, c.Number, c.Minutes, c.Body, c.Issued = kernel.ID(ids[i]), "N"+strconv.Itoa(i), 60, "sealed", start
			if err := (store.Activities{}).PutCertificate(tx, &c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		clause access.Clause
		want   []string
	}{
		{"anywhere", access.Clause{}, []string{ids[3], ids[1], ids[0]}},
		{"at one street", access.Clause{PathLo: "630105/002/", PathHi: "630105/0020"}, []string{ids[3], ids[0]}},
	} {
		var got []string
		err := db.View(context.Background(), tenant, func(tx kernel.Tx) error {
			for p := (kernel.Page{Limit: 1}); ; {
				l, next, err := (store.Activities{}).Certificates(tx, "phone:1", access.Scope{Tenant: tenant, Clauses: []access.Clause{c.clause}}, p)
				for _, x := range l {
					got = append(got, string(x.ID))
				}
				if err != nil || next == "" {
					return err
				}
				p.After = next
			}
		})
		if err != nil || cmp.Diff(c.want, got) != "" {
			t.Errorf("%s: %v %s", c.name, err, cmp.Diff(c.want, got))
		}
	}
}
