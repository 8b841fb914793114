package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
)

// CarePerson is somebody who agreed to be visited; name, telephone and address are masked.
type CarePerson struct {
	ID       kernel.ID  `json:"id"`
	Name     string     `json:"name" example:"张*"`
	Phone    string     `json:"phone,omitempty" example:"138****5678"`
	Address  string     `json:"address" example:"建设巷 3号楼"`
	Place    Named      `json:"place"`
	Visitor  Named      `json:"visitor" doc:"Who visits, masked"`
	Template string     `json:"template" example:"care-visit" doc:"Which visits were agreed to"`
	Partner  *Named     `json:"partner" doc:"The institution that visits by a consent of its own; null for visits that the community arranges"`
	Every    int        `json:"every" doc:"Days between visits"`
	Part     string     `json:"part" enum:"any,morning,afternoon,evening" doc:"When a visit is welcome"`
	AgreedAt time.Time  `json:"agreed_at"`
	By       string     `json:"consent_by" enum:"self,guardian"`
	How      string     `json:"consent_how" enum:"written,spoken"`
	LastAt   *time.Time `json:"last_at" doc:"Of the last visit"`
	NextDue  *time.Time `json:"next_due" doc:"Until when the next visit is to be made"`
	Missed   int        `json:"missed" doc:"Visits missed since the last one"`
}

// CarePeople is one keyset page of who is visited.
type CarePeople struct {
	Items []CarePerson `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// CareConsent is what is read out or signed before anybody is written down.
type CareConsent struct {
	Template string `json:"template" example:"care-visit"`
	Title    string `json:"title" example:"入户关爱"`
	Version  string `json:"version" example:"care-1"`
	Text     string `json:"text" example:"我同意社区按约好的间隔派人来看望我。"`
}

// CareConsents are the texts of all visits that somebody may agree to, each a consent of its own.
type CareConsents struct {
	CareConsent
	Items []CareConsent `json:"items"`
}

// CareVisitor is somebody who may be asked to visit.
type CareVisitor struct {
	ID   kernel.ID `json:"id"`
	Name string    `json:"name" doc:"Masked"`
	Post string    `json:"post" example:"队长"`
}

// CareVisitors are those who may be asked.
type CareVisitors struct {
	Items []CareVisitor `json:"items"`
}

type careVisitorsIn struct {
	Place    kernel.ID `query:"place" required:"true" maxLength:"26"`
	Template string    `query:"template" maxLength:"40" doc:"Which visits; those that the community arranges when left out"`
}

// CareAgreed answers who was written down.
type CareAgreed struct {
	ID kernel.ID `json:"id"`
}

// CareClear is the personal part in clear.
type CareClear struct {
	Name    string `json:"name"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address"`
}

type careIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Template string    `json:"template,omitempty" maxLength:"40" doc:"Which visits; those that the community arranges when left out"`
		Name     string    `json:"name" maxLength:"120"`
		Phone    string    `json:"phone,omitempty" maxLength:"30"`
		Address  string    `json:"address" maxLength:"400" doc:"Building, entrance, floor"`
		Place    kernel.ID `json:"place" maxLength:"26" doc:"The grid, compound, community or village"`
		Visitor  kernel.ID `json:"visitor" maxLength:"26" doc:"The account that visits"`
		Every    int       `json:"every" minimum:"1" maximum:"90" doc:"Days between visits"`
		Part     string    `json:"part,omitempty" enum:"any,morning,afternoon,evening"`
		Text     string    `json:"consent_text" maxLength:"20" example:"care-1" doc:"The version of the text that was agreed to"`
		By       string    `json:"consent_by" enum:"self,guardian"`
		How      string    `json:"consent_how" enum:"written,spoken"`
		Agreed   bool      `json:"agreed" doc:"A consent of its own, apart from any other"`
	}
}

type careUnmaskIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func (s *Server) careRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/rounds/care", perm: access.RoundDo, sum: "Who agreed to be visited: for who visits and the community's clerk", errors: []int{401, 403}}, s.cares)
	handle(s, api, op{method: "GET", path: "/rounds/care/consent", perm: access.RoundDo, sum: "The text that is agreed to", errors: []int{401, 403}}, s.careConsent)
	handle(s, api, op{method: "GET", path: "/rounds/care/visitors", perm: access.RoundWrite, sum: "Who may be asked to visit at a place", errors: []int{401, 403, 404}}, s.careVisitors)
	handle(s, api, op{method: "POST", path: "/rounds/care", perm: access.RoundWrite, sum: "Write down that somebody agreed to be visited", status: http.StatusCreated, errors: []int{401, 403}}, s.careAgree)
	handle(s, api, op{method: "POST", path: "/rounds/care/{id}/withdraw", perm: access.RoundWrite, sum: "End the visits and erase what is kept about the person", status: http.StatusNoContent, errors: []int{401, 403, 404, 409}}, s.careWithdraw)
	handle(s, api, op{method: "POST", path: "/rounds/care/{id}/unmask", perm: access.RoundDo, sum: "See name, telephone and address, with a reason that is logged", errors: []int{401, 403, 404}}, s.careUnmask)
}

