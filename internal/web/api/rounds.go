package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
	"sanzhi/internal/territory"
)

// RoundDuty is one turn of a round, as lists show it. It tells the place and the time of the duty, never where anybody went.
type RoundDuty struct {
	ID        kernel.ID      `json:"id"`
	Template  string         `json:"template" example:"grid-patrol"`
	Title     string         `json:"title" example:"网格巡查"`
	Kind      rounds.Kind    `json:"kind" enum:"grid_patrol,hazard_inspection,paired_visit,pre_shift_check,care_visit"`
	Place     Named          `json:"place"`
	PlaceKind territory.Kind `json:"place_kind" example:"grid"`
	Unit      *Named         `json:"unit" doc:"The unit whose duty it is; null when it is a role's at the place"`
	Who       string         `json:"who" example:"网格员"`
	Period    string         `json:"period" example:"2023-04-24" doc:"The day on which the turn began"`
	From      time.Time      `json:"from"`
	Due       time.Time      `json:"due_at"`
	Miss      time.Time      `json:"miss_at" doc:"Until when it may still be done, late"`
	State     rounds.State   `json:"state" enum:"open,done,missed,ended"`
	Over      bool           `json:"over,omitempty" doc:"Past its time and not done"`
	Late      bool           `json:"late,omitempty"`
	Passed    bool           `json:"passed,omitempty" doc:"Done, and all that was looked at is all right"`
	DoneAt    *time.Time     `json:"done_at,omitempty"`
	Lon       *float64       `json:"lon,omitempty"`
	Lat       *float64       `json:"lat,omitempty"`
}

