package cli

import (
	"testing"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
)

// A demonstration that is loaded beside a program that listens on the network: nobody of it signs in there, nor goes on with a
// token, and everybody does at home.
func TestDemonstrationAccountsAreRefusedOnANetwork(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		ctx := t.Context()
		const earnest, shown kernel.Tenant = "610632", "630105"
		network, home, loader := joined(t, db, clock), joined(t, db, clock), quick(t, joined(t, db, clock))
		a := *loader.access
		network.access = &a
		if err := network.keepDemoAtHome(ctx, "[::]:80"); err != nil {
			t.Fatal(err)
		}
		b := *loader.access
		home.access = &b
		if err := home.keepDemoAtHome(ctx, "localhost:80"); err != nil {
			t.Fatal(err)
		}
		passwords := map[kernel.Tenant]string{}
		for _, tn := range []kernel.Tenant{earnest, shown} {
			f, err := Found(ctx, loader, tn, chengbei, "ops", "09:00-12:00")
			if err != nil {
				t.Fatal(err)
			}
			passwords[tn] = f.Administrators[0].Password
		}
		signIn := func(on *app, tn kernel.Tenant) (string, error) {
			bearer, _, err := on.access.SignIn(ctx, access.SignIn{Tenant: tn, User: "ops", Password: passwords[tn], Address: "192.0.2.7"})
			return bearer, err
		}
		bearer, err := signIn(network, shown)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(ctx, shown, func(tx kernel.Tx) error {
			return store.Tenants{}.Put(tx, &store.TenantRow{Tenant: shown, Name: chengbei, Demo: true, Settings: store.Settings{Office: "09:00-12:00"}})
		}); err != nil {
			t.Fatal(err)
		}
		network.setups.Forget(shown)
		home.setups.Forget(shown)
		if _, err := signIn(network, shown); !kernel.Is(err, kernel.KindForbidden) {
			t.Errorf("signed in from the network: %v", err)
		}
		if _, err := network.access.Authenticate(ctx, bearer); !kernel.Is(err, kernel.KindForbidden) {
			t.Errorf("went on from the network: %v", err)
		}
		if _, err := home.access.Authenticate(ctx, bearer); err != nil {
			t.Errorf("went on at home: %v", err)
		}
		for _, x := range []struct {
			on *app
			tn kernel.Tenant
		}{{home, shown}, {home, earnest}, {network, earnest}} {
			if _, err := signIn(x.on, x.tn); err != nil {
				t.Errorf("%s: %v", x.tn, err)
			}
		}
	})
}

func TestWhatIsReachedFromTheMachineAlone(t *testing.T) {
	for listen, want := range map[string]bool{"127.0.0.1:80": true, "localhost:80": true, "[::1]:80": true, "127.9.9.9:80": true, ":80": false, "0.0.0.0:80": false,
		"[::]:80": false, "10.0.0.1:80": false, "example.org:80": false} {
		if got, err := onLoopback(listen); got != want || err != nil {
			t.Errorf("%s: %v %v", listen, got, err)
		}
	}
	if _, err := onLoopback("nonsense"); err == nil {
		t.Error("an address without a port passes")
	}
}
