package public

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/web/api"
)

// emergency gives the lines to ring, which stand on each page on which somebody may wait for help.
func (v *visit) emergency() []api.EmergencyLine {
	var c api.Config
	var m api.Menu
	if v.ask("/config", nil, &c) != nil || v.ask("/menu", point(c.Centre[:]), &m) != nil {
		return nil // the page itself says what is wrong
	}
	return m.Emergency
}

func point(p []float64) url.Values {
	if len(p) != 2 {
		return url.Values{}
	}
	return url.Values{"lon": {float(p[0])}, "lat": {float(p[1])}}
}

func float(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

type homePage struct {
	District  string
	Emergency []api.EmergencyLine
}

func (p *Pages) home(v *visit) error {
	var c api.Config
	if err := v.ask("/config", nil, &c); err != nil {
		return err
	}
	return v.show(http.StatusOK, "home", v.T("home.title"), homePage{c.District, v.emergency()})
}

type placePage struct {
	Q, In, Name, Next string
	Items             []placeRow
}

type placeRow struct {
	Name, Say, URL string
	Down           bool
}

// place goes down the tree of places a level at a time, or finds one by its name.
func (p *Pages) place(v *visit) error {
	q := v.r.URL.Query()
	d := placePage{Q: strings.TrimSpace(q.Get("q")), In: q.Get("in"), Name: q.Get("name")}
	ask := url.Values{"after": {q.Get("after")}}
	switch {
	case d.Q != "":
		ask.Set("q", d.Q)
	case d.In != "":
		ask.Set("parent", d.In)
	}
	var l api.PlaceList
	if err := v.ask("/places", ask, &l); err != nil {
		return err
	}
	// One district: its own row is no choice.
	if d.Q == "" && d.In == "" && len(l.Items) == 1 && l.Items[0].Children {
		if err := v.ask("/places", url.Values{"parent": {string(l.Items[0].ID)}}, &l); err != nil {
			return err
		}
		d.In, d.Name = "", ""
	}
	for _, x := range l.Items {
		// Grids are for those who work in them: nobody says them when asked where they live.
		if x.Kind == territory.GridGeneral || x.Kind == territory.GridDedicated {
			continue
		}
		// 朝阳街道 says itself that it is a 街道.
		kind := x.KindName
		if strings.HasSuffix(x.Name, kind) {
			kind = ""
		}
		row := placeRow{Name: x.Name, Say: kind, Down: x.Children && x.Kind != territory.Building}
		if d.Q != "" {
			row.Say = x.Above
		}
		if row.Down {
			row.URL = v.URL("/place", "in", string(x.ID), "name", x.Name)
		} else {
			row.URL = v.URL("/menu", "place", string(x.ID))
		}
		d.Items = append(d.Items, row)
	}
	if l.Next != "" {
		d.Next = v.URL("/place", "in", q.Get("in"), "name", d.Name, "q", d.Q, "after", l.Next)
	}
	title := v.T("place.title")
	if d.Name != "" {
		title = d.Name
	}
	return v.show(http.StatusOK, "place", title, d)
}

// headline names a place as people do, the smallest first, and what lies above it.
func headline(at *territory.At) (head, sub string) {
	area := at.Community
	if area == nil {
		area = at.Village
	}
	var chain []*territory.Ref
	for _, r := range []*territory.Ref{at.Building, at.Compound, area, at.Street, at.County} {
		if r != nil {
			chain = append(chain, r)
		}
	}
	if len(chain) > 0 {
		head = chain[0].Name
	}
	if at.Building != nil && at.Compound != nil && !strings.Contains(at.Building.Name, at.Compound.Name) {
		head = at.Compound.Name + " " + at.Building.Name
	}
	var above []string
	for _, r := range []*territory.Ref{area, at.Street} {
		if r != nil && r.Name != head {
			above = append(above, r.Name)
		}
	}
	return head, strings.Join(above, " · ")
}

type menuPage struct {
	Place     string // its id
	Head, Sub string
	Groups    []menuGroup
	Emergency []api.EmergencyLine
}

type menuGroup struct {
	Title string
	Items []menuRow
}

type menuRow struct{ Title, Note, Promise, URL string }

func (v *visit) menuAt(place string) (*api.Menu, error) {
	if _, err := kernel.ParseID("place", place); err != nil {
		return nil, kernel.NotFound(kernel.T("没有这个地方，请从头选", "there is no such place; choose again from the top"))
	}
	m := &api.Menu{}
	return m, v.ask("/menu", url.Values{"place": {place}}, m)
}

func (p *Pages) menu(v *visit) error {
	place := v.r.URL.Query().Get("place")
	m, err := v.menuAt(place)
	if err != nil {
		return err
	}
	d := menuPage{Place: place, Emergency: m.Emergency}
	d.Head, d.Sub = headline(&m.Place)
	add := func(group string, i *api.MenuItem) {
		if n := len(d.Groups); n == 0 || d.Groups[n-1].Title != group {
			d.Groups = append(d.Groups, menuGroup{Title: group})
		}
		g := &d.Groups[len(d.Groups)-1]
		g.Items = append(g.Items, menuRow{i.Title, i.Note, i.Promise, v.URL("/order", "place", place, "flow", i.Flow, "item", i.ID)})
	}
	for i := range m.Items {
		add(m.Items[i].Group, &m.Items[i])
	}
	for i := range m.More {
		add(v.T("menu.more"), &m.More[i])
	}
	return v.show(http.StatusOK, "menu", v.T("menu.title"), d)
}

type stationsPage struct {
	Need, Place, From, Next string
	Open                    bool
	Needs                   []api.Option
	Items                   []stationRow
}

type stationRow struct {
	api.StationRow
	Now, Far, Does string
	Clauses        []string // the opening hours part by part, so that days stand on one line with their times
}

func (p *Pages) stations(v *visit) error {
	q := v.r.URL.Query()
	d := stationsPage{Need: strings.TrimSpace(q.Get("need")), Place: q.Get("place"), Open: q.Get("open") == "1"}
	ask := url.Values{"need": {d.Need}, "after": {q.Get("after")}, "limit": {"20"}}
	if d.Open {
		ask.Set("open", "true")
	}
	if d.Place != "" {
		m, err := v.menuAt(d.Place)
		if err != nil {
			return err
		}
		d.From, _ = headline(&m.Place)
		for k, l := range point(m.Point) {
			ask[k] = l
		}
	}
	var l api.StationList
	if err := v.ask("/stations", ask, &l); err != nil {
		return err
	}
	d.Needs = l.Needs
	for _, s := range l.Items {
		row := stationRow{StationRow: s, Now: v.T("stations.closed")}
		switch {
		case s.Open && s.Until != nil:
			row.Now = v.T("stations.until", api.When(v.Lang, *s.Until, v.p.now()))
		case s.Open:
			row.Now = v.T("stations.always")
		case s.Opens != nil:
			row.Now = v.T("stations.opens", api.When(v.Lang, *s.Opens, v.p.now()))
		}
		if s.Metres != nil {
			row.Far = v.T("stations.metres", strconv.FormatFloat(*s.Metres, 'f', 0, 64))
		}
		does := make([]string, len(s.Functions))
		for i, f := range s.Functions {
			does[i] = f.Name
		}
		row.Does = strings.Join(does, v.T("comma"))
		row.Clauses = clauses(s.Hours)
		d.Items = append(d.Items, row)
	}
	if l.Next != "" {
		open := ""
		if d.Open {
			open = "1"
		}
		d.Next = v.URL("/stations", "need", d.Need, "open", open, "place", d.Place, "after", l.Next)
	}
	return v.show(http.StatusOK, "stations", v.T("stations.title"), d)
}

// clauses parts opening hours in either language.
func clauses(hours string) []string {
	sign := "；"
	if !strings.Contains(hours, sign) {
		sign = "; "
	}
	return strings.SplitAfter(hours, sign)
}