// RoundDuties is one keyset page of duties, the latest due first.
type RoundDuties struct {
	Items []RoundDuty `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// RoundToday is what one has to do now, in an order for walking.
type RoundToday struct {
	Day    string      `json:"day" example:"2023-04-27"`
	Items  []RoundDuty `json:"items"`
	Metres int         `json:"metres" doc:"Length of the way from place to place, as the crow flies"`
}

// RoundItem is one thing that is looked at, in the reader's language.
type RoundItem struct {
	ID       string          `json:"id" example:"lamps"`
	Label    string          `json:"label" example:"路灯都亮"`
	Help     string          `json:"help,omitempty"`
	Type     rounds.ItemType `json:"type" enum:"yes_no,choice,number,text"`
	Required bool            `json:"required,omitempty"`
	Good     *bool           `json:"good,omitempty" doc:"Of yes_no: the answer that is all right"`
	Choices  []RoundChoice   `json:"choices,omitempty"`
	Min      *float64        `json:"min,omitempty"`
	Max      *float64        `json:"max,omitempty"`
	GoodMin  *float64        `json:"good_min,omitempty"`
	GoodMax  *float64        `json:"good_max,omitempty"`
	Photo    rounds.PhotoAsk `json:"photo,omitempty" enum:"not_ok,always"`
	Raises   string          `json:"raises,omitempty" doc:"The flow of the case that a finding opens" example:"hazard"`
}

// RoundChoice is one answer of a choice.
type RoundChoice struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Bad   bool   `json:"bad,omitempty"`
}

// RoundFinding is a finding with the case that it raised.
type RoundFinding struct {
	ID     kernel.ID `json:"id"`
	Duty   kernel.ID `json:"duty"`
	Title  string    `json:"title" example:"路灯不亮"`
	Place  Named     `json:"place"`
	At     time.Time `json:"at"`
	Flow   string    `json:"flow" example:"hazard"`
	Case   kernel.ID `json:"case"`
	Number string    `json:"number" example:"630105-20230427-7K3M9"`
	Closed bool      `json:"closed" doc:"Whether the case is closed"`
}

// RoundFindings is one keyset page of findings, the newest first.
type RoundFindings struct {
	Items []RoundFinding `json:"items"`
	Next  string         `json:"next,omitempty"`
}

// RoundAnswer is what was recorded for one item.
type RoundAnswer struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Said  string `json:"said" example:"是"`
	Bad   bool   `json:"bad,omitempty"`
	Words string `json:"words,omitempty"`
}

// RoundDetail is a duty with its items, or with what was recorded.
type RoundDetail struct {
	RoundDuty
	Note    string         `json:"note,omitempty"`
	Version int            `json:"version" doc:"Of the template; a running duty keeps its own"`
	Mine    bool           `json:"mine" doc:"Whether the reader may record it"`
	Items   []RoundItem    `json:"items"`
	Subject string         `json:"subject,omitempty" doc:"Of a care visit or a pre-shift check: whom it is about, masked" example:"张*"`
	Away    string         `json:"away,omitempty" doc:"Of a care visit: where, masked to the building"`
	When    string         `json:"when,omitempty" enum:"any,morning,afternoon,evening"`
	Care    kernel.ID      `json:"care,omitempty"`
	Shift   kernel.ID      `json:"shift,omitempty"`
	Answers []RoundAnswer  `json:"answers"`
	Photos  []Photo        `json:"photos"`
	Found   []RoundFinding `json:"findings"`
}

// RoundRecorded answers a result.
type RoundRecorded struct {
	ID       kernel.ID      `json:"id"`
	State    rounds.State   `json:"state" enum:"done"`
	Late     bool           `json:"late"`
	Passed   bool           `json:"passed"`
	Findings []RoundFinding `json:"findings"`
	Receipt  *Receipt       `json:"receipt,omitempty"`
}

// RoundTally counts the duties of one template, place or unit; never of a person.
type RoundTally struct {
	ID     string `json:"id" example:"grid-patrol"`
	Name   string `json:"name" example:"网格巡查"`
	Due    int    `json:"due" doc:"Done, done late, missed, or open and past its time"`
	Done   int    `json:"done" doc:"In time"`
	Late   int    `json:"late"`
	Missed int    `json:"missed"`
	Over   int    `json:"over" doc:"Open and past its time"`
	Open   int    `json:"open" doc:"Open, and not yet due; in no rate"`
	OnTime Ratio  `json:"on_time" doc:"Done in time ÷ due"`
}

// RoundStats is a tally for each of what was asked for.
type RoundStats struct {
	By    rounds.By    `json:"by" enum:"template,place,unit"`
	Items []RoundTally `json:"items"`
}

// RoundPair is a unit with the compounds that it leads.
type RoundPair struct {
	Unit      Named   `json:"unit"`
	Compounds []Named `json:"compounds"`
}

// RoundPairs tells how many compounds have a lead unit, and which.
type RoundPairs struct {
	Led     Ratio       `json:"led" doc:"Compounds with exactly one lead unit ÷ all compounds"`
	Items   []RoundPair `json:"items"`
	Without []Named     `json:"without" doc:"Compounds without a lead unit"`
}

type roundDutiesIn struct {
	Place    kernel.ID    `query:"place" maxLength:"26"`
	Template string       `query:"template" maxLength:"40"`
	Unit     kernel.ID    `query:"unit" maxLength:"26"`
	State    rounds.State `query:"state" enum:"open,done,missed,ended"`
	Late     bool         `query:"late" doc:"Only what was done late"`
	Overdue  bool         `query:"overdue" doc:"Only what is past its time and not done"`
	From     string       `query:"from" format:"date" doc:"First day on which it was due (Asia/Shanghai)"`
	To       string       `query:"to" format:"date" doc:"Last day"`
	After    string       `query:"after" maxLength:"50" pattern:"^[0-9]{1,15}\\.[0-9A-Z]{26}$"`
	Limit    int          `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type roundStatsIn struct {
	By       rounds.By `query:"by" enum:"template,place,unit" default:"template"`
	Place    kernel.ID `query:"place" maxLength:"26"`
	Template string    `query:"template" maxLength:"40"`
	Unit     kernel.ID `query:"unit" maxLength:"26"`
	From     string    `query:"from" format:"date"`
	To       string    `query:"to" format:"date"`
}

type roundFindingsIn struct {
	PageQuery
	Place kernel.ID `query:"place" maxLength:"26"`
	Case  kernel.ID `query:"case" maxLength:"26" doc:"The finding that raised this case"`
}

type roundPlaceIn struct {
	Place kernel.ID `query:"place" maxLength:"26"`
}

type recordIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key" doc:"Sent again by the same account, however late, it gets the first answer"`
	RawBody []byte
	Body    struct {
		Answers map[string]any         `json:"answers" doc:"By the id of the item: true or false, a choice, a number, words"`
		Photos  map[string][]kernel.ID `json:"photos,omitempty"`
		Notes   map[string]string      `json:"notes,omitempty" doc:"Words about an item that is not all right"`
		Urgent  map[string]bool        `json:"urgent,omitempty" doc:"Hazards that may hurt somebody at any time"`
	}
}

