package api

import (
	"testing"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/workflow"
)

// Every permission and every role has its name in both languages, and so has each act of an account.
func TestAdministratorsReadWords(t *testing.T) {
	for _, p := range access.AllPermissions {
		if n := permissionNames[p]; n.Zh == "" || n.En == "" {
			t.Errorf("%s has no name", p)
		}
	}
	for _, e := range access.AllEvents {
		if n := actNames[string(e)]; n.Zh == "" || n.En == "" {
			t.Errorf("%s has no name", e)
		}
	}
	for act, n := range actNames {
		if n.Zh == "" || n.En == "" {
			t.Errorf("%s lacks a language", act)
		}
	}
}

// Whoever a shipped flow lets act is said in words that differ where the rule differs.
func TestWhoMayActIsSaid(t *testing.T) {
	flows, err := workflow.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	said := map[kernel.Text]workflow.Who{}
	for _, f := range flows {
		for _, a := range f.Actions {
			for _, w := range a.Actors {
				s := whoText(w)
				if s.Zh == "" || s.En == "" {
					t.Errorf("%s %s: %+v is not said", f.ID, a.ID, w)
				}
				if was, ok := said[s]; ok && was != w {
					t.Errorf("%+v and %+v are both said to be %q", was, w, s.En)
				}
				said[s] = w
			}
		}
	}
}
