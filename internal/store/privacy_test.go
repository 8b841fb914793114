package store_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/privacy"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
)

// Every sealed column stands under a purpose of the register, and every field that the register names is a column of the schema.
func TestEverySealedFieldHasAPurpose(t *testing.T) {
	if got := privacy.Unregistered(store.SealedFields()); len(got) > 0 {
		t.Errorf("sealed without a purpose (add them to internal/privacy/register.go): %v", got)
	}
	// Planted: a column that nobody registered.
	if diff := cmp.Diff([]string{"visit.note"}, privacy.Unregistered(append(store.SealedFields(), "visit.note"))); diff != "" {
		t.Error(diff)
	}
	all := sqliteSchema(t, freshSQLite(t))
	for _, p := range privacy.Register {
		for _, f := range p.Fields {
			table, column, _ := strings.Cut(f, ".")
			found := false
			if tab := all[table]; tab != nil {
				for _, c := range tab.cols {
					found = found || c.Name == column
				}
			}
			if !found {
				t.Errorf("%s names %s, which is no column", p.ID, f)
			}
		}
	}
}

// refusedColumns are what no column may be called: what it would hold is refused.
var refusedColumns = []string{"face", "fingerprint", "voiceprint", "biometric", "iris", "religion", "belief", "ethnic", "ethnicity", "nationality", "politics", "political",
	"health", "illness", "diagnosis", "disability", "id_number", "id_card", "identity_no", "location_history", "movement", "whereabouts", "trajectory", "gps", "risk_level",
	"resident_score", "credit_score", "blacklist", "watchlist", "relation_graph", "profile", "label_of_person"}

func lintColumns(all map[string]*table) (faults []string) {
	for name, tab := range all {
		for _, c := range tab.cols {
			_, refused := kernel.RefusedIn(c.Name)
			for _, bad := range refusedColumns {
				refused = refused || strings.Contains(strings.ReplaceAll(c.Name, "facet", ""), bad) // a facet is no face
			}
			if refused {
				faults = append(faults, name+"."+c.Name)
			}
		}
	}
	return faults
}

// No column holds what the boundaries refuse, and no table of people bears a score.
func TestNoColumnForWhatIsRefused(t *testing.T) {
	all := sqliteSchema(t, freshSQLite(t))
	if got := lintColumns(all); len(got) > 0 {
		t.Errorf("columns for what is refused: %v", got)
	}
	for _, name := range []string{"person", "account", "holding", "nomination", "ballot_roll"} {
		for _, c := range all[name].cols {
			if strings.Contains(c.Name, "score") || strings.Contains(c.Name, "rank") || strings.Contains(c.Name, "rating") {
				t.Errorf("%s.%s measures a person", name, c.Name)
			}
		}
	}
	// Planted, one of each.
	for _, bad := range append(refusedColumns, "religion_text", "home_health") {
		if got := lintColumns(map[string]*table{"x": {cols: []column{{Name: bad}}}}); len(got) != 1 {
			t.Errorf("a column %q would not be found", bad)
		}
	}
}

// Erasing the personal part of a row and its salt changes no proof: the leaf is what it was, and the digest still stands.
func TestErasureKeepsProofs(t *testing.T) {
	db := freshSQLite(t)
	ring, err := vault.NewKeyring(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	log := ledger.NewLog(store.Ledger{}, vault.NewSealer(ring))
	const tenant kernel.Tenant = "630105"
	object := kernel.NewID(kernel.SystemClock{}.Now())
	var before string
	ctx := context.Background()
	if err := db.Update(ctx, tenant, func(tx kernel.Tx) error {
		r, err := log.Append(tx, ledger.Entry{Actor: kernel.System(tenant), Act: "comment", Object: object, Version: 1, Personal: map[string]any{"text": "我妈不敢下楼"}})
		if err == nil {
			before, err = ledger.LeafHash(tenant, r)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, tenant, func(tx kernel.Tx) error {
		n, err := store.Privacy{}.ErasePersonal(tx, object)
		if err == nil && n != 1 {
			t.Errorf("%d rows erased", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.View(ctx, tenant, func(tx kernel.Tx) error {
		rows, err := log.OfObject(tx, object)
		if err != nil {
			return err
		}
		r := rows[0]
		after, err := ledger.LeafHash(tenant, r)
		if after != before || r.Digest == "" || r.Personal != "" || r.Salt != "" {
			t.Errorf("leaf %s, was %s; %+v", after, before, r)
		}
		if m, err := log.Personal(tenant, r); m != nil || err != nil {
			t.Errorf("%v %v", m, err)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