func (s *Server) roundRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/rounds/today", perm: access.RoundDo, sum: "The reader's duties of today, in an order for walking", errors: []int{401, 403}}, s.roundToday)
	handle(s, api, op{method: "GET", path: "/rounds/duties", perm: access.RoundRead, sum: "Duties that the reader may see", errors: []int{401, 403}}, s.roundDuties)
	handle(s, api, op{method: "GET", path: "/rounds/duties/{id}", perm: access.RoundDo, sum: "A duty, for who does it", errors: []int{401, 403, 404}}, s.roundDuty)
	handle(s, api, op{method: "GET", path: "/rounds/results/{id}", perm: access.RoundRead, sum: "A duty, for who oversees", errors: []int{401, 403, 404}}, s.roundDuty)
	handle(s, api, op{method: "POST", path: "/rounds/duties/{id}/result", perm: access.RoundDo, sum: "Record what was found, once", errors: []int{401, 403, 404, 409}}, s.roundRecord)
	handle(s, api, op{method: "GET", path: "/rounds/findings", perm: access.RoundRead, sum: "What was found, with the cases", errors: []int{401, 403}}, s.roundFindings)
	handle(s, api, op{method: "GET", path: "/rounds/stats", perm: access.RoundRead, sum: "Due, done, late, missed: by template, place or unit", errors: []int{401, 403}}, s.roundStats)
	handle(s, api, op{method: "GET", path: "/rounds/pairs", perm: access.RoundRead, sum: "Which unit leads which compounds", errors: []int{401, 403}}, s.roundPairs)
	s.roundTemplateRoutes(api)
	s.careRoutes(api)
	s.shiftRoutes(api)
}

// roundView renders duties for one reader.
type roundView struct {
	s      *Server
	lang   kernel.Lang
	actor  kernel.Actor
	now    time.Time
	org    func(kernel.ID) *Named
	titles map[string]kernel.Text
}

func (s *Server) roundView(ctx context.Context) (*roundView, error) {
	actor := CallerOf(ctx).Actor
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	all, err := s.Rounds.List(ctx, actor, true)
	if err != nil {
		return nil, err
	}
	v := &roundView{s: s, lang: LangOf(ctx), actor: actor, now: s.Clock.Now(), titles: map[string]kernel.Text{}, org: func(id kernel.ID) *Named {
		if n := set.OrgName(id); n != "" {
			return &Named{ID: id, Name: n}
		}
		return nil
	}}
	for _, x := range all {
		v.titles[x.Template.ID] = x.Template.Title
	}
	return v, nil
}

func (v *roundView) duty(d *rounds.Duty) RoundDuty {
	out := RoundDuty{ID: d.ID, Template: d.Template, Title: v.titles[d.Template].In(v.lang), Kind: d.Kind, Place: Named{ID: d.Place, Name: d.PlaceName}, PlaceKind: d.PlaceKind, Unit: v.org(d.Unit),
		Who: roleNames[d.Role].In(v.lang), Period: d.Period, From: d.From, Due: d.Due, Miss: d.Miss, State: d.State, Over: d.Over(v.now), Late: d.Late, Passed: d.State == rounds.Done && d.Passed}
	if d.Post != "" {
		out.Who = d.Post
	}
	if !d.DoneAt.IsZero() {
		out.DoneAt = &d.DoneAt
	}
	if d.Located {
		out.Lon, out.Lat = &d.Lon, &d.Lat
	}
	return out
}

