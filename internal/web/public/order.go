package public

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

type orderPage struct {
	Place, Flow, Item      string
	Title, Note, Promise   string
	Head                   string
	Questions              []question
	Address, Words         string
	Name, Phone            string
	Had                    []string
	Wrong                  map[string]string
	Fault                  string
	Emergency              []api.EmergencyLine
	Act, Next              string
	WordsNeeded, AskPhotos bool
}

// item finds what is ordered on the menu of the place.
func (v *visit) item(q url.Values) (*api.Menu, *api.MenuItem, error) {
	m, err := v.menuAt(q.Get("place"))
	if err != nil {
		return nil, nil, err
	}
	all := slices.Concat(m.Items, m.More)
	i := slices.IndexFunc(all, func(x api.MenuItem) bool { return x.Flow == q.Get("flow") && x.ID == q.Get("item") })
	if i < 0 {
		return nil, nil, kernel.NotFound(kernel.T("这里点不了这项服务，请从菜单里选", "this service cannot be ordered here; choose one from the menu"))
	}
	return m, &all[i], nil
}

// asked are the questions of an item beside words and photos, which every order may bring.
func asked(i *api.MenuItem) []api.Field {
	return slices.DeleteFunc(slices.Clone(i.Form), func(f api.Field) bool { return f.ID == "text" || f.Type == "photos" })
}

func (v *visit) orderPage(m *api.Menu, i *api.MenuItem, f *sent, wrong map[string]string) orderPage {
	d := orderPage{Flow: i.Flow, Item: i.ID, Title: i.Title, Note: i.Note, Promise: i.Promise, Emergency: m.Emergency, Wrong: wrong,
		Questions: questions(asked(i), f, wrong), WordsNeeded: len(asked(i)) == 0}
	d.Head, _ = headline(&m.Place)
	d.Place = v.r.URL.Query().Get("place")
	if f != nil {
		d.Place, d.Address, d.Words, d.Name, d.Phone, d.Had = f.Get("place"), f.Get("address"), f.Get("words"), f.Get("name"), f.Get("phone"), f.photos["order"]
	}
	return d
}

func (p *Pages) order(v *visit) error {
	m, i, err := v.item(v.r.URL.Query())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "order", i.Title, v.orderPage(m, i, nil, map[string]string{}))
}

// send sends an order. What is refused comes back with all that was written.
func (p *Pages) send(v *visit) error {
	f, err := v.receive()
	if err != nil {
		return err
	}
	defer f.end()
	v.query = url.Values{"place": {f.Get("place")}, "flow": {f.Get("flow")}, "item": {f.Get("item")}}
	m, i, err := v.item(f.Values)
	if err != nil {
		return err
	}
	again := func(status int, fault string, wrong map[string]string) error {
		d := v.orderPage(m, i, f, wrong)
		d.Fault = fault
		if w := f.faults["order"]; w != "" {
			d.Wrong["photos"] = w
		}
		return v.show(status, "order", i.Title, d)
	}
	words, form := strings.TrimSpace(f.Get("words")), answers(asked(i), f)
	switch {
	case !tokenForm.MatchString(f.Get("token")):
		return again(http.StatusUnprocessableEntity, v.T("form.stale"), map[string]string{})
	case len(f.faults) > 0:
		return again(http.StatusUnprocessableEntity, v.T("form.wrong"), map[string]string{})
	case len(asked(i)) == 0 && words == "" && len(f.photos["order"]) == 0:
		return again(http.StatusUnprocessableEntity, v.T("form.wrong"), map[string]string{"text": v.T("order.saySomething")})
	}
	head, _ := headline(&m.Place)
	body := api.NewCase{Flow: i.Flow, Item: i.ID, Text: words, Lon: m.Point[0], Lat: m.Point[1], Photos: f.photos["order"], Form: form,
		Address: cut(strings.TrimSpace(head+" "+strings.TrimSpace(f.Get("address"))), 200)}
	if words == "" {
		body.Text = i.Title
	}
	if c := (api.Contact{Name: strings.TrimSpace(f.Get("name")), Phone: strings.TrimSpace(f.Get("phone"))}); c != (api.Contact{}) {
		body.Contact = &c
	}
	var made api.Created
	var refused *api.Problem
	switch err := v.post(f.ctx, "/cases", f.Get("token"), body, &made); {
	case errors.As(err, &refused):
		wrong := wrongs(refused)
		if wrong["photos"] != "" {
			f.photos["order"] = nil // they are gone: they must be chosen anew
		}
		return again(refused.Status, refused.Detail, wrong)
	case err != nil:
		return err
	}
	var ring []string
	for _, e := range made.Emergency {
		ring = append(ring, e.Number)
	}
	http.Redirect(v.w, v.r, v.URL("/sent", "code", made.TrackCode, "ring", strings.Join(ring, ".")), http.StatusSeeOther)
	return nil
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

type sentPage struct {
	Code, Number, Title, Where string
	Ring                       []api.EmergencyLine
}

var digits = regexp.MustCompile(`^\d{3,5}(\.\d{3,5}){0,9}$`)

// sent is the receipt.
func (p *Pages) sent(v *visit) error {
	q := v.r.URL.Query()
	t, err := v.trackOf(q.Get("code"))
	if err != nil {
		return err
	}
	d := sentPage{Code: q.Get("code"), Number: t.Number, Title: t.Title, Where: t.Where}
	if ring := q.Get("ring"); digits.MatchString(ring) {
		// Only numbers that the district itself names.
		d.Ring = slices.DeleteFunc(v.emergency(), func(e api.EmergencyLine) bool { return !slices.Contains(strings.Split(ring, "."), e.Number) })
	}
	return v.show(http.StatusOK, "sent", v.T("sent.title"), d)
}