func (s *Server) cares(ctx context.Context, in *PageQuery) (*body[CarePeople], error) {
	actor := CallerOf(ctx).Actor
	l, next, err := s.Rounds.ListCares(ctx, actor, in.page())
	if err != nil {
		return nil, err
	}
	out := CarePeople{Items: []CarePerson{}, Next: next}
	for _, c := range l {
		p, err := s.Rounds.MaskedCare(actor.Tenant, c)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, CarePerson{ID: c.ID, Name: p.Name, Phone: p.Phone, Address: p.Address, Place: Named{ID: c.Place, Name: c.PlaceName}, Visitor: Named{ID: c.Visitor, Name: c.VisitorName},
			Template: c.Template, Partner: partnerOf(c),
			Every: c.Every, Part: string(c.Part), AgreedAt: c.AgreedAt, By: string(c.ConsentBy), How: string(c.ConsentHow), LastAt: instant(c.LastAt), NextDue: instant(c.NextDue), Missed: c.Missed})
	}
	return &body[CarePeople]{out}, nil
}

// partnerOf names the institution that visits; nil when the community arranges it.
func partnerOf(c *rounds.Care) *Named {
	if c.Partner == "" {
		return nil
	}
	return &Named{ID: c.Partner, Name: c.PartnerName}
}

func (s *Server) careConsent(ctx context.Context, _ *struct{}) (*body[CareConsents], error) {
	out, lang := CareConsents{Items: []CareConsent{}}, LangOf(ctx)
	out.CareConsent = CareConsent{Version: rounds.ConsentVersion, Text: rounds.ConsentText.In(lang)}
	err := s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, err := s.Rounds.CareTemplates(tx)
		for i, t := range l {
			version, text := t.ConsentText()
			out.Items = append(out.Items, CareConsent{Template: t.ID, Title: t.Title.In(lang), Version: version, Text: text.In(lang)})
			if i == 0 {
				out.CareConsent = out.Items[0]
			}
		}
		return err
	})
	return &body[CareConsents]{out}, err
}

func (s *Server) careVisitors(ctx context.Context, in *careVisitorsIn) (*body[CareVisitors], error) {
	l, err := s.Rounds.Visitors(ctx, CallerOf(ctx).Actor, in.Place, in.Template)
	out := CareVisitors{Items: []CareVisitor{}}
	for _, v := range l {
		out.Items = append(out.Items, CareVisitor{ID: v.Person.ID, Name: v.Name, Post: v.Title})
	}
	return &body[CareVisitors]{out}, err
}

func (s *Server) careAgree(ctx context.Context, in *careIn) (*body[CareAgreed], error) {
	actor, b := CallerOf(ctx).Actor, &in.Body
	return once(ctx, s, in.Key, "POST /rounds/care", in.RawBody, func(tx kernel.Tx) (*CareAgreed, error) {
		c, err := s.Rounds.Agree(tx, actor, rounds.Enrol{Template: b.Template, Name: b.Name, Phone: b.Phone, Address: b.Address, Place: b.Place, Visitor: b.Visitor, Every: b.Every, Part: rounds.PartOfDay(b.Part),
			Text: b.Text, By: rounds.ConsentBy(b.By), How: rounds.ConsentHow(b.How), Agreed: b.Agreed})
		if err != nil {
			return nil, err
		}
		return &CareAgreed{c.ID}, nil
	})
}

func (s *Server) careWithdraw(ctx context.Context, in *keyedIDIn) (*struct{}, error) {
	actor := CallerOf(ctx).Actor
	_, err := once(ctx, s, in.Key, "POST /rounds/care/"+string(in.ID)+"/withdraw", nil, func(tx kernel.Tx) (*struct{}, error) {
		return &struct{}{}, s.Rounds.Withdraw(tx, actor, in.ID)
	})
	return nil, err
}