func (v *roundView) duties(l []*rounds.Duty) []RoundDuty {
	out := make([]RoundDuty, len(l))
	for i, d := range l {
		out[i] = v.duty(d)
	}
	return out
}

func (v *roundView) found(l []*rounds.Found) []RoundFinding {
	out := make([]RoundFinding, len(l))
	for i, f := range l {
		out[i] = RoundFinding{ID: f.ID, Duty: f.Duty, Title: f.Say.In(v.lang), Place: Named{ID: f.Place, Name: f.PlaceName}, At: f.At, Flow: f.Flow, Case: f.Case, Number: f.Number, Closed: f.CaseEnded != ""}
	}
	return out
}

func roundItems(lang kernel.Lang, t *rounds.Template) []RoundItem {
	out := make([]RoundItem, len(t.Items))
	for i := range t.Items {
		it := &t.Items[i]
		o := RoundItem{ID: it.ID, Label: it.Label.In(lang), Help: it.Help.In(lang), Type: it.Type, Required: !it.Optional, Min: it.Min, Max: it.Max, GoodMin: it.GoodMin, GoodMax: it.GoodMax, Photo: it.Photo}
		if it.Type == rounds.YesNo {
			good := it.Good == nil || *it.Good
			o.Good = &good
		}
		for _, c := range it.Choices {
			o.Choices = append(o.Choices, RoundChoice{c.ID, c.Label.In(lang), c.Bad})
		}
		if it.Raise != nil {
			o.Raises = it.Raise.Flow
		}
		out[i] = o
	}
	return out
}

func (s *Server) roundToday(ctx context.Context, _ *struct{}) (*body[RoundToday], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	l, metres, err := s.Rounds.Today(ctx, v.actor)
	return &body[RoundToday]{RoundToday{Day: v.now.In(kernel.Shanghai).Format(time.DateOnly), Items: v.duties(l), Metres: int(metres + 0.5)}}, err
}

func (s *Server) roundDuties(ctx context.Context, in *roundDutiesIn) (*body[RoundDuties], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	q := rounds.DutyQuery{Template: in.Template, Unit: in.Unit, State: in.State, Late: in.Late, Overdue: in.Overdue, Page: kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200)}
	if q.From, err = day("from", in.From, 0); err != nil {
		return nil, err
	}
	if q.To, err = day("to", in.To, 1); err != nil {
		return nil, err
	}
	l, next, err := s.Rounds.Board(ctx, v.actor, in.Place, q)
	return &body[RoundDuties]{RoundDuties{Items: v.duties(l), Next: next}}, err
}

