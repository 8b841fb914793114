package storetest

import (
	"bytes"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
	"sanzhi/internal/store"
)

// streetsKept: the newest network is in use, an older one stays, another district has none of them.
func streetsKept(t *testing.T, db *store.DB) {
	r := store.Planning{}
	update(t, db, func(tx kernel.Tx) error {
		if s, err := r.Streets(tx); s != nil || err != nil {
			t.Errorf("a network that nobody brought: %v %v", s, err)
		}
		for i, body := range []string{"old\x00\xff", "new\x00\x01"} {
			at := tx.Now().Add(time.Duration(i) * time.Second)
			if err := r.PutStreets(tx, &planning.Streets{ID: kernel.NewID(at), At: at, Source: "survey", Digest: body[:3], Nodes: i + 1, Metres: 12.5}, []byte(body)); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(tx kernel.Tx) error {
		s, err := r.Streets(tx)
		if err != nil || s == nil || s.Digest != "new" || s.Nodes != 2 || s.Metres != 12.5 || s.Source != "survey" || s.At.IsZero() {
			t.Errorf("%+v %v", s, err)
			return err
		}
		if b, err := r.StreetBody(tx, s.ID); err != nil || !bytes.Equal(b, []byte("new\x00\x01")) {
			t.Errorf("%q %v", b, err)
		}
		if _, err := r.StreetBody(tx, newID()); !kernel.Is(err, kernel.KindNotFound) {
			t.Errorf("a network that is not there: %v", err)
		}
		return nil
	})
	other := kernel.Tenant("630106")
	if err := db.View(t.Context(), other, func(tx kernel.Tx) error {
		s, err := r.Streets(tx)
		if s != nil {
			t.Error("another district's network is given")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
