package public

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

// find asks for a code, and leads to what it opens.
func (p *Pages) find(v *visit) error {
	if code := tidy(v.r.URL.Query().Get("code")); code != "" {
		http.Redirect(v.w, v.r, v.URL("/t/"+url.PathEscape(code)), http.StatusSeeOther)
		return nil
	}
	return v.show(http.StatusOK, "find", v.T("find.title"), nil)
}

// number is the shape of an order's number, which stands on the receipt beside the code: place, day and a few more.
var number = regexp.MustCompile(`^\d{6}-?20\d{6}-?[0-9A-Za-z]{4,6}$`)

// tidy takes a code as people write it.
func tidy(s string) string {
	return cut(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, s), 40)
}

func (v *visit) trackOf(code string) (*api.Track, error) {
	if code = tidy(code); code == "" {
		return nil, kernel.NotFound(kernel.T("请输入收据上的查单码", "type the code on your receipt"))
	}
	t := &api.Track{}
	return t, v.ask("/track/"+url.PathEscape(code), nil, t)
}

type trackPage struct {
	*api.Track
	Code    string
	Beads   []beadRow
	Due     string
	Lines   []lineRow
	Rate    *rateForm
	Forms   []actForm
	Told    string
	Photos  []photoRow
	Results []photoRow
	DoneAt  string
	Seen    []lineRow
}

type beadRow struct {
	State, Char, Name, Who, When, StateSay string
	Now                                    bool
}

type lineRow struct{ When, Say, Words string }

type photoRow struct{ URL, Thumb, Say string }

type rateForm struct {
	Version       int
	Score, Solved string
	Text          string
	Wrong         string
	Scores        []scoreRow
}

type scoreRow struct{ N, Say string }

type actForm struct {
	ID, Title, Say string
	Version        int
	Questions      []question
	Wrong          string
}

// told are the acts after which the page says what was done.
var told = []string{"rate", "comment", "cancel", "reopen"}

func (p *Pages) track(v *visit) error {
	t, err := v.trackOf(v.r.PathValue("code"))
	var refused *api.Problem
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound && number.MatchString(v.r.PathValue("code")) {
		return v.show(http.StatusNotFound, "find", v.T("find.number"), refused)
	}
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return v.show(http.StatusNotFound, "find", v.T("find.none"), refused)
	}
	if err != nil {
		return err
	}
	said := ""
	if a := v.r.URL.Query().Get("told"); slices.Contains(told, a) {
		said = v.T("told." + a)
	}
	return v.showTrack(http.StatusOK, t, said, "", "", nil)
}

// showTrack shows how an order stands; what was wrong with an act stands beside its form.
func (v *visit) showTrack(status int, t *api.Track, said, act, wrong string, f *sent) error {
	d := trackPage{Track: t, Code: v.r.PathValue("code"), Told: said, Photos: v.photos(t.Photos)}
	for i, b := range t.Beads {
		d.Beads = append(d.Beads, v.bead(t, i, b))
	}
	if t.Clock != nil {
		// One promise is said once: the sentence above names the hour already.
		if d.Due = v.due(t.Clock); t.Clock.State != "over" && strings.Contains(t.Say, t.Clock.DueAt.In(kernel.Shanghai).Format("15:04")) {
			d.Due = ""
		}
	}
	for _, e := range t.Events {
		row := lineRow{v.clock(e.At), e.Line, e.Words}
		if strings.Contains(e.Line, e.Words) || e.Words == t.Text {
			row.Words = ""
		}
		d.Lines = append(d.Lines, row)
	}
	for _, s := range t.Seen {
		d.Seen = append(d.Seen, lineRow{v.clock(s.At), s.Who, s.Reason})
	}
	if t.Result != nil {
		d.Results, d.DoneAt = v.photos(t.Result.Photos), v.clock(t.Result.At)
	}
	rates := slices.ContainsFunc(t.Actions, func(a api.ActionForm) bool { return a.ID == "rate" })
	for _, a := range t.Actions {
		switch {
		case a.ID == "rate":
			d.Rate = v.rateForm(t.Version, act, wrong, f)
		case a.ID == "reopen" && rates: // while it can be rated, "not solved" is said there
		default:
			form := actForm{ID: a.ID, Title: a.Title, Version: t.Version}
			if _, ok := words["act."+a.ID]; ok {
				form.Say = v.T("act." + a.ID)
			}
			var mine *sent
			if a.ID == act {
				form.Wrong, mine = wrong, f
			}
			form.Questions = questions(a.Form, mine, map[string]string{})
			d.Forms = append(d.Forms, form)
		}
	}
	return v.show(status, "track", t.Title, d)
}