func (s *Server) roundDuty(ctx context.Context, in *caseIn) (*body[RoundDetail], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Rounds.Get(ctx, v.actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := RoundDetail{RoundDuty: v.duty(d.Duty), Note: d.Template.Note.In(v.lang), Version: d.Duty.Version, Mine: d.Mine, Items: roundItems(v.lang, d.Template), Subject: d.Subject, Away: d.Away,
		When: d.When, Shift: d.Duty.Shift, Answers: []RoundAnswer{}, Photos: []Photo{}, Found: v.found(d.Found)}
	out.Title = d.Template.Title.In(v.lang) // as its own version has it
	if d.Duty.Kind == rounds.CareVisit {
		out.Care = d.Duty.Target
	}
	if d.Result != nil {
		out.Answers, out.Photos = v.answers(d), photosOf(d.Result.Photos)
	}
	return &body[RoundDetail]{out}, nil
}

// answers tells what was recorded, in words.
func (v *roundView) answers(d *rounds.Detail) []RoundAnswer {
	out := []RoundAnswer{}
	for i := range d.Template.Items {
		it := &d.Template.Items[i]
		a, answered := d.Result.Answers[it.ID]
		words := d.Notes[it.ID]
		if !answered && words == "" {
			continue
		}
		bad, _ := it.Bad(a)
		out = append(out, RoundAnswer{ID: it.ID, Label: it.Label.In(v.lang), Said: it.Said(a).In(v.lang), Bad: bad, Words: words})
	}
	return out
}

func (s *Server) roundRecord(ctx context.Context, in *recordIn) (*body[RoundRecorded], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Rounds.Prepare(ctx, v.actor, in.ID, rounds.Filled{Answers: in.Body.Answers, Photos: in.Body.Photos, Notes: in.Body.Notes, Urgent: in.Body.Urgent})
	if err != nil && in.Key == "" {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /rounds/duties/"+string(in.ID)+"/result", in.RawBody, func(tx kernel.Tx) (*RoundRecorded, error) {
		if err != nil && !kernel.Is(err, kernel.KindConflict) {
			return nil, err // unless the same request was answered before: then that answer is given
		}
		if d == nil {
			return nil, err
		}
		done, err := s.Rounds.Record(tx, v.actor, d, in.Key)
		if err != nil {
			return nil, err
		}
		out := &RoundRecorded{ID: done.Duty.ID, State: done.Duty.State, Late: done.Duty.Late, Passed: done.Duty.Passed, Findings: v.found(done.Found)}
		if done.Row != nil {
			r, err := s.receipt(tx.Tenant(), done.Row)
			if err != nil {
				return nil, err
			}
			out.Receipt = &r
		}
		for i := range out.Findings {
			out.Findings[i].Place.Name = done.Duty.PlaceName
		}
		return out, nil
	})
}

func (s *Server) roundFindings(ctx context.Context, in *roundFindingsIn) (*body[RoundFindings], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	l, next, err := s.Rounds.Findings(ctx, v.actor, in.Place, rounds.FoundQuery{Case: in.Case, Page: in.page()})
	return &body[RoundFindings]{RoundFindings{Items: v.found(l), Next: next}}, err
}

func (s *Server) roundStats(ctx context.Context, in *roundStatsIn) (*body[RoundStats], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	q := rounds.DutyQuery{Template: in.Template, Unit: in.Unit}
	if q.From, err = day("from", in.From, 0); err != nil {
		return nil, err
	}
	if q.To, err = day("to", in.To, 1); err != nil {
		return nil, err
	}
	l, err := s.Rounds.Tallies(ctx, v.actor, in.Place, in.By, q)
	out := RoundStats{By: in.By, Items: []RoundTally{}}
	for _, t := range l {
		if in.By == rounds.ByTemplate {
			t.Name = v.titles[t.ID].In(v.lang)
		}
		out.Items = append(out.Items, RoundTally{ID: t.ID, Name: t.Name, Due: t.Due, Done: t.Done, Late: t.Late, Missed: t.Missed, Over: t.Over, Open: t.Open, OnTime: roundRatio(t.Done, t.Due)})
	}
	return &body[RoundStats]{out}, err
}

func roundRatio(num, den int) Ratio {
	out := Ratio{Num: num, Den: den, Comparable: den >= leastComparable}
	if den > 0 {
		f := float64(num) / float64(den)
		out.Rate = &f
	}
	return out
}

func (s *Server) roundPairs(ctx context.Context, in *roundPlaceIn) (*body[RoundPairs], error) {
	units, without, all, err := s.Rounds.Pairings(ctx, CallerOf(ctx).Actor, in.Place)
	out := RoundPairs{Led: roundRatio(all-len(without), all), Items: []RoundPair{}, Without: namedList(without)}
	for _, u := range units {
		out.Items = append(out.Items, RoundPair{Unit: Named{ID: u.Unit, Name: u.Name}, Compounds: namedList(u.Compounds)})
	}
	return &body[RoundPairs]{out}, err
}

func namedList(l []rounds.Named) []Named {
	out := make([]Named, len(l))
	for i, n := range l {
		out[i] = Named{ID: n.ID, Name: n.Name}
	}
	return out
}