func (s *Server) careUnmask(ctx context.Context, in *careUnmaskIn) (*body[CareClear], error) {
	actor := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /rounds/care/"+string(in.ID)+"/unmask", in.RawBody, func(tx kernel.Tx) (*CareClear, error) {
		p, err := s.Rounds.Unmask(tx, actor, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &CareClear{p.Name, p.Phone, p.Address}, nil
	})
}

// RoundShift is one crew's work of a day.
type RoundShift struct {
	ID       kernel.ID         `json:"id"`
	Name     string            `json:"name" example:"早班清扫"`
	Place    Named             `json:"place"`
	Unit     *Named            `json:"unit"`
	Day      string            `json:"day" example:"2023-04-10"`
	StartsAt time.Time         `json:"starts_at"`
	State    rounds.ShiftState `json:"state" enum:"planned,open,closed"`
	OpenedAt *time.Time        `json:"opened_at,omitempty"`
	ClosedAt *time.Time        `json:"closed_at,omitempty"`
	Workers  int               `json:"workers" doc:"Who is to be checked"`
	Ready    int               `json:"ready" doc:"Whose check is complete and all right; the shift opens when it is everybody"`
}

// RoundShifts is one keyset page of shifts, the newest first.
type RoundShifts struct {
	Items []RoundShift `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// ShiftWorker is one worker of a shift, masked, with the check.
type ShiftWorker struct {
	Duty   kernel.ID    `json:"duty"`
	Name   string       `json:"name" example:"李*"`
	State  rounds.State `json:"state" enum:"open,done,missed"`
	Passed bool         `json:"passed"`
}

// ShiftDetail is a shift with its crew.
type ShiftDetail struct {
	RoundShift
	Mine bool          `json:"mine" doc:"Whether the shift is in the reader's hands"`
	Crew []ShiftWorker `json:"crew"`
}

// MeasureRow is one measure of a programme with what was recorded of it.
type MeasureRow struct {
	Template string `json:"template" example:"pre-shift-check"`
	ID       string `json:"id" example:"drill"`
	Title    string `json:"title" example:"应急技能培训与演练"`
	Records  int    `json:"records"`
	Last     string `json:"last,omitempty" example:"2023-04-10"`
}

// MeasureRecord is one record of a measure.
type MeasureRecord struct {
	ID      kernel.ID `json:"id"`
	Measure string    `json:"measure" example:"drill"`
	Title   string    `json:"title" example:"应急技能培训与演练"`
	Place   Named     `json:"place"`
	Unit    *Named    `json:"unit"`
	Day     string    `json:"day" example:"2023-04-10"`
	Words   string    `json:"words" example:"灭火器演练一次"`
	Photos  []Photo   `json:"photos"`
	At      time.Time `json:"at"`
}

// RoundMeasures are the measures of the programmes in force, and one keyset page of their records, the newest first.
type RoundMeasures struct {
	Measures []MeasureRow    `json:"measures"`
	Items    []MeasureRecord `json:"items"`
	Next     string          `json:"next,omitempty"`
}

type shiftsIn struct {
	PageQuery
	Place kernel.ID `query:"place" maxLength:"26"`
}

type newShiftIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Template string    `json:"template,omitempty" maxLength:"40"`
		Name     string    `json:"name" maxLength:"120" example:"早班清扫"`
		Place    kernel.ID `json:"place" maxLength:"26"`
		Unit     kernel.ID `json:"unit,omitempty" maxLength:"26" doc:"Of the reader's posts; the first when left out"`
		StartsAt time.Time `json:"starts_at"`
		Workers  []string  `json:"workers" maxItems:"200"`
	}
}

type crewIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Workers []string `json:"workers" maxItems:"200"`
	}
}

type shiftWorkerIn struct {
	ID   kernel.ID `path:"id"`
	Duty kernel.ID `path:"duty"`
	Do   string    `path:"do" enum:"recheck,stand-down" example:"recheck"`
	Key  string    `header:"Idempotency-Key"`
}

type shiftActIn struct {
	ID  kernel.ID `path:"id"`
	Key string    `header:"Idempotency-Key"`
}

type measureIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Template string      `json:"template,omitempty" maxLength:"40"`
		Measure  string      `json:"measure" maxLength:"40" example:"drill"`
		Place    kernel.ID   `json:"place" maxLength:"26"`
		Unit     kernel.ID   `json:"unit,omitempty" maxLength:"26"`
		Day      string      `json:"day" format:"date"`
		Words    string      `json:"words" maxLength:"1000" example:"灭火器演练一次"`
		Photos   []kernel.ID `json:"photos,omitempty" maxItems:"6"`
	}
}

func (s *Server) shiftRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/rounds/shifts", perm: access.RoundRead, sum: "Shifts that the reader may see", errors: []int{401, 403}}, s.shifts)
	handle(s, api, op{method: "POST", path: "/rounds/shifts", perm: access.RoundDo, sum: "Write down a crew, each of whom is checked", status: http.StatusCreated, errors: []int{401, 403}}, s.newShift)
	handle(s, api, op{method: "GET", path: "/rounds/shifts/{id}", perm: access.RoundRead, sum: "A shift with its crew", errors: []int{401, 403, 404}}, s.shift)
	handle(s, api, op{method: "POST", path: "/rounds/shifts/{id}/workers", perm: access.RoundDo, sum: "Add workers to a shift that has not opened", errors: []int{401, 403, 404, 409}}, s.addWorkers)
	handle(s, api, op{method: "POST", path: "/rounds/shifts/{id}/workers/{duty}/{do}", perm: access.RoundDo, sum: "Check a worker anew, or stand a worker down", errors: []int{401, 403, 404, 409}}, s.shiftWorker)
	handle(s, api, op{method: "POST", path: "/rounds/shifts/{id}/open", perm: access.RoundDo, sum: "Open a shift: only when everybody's check is complete", errors: []int{401, 403, 404, 409}}, s.openShift)
	handle(s, api, op{method: "POST", path: "/rounds/shifts/{id}/close", perm: access.RoundDo, sum: "Close a shift", errors: []int{401, 403, 404, 409}}, s.closeShift)
	handle(s, api, op{method: "GET", path: "/rounds/measures", perm: access.RoundRead, sum: "The measures of safety programmes, with their records", errors: []int{401, 403}}, s.measures)
	handle(s, api, op{method: "POST", path: "/rounds/measures", perm: access.RoundDo, sum: "Record one act of a measure", status: http.StatusCreated, errors: []int{401, 403}}, s.newMeasure)
}

func (v *roundView) shift(sh *rounds.Shift) RoundShift {
	return RoundShift{ID: sh.ID, Name: sh.Name, Place: Named{ID: sh.Place, Name: sh.PlaceName}, Unit: v.org(sh.Unit), Day: sh.Day, StartsAt: sh.StartsAt, State: sh.State, OpenedAt: instant(sh.OpenedAt),
		ClosedAt: instant(sh.ClosedAt), Workers: sh.Workers, Ready: sh.Ready}
}

func (s *Server) shifts(ctx context.Context, in *shiftsIn) (*body[RoundShifts], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	l, next, err := s.Rounds.ListShifts(ctx, v.actor, in.Place, in.page())
	out := RoundShifts{Items: []RoundShift{}, Next: next}
	for _, sh := range l {
		out.Items = append(out.Items, v.shift(sh))
	}
	return &body[RoundShifts]{out}, err
}

func (s *Server) shift(ctx context.Context, in *caseIn) (*body[ShiftDetail], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Rounds.GetShift(ctx, v.actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := ShiftDetail{RoundShift: v.shift(d.Shift), Mine: d.Mine, Crew: []ShiftWorker{}}
	for i, c := range d.Checks {
		out.Crew = append(out.Crew, ShiftWorker{Duty: c.ID, Name: d.Names[i], State: c.State, Passed: c.Passed})
	}
	return &body[ShiftDetail]{out}, nil
}

// shiftOnce does an act on a shift once and answers with the shift.
func (s *Server) shiftOnce(ctx context.Context, key, route string, raw []byte, act func(tx kernel.Tx, a kernel.Actor) (*rounds.Shift, error)) (*body[RoundShift], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, key, route, raw, func(tx kernel.Tx) (*RoundShift, error) {
		sh, err := act(tx, v.actor)
		if err != nil {
			return nil, err
		}
		out := v.shift(sh)
		return &out, nil
	})
}

func (s *Server) newShift(ctx context.Context, in *newShiftIn) (*body[RoundShift], error) {
	b := &in.Body
	return s.shiftOnce(ctx, in.Key, "POST /rounds/shifts", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (*rounds.Shift, error) {
		return s.Rounds.PlanShift(tx, a, rounds.NewShift{Template: b.Template, Name: b.Name, Place: b.Place, Unit: b.Unit, StartsAt: b.StartsAt, Workers: b.Workers})
	})
}

func (s *Server) addWorkers(ctx context.Context, in *crewIn) (*body[RoundShift], error) {
	return s.shiftOnce(ctx, in.Key, "POST /rounds/shifts/"+string(in.ID)+"/workers", in.RawBody, func(tx kernel.Tx, a kernel.Actor) (*rounds.Shift, error) {
		if err := s.Rounds.AddWorkers(tx, a, in.ID, in.Body.Workers); err != nil {
			return nil, err
		}
		return s.Rounds.Shifts.Shift(tx, in.ID)
	})
}

func (s *Server) shiftWorker(ctx context.Context, in *shiftWorkerIn) (*body[RoundShift], error) {
	return s.shiftOnce(ctx, in.Key, "POST /rounds/shifts/"+string(in.ID)+"/workers/"+string(in.Duty)+"/"+in.Do, nil, func(tx kernel.Tx, a kernel.Actor) (*rounds.Shift, error) {
		act := s.Rounds.StandDown
		if in.Do == "recheck" {
			act = s.Rounds.Recheck
		}
		if err := act(tx, a, in.ID, in.Duty); err != nil {
			return nil, err
		}
		return s.Rounds.Shifts.Shift(tx, in.ID)
	})
}

func (s *Server) openShift(ctx context.Context, in *shiftActIn) (*body[RoundShift], error) {
	return s.shiftOnce(ctx, in.Key, "POST /rounds/shifts/"+string(in.ID)+"/open", nil, func(tx kernel.Tx, a kernel.Actor) (*rounds.Shift, error) {
		return s.Rounds.OpenShift(tx, a, in.ID)
	})
}

func (s *Server) closeShift(ctx context.Context, in *shiftActIn) (*body[RoundShift], error) {
	return s.shiftOnce(ctx, in.Key, "POST /rounds/shifts/"+string(in.ID)+"/close", nil, func(tx kernel.Tx, a kernel.Actor) (*rounds.Shift, error) {
		return s.Rounds.CloseShift(tx, a, in.ID)
	})
}

func photosOf(ids []kernel.ID) []Photo {
	out := make([]Photo, len(ids))
	for i, id := range ids {
		u := "/api/v1/photos/" + string(id)
		out[i] = Photo{ID: string(id), URL: u, Thumb: u + "/thumb"}
	}
	return out
}

func (s *Server) measures(ctx context.Context, in *shiftsIn) (*body[RoundMeasures], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	all, l, next, err := s.Rounds.Measures(ctx, v.actor, in.Place, in.page())
	if err != nil {
		return nil, err
	}
	out := RoundMeasures{Measures: []MeasureRow{}, Items: []MeasureRecord{}, Next: next}
	titles := map[string]string{}
	for _, p := range all {
		for _, m := range p.Template.Template.Programme {
			c := p.Counts[m.ID]
			titles[p.Template.Template.ID+" "+m.ID] = m.Title.In(v.lang)
			out.Measures = append(out.Measures, MeasureRow{Template: p.Template.Template.ID, ID: m.ID, Title: m.Title.In(v.lang), Records: c.Records, Last: c.Last})
		}
	}
	for _, r := range l {
		out.Items = append(out.Items, MeasureRecord{ID: r.ID, Measure: r.Measure, Title: titles[r.Template+" "+r.Measure], Place: Named{ID: r.Place, Name: r.PlaceName}, Unit: v.org(r.Unit), Day: r.Day,
			Words: r.Words, Photos: photosOf(r.Photos), At: r.At})
	}
	return &body[RoundMeasures]{out}, nil
}

func (s *Server) newMeasure(ctx context.Context, in *measureIn) (*body[MeasureRecord], error) {
	v, err := s.roundView(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.Rounds.List(ctx, v.actor, false)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	return once(ctx, s, in.Key, "POST /rounds/measures", in.RawBody, func(tx kernel.Tx) (*MeasureRecord, error) {
		r, err := s.Rounds.Note(tx, v.actor, rounds.Record{Template: b.Template, Measure: b.Measure, Place: b.Place, Unit: b.Unit, Day: b.Day, Words: b.Words, Photos: b.Photos})
		if err != nil {
			return nil, err
		}
		title := ""
		for _, x := range all {
			for _, m := range x.Template.Programme {
				if x.Template.ID == r.Template && m.ID == r.Measure {
					title = m.Title.In(v.lang)
				}
			}
		}
		return &MeasureRecord{ID: r.ID, Measure: r.Measure, Title: title, Place: Named{ID: r.Place, Name: r.PlaceName}, Unit: v.org(r.Unit), Day: r.Day, Words: r.Words, Photos: photosOf(r.Photos), At: r.At}, nil
	})
}
