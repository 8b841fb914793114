package web_test

import (
	"strings"
	"testing"
)

// proofsFound: whoever served finds the certificate by the code of a sign-up, and opens it with its telephone; the clerk finds it
// with the registration; nobody else does.
func (w *world) proofsFound(t *testing.T, person string, proof *answer, other, code string) {
	t.Helper()
	id := proof.str("id")
	rows := func(a *answer, want int) *answer {
		t.Helper()
		if l := a.want(200).list("items"); len(l) != want || want == 1 && a.str("items.0.id") != id {
			t.Errorf("%d certificates, want %d: %s", len(l), want, a.Raw)
		}
		return a
	}
	list := rows(w.do("", "GET", "/activity-signups/"+code+"/certificates", nil), 1)
	if list.get("items.0.hours") != 0.7 || list.str("items.0.issuer") != "小桥居委会" || strings.Contains(string(list.Raw), "李四") {
		t.Errorf("the list by code: %s", list.Raw)
	}
	rows(w.do("", "GET", "/activity-signups/"+other+"/certificates", nil), 0)
	rows(w.do("clerk", "GET", "/activity-people/"+person+"/certificates", nil), 1)
	w.do("clerk-north", "GET", "/activity-people/"+person+"/certificates", nil).want(404)
	w.do("resident", "GET", "/activity-people/"+person+"/certificates", nil).want(404)
	w.do("", "GET", "/activity-certificates", nil).want(401)
	rows(w.do("resident", "GET", "/activity-certificates", nil), 0)

	open := func(code, phone string) *answer {
		return w.do("", "POST", "/activity-signups/"+code+"/certificates/"+id+"/open", map[string]any{"phone": phone})
	}
	if a := open(code, "139 1234 5678").want(200); a.str("name") != "李四" || a.str("number") != proof.str("number") {
		t.Errorf("opened: %s", a.Raw)
	}
	open(code, "13812345678").want(403)
	open(code, "").want(403)
	open(other, "13812345678").want(404) // the right telephone of another sign-up
	w.do("volunteer", "POST", "/activity-signups/"+code+"/certificates/"+id+"/open", map[string]any{"phone": ""}).want(403)
}