func (v *visit) rateForm(version int, act, wrong string, f *sent) *rateForm {
	r := &rateForm{Version: version}
	for n := 1; n <= 5; n++ {
		s := strconv.Itoa(n)
		r.Scores = append(r.Scores, scoreRow{s, v.T("rate." + s)})
	}
	if act == "rate" && f != nil {
		r.Wrong, r.Score, r.Solved, r.Text = wrong, f.Get("score"), f.Get("solved"), f.Get("text")
	}
	return r
}

func (v *visit) bead(t *api.Track, i int, b api.Bead) beadRow {
	row := beadRow{Char: b.Char, Name: b.Name, Who: b.Who, State: "todo", StateSay: v.T("bead.todo")}
	if v.Lang == kernel.English {
		row.Char = b.En
	}
	switch {
	case t.End != "" || i+1 < t.Bead:
		row.State, row.StateSay = "done", v.T("bead.done")
		if b.At == nil && t.End != "" {
			row.State, row.StateSay = "void", v.T("bead.void")
		}
	case i+1 == t.Bead:
		row.State, row.StateSay, row.Now = "now", v.T("bead.now"), true
	}
	if b.At != nil && row.State == "done" {
		row.When = v.clock(*b.At)
	}
	return row
}

func (v *visit) due(c *api.Clock) string {
	switch c.State {
	case "over":
		return v.T("due.over", v.clock(c.DueAt))
	case "paused":
		return v.T("due.paused")
	case "stopped":
		return ""
	}
	return v.T("due.by", v.clock(c.DueAt))
}

func (v *visit) photos(l []api.Photo) []photoRow {
	var out []photoRow
	for i, p := range l {
		out = append(out, photoRow{p.URL, p.Thumb, v.T("photo.nth", strconv.Itoa(i+1))})
	}
	return out
}

// clock says an instant as people of the district do; this year's without the year.
func (v *visit) clock(t time.Time) string {
	t = t.In(kernel.Shanghai)
	now := v.p.now().In(kernel.Shanghai)
	hour := strings.TrimPrefix(t.Format("15:04"), "0")
	switch t.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return v.T("today", hour)
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		return v.T("tomorrow", hour)
	}
	this := t.Year() == now.Year()
	switch {
	case v.Lang == kernel.English && this:
		return t.Format("2 January, ") + hour
	case v.Lang == kernel.English:
		return t.Format("2 January 2006, ") + hour
	case this:
		return t.Format("1月2日 ") + hour
	}
	return t.Format("2006年1月2日 ") + hour
}

// act takes an act of whoever holds the code.
func (p *Pages) act(v *visit) error {
	code, act := tidy(v.r.PathValue("code")), v.r.PathValue("action")
	f, err := v.receive()
	if err != nil {
		return err
	}
	defer f.end()
	t, err := v.trackOf(code)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.Actions, func(a api.ActionForm) bool { return a.ID == act })
	if i < 0 && !tokenForm.MatchString(f.Get("token")) {
		return kernel.Conflict(kernel.T("现在不能这样办，请看看最新的情况", "this cannot be done now; look at how it stands"))
	}
	body, wrong := v.actBody(act, t, f)
	if wrong != "" {
		return v.showTrack(http.StatusUnprocessableEntity, t, "", act, wrong, f)
	}
	var done api.Acted
	var refused *api.Problem
	err = v.post(f.ctx, "/track/"+url.PathEscape(code)+"/"+url.PathEscape(act), f.Get("token"), body, &done)
	if errors.As(err, &refused) {
		say := refused.Detail
		for _, e := range refused.Errors {
			say = e.Message
		}
		return v.showTrack(refused.Status, t, "", act, say, f)
	}
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.r, v.URL("/t/"+url.PathEscape(code), "told", act), http.StatusSeeOther)
	return nil
}

// actBody makes the body of an act; it says what is missing before anything is asked.
func (v *visit) actBody(act string, t *api.Track, f *sent) (body map[string]any, wrong string) {
	version, _ := strconv.Atoi(f.Get("version"))
	body = map[string]any{"version": version}
	if !tokenForm.MatchString(f.Get("token")) {
		return nil, v.T("form.stale")
	}
	for _, w := range f.faults {
		return nil, w
	}
	if act == "rate" {
		score, _ := strconv.Atoi(f.Get("score"))
		switch {
		case f.Get("solved") == "":
			return nil, v.T("rate.needSolved")
		case score < 1 || score > 5:
			return nil, v.T("rate.needScore")
		}
		body["score"], body["solved"] = score, f.Get("solved") == "yes"
		if s := strings.TrimSpace(f.Get("text")); s != "" {
			body["text"] = s
		}
		return body, ""
	}
	if i := slices.IndexFunc(t.Actions, func(a api.ActionForm) bool { return a.ID == act }); i >= 0 {
		body["form"] = answers(t.Actions[i].Form, f)
	}
	return body, ""
}
