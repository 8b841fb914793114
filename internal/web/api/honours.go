package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
)

// CriterionRow is one star that can be given.
type CriterionRow struct {
	ID    string `json:"id" example:"elders"`
	Title string `json:"title" example:"孝老爱亲"`
	Note  string `json:"note,omitempty"`
}

// AwardRow is one round of nominations.
type AwardRow struct {
	ID         kernel.ID           `json:"id"`
	Place      PlaceName           `json:"place"`
	Kind       ballots.Kind        `json:"kind" enum:"good_daughter_in_law,good_mother_in_law,ten_stars,other"`
	Title      string              `json:"title" example:"2023 年十星级文明户"`
	Note       string              `json:"note,omitempty"`
	NoticeDays int                 `json:"notice_days" doc:"Publicity, in working days" example:"5"`
	Closed     bool                `json:"closed"`
	Criteria   []CriterionRow      `json:"criteria,omitempty" doc:"Ten, of the ten stars"`
	Version    int                 `json:"criteria_version,omitempty"`
	Counts     ballots.AwardCounts `json:"counts"`
	Manage     bool                `json:"manage"`
	MayName    bool                `json:"may_name" doc:"The reader may nominate"`
	Created    time.Time           `json:"created_at"`
}

// AwardList is one keyset page of rounds, newest first.
type AwardList struct {
	Items []AwardRow `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// ObjectionRow is what somebody has against a nomination.
type ObjectionRow struct {
	ID     kernel.ID              `json:"id"`
	Text   string                 `json:"text,omitempty"`
	State  ballots.ObjectionState `json:"state" enum:"open,upheld,dismissed"`
	Answer string                 `json:"answer,omitempty"`
	At     time.Time              `json:"at"`
}

// NominationRow is one nomination as the reader may see it.
type NominationRow struct {
	ID         kernel.ID       `json:"id"`
	Award      kernel.ID       `json:"award"`
	AwardTitle string          `json:"award_title"`
	Kind       ballots.Kind    `json:"kind" enum:"good_daughter_in_law,good_mother_in_law,ten_stars,other"`
	Place      PlaceName       `json:"place"`
	Name       string          `json:"name" doc:"Empty once the consent is withdrawn" example:"张*"`
	Why        string          `json:"why"`
	Stage      ballots.Stage   `json:"stage" enum:"nominated,consented,notice,granted,not_granted,ended"`
	Consent    ballots.Consent `json:"consent" enum:"asked,given,refused,withdrawn"`
	By         ballots.By      `json:"consent_by,omitempty" enum:"self,family,"`
	Until      *time.Time      `json:"notice_until,omitempty"`
	Stars      []CriterionRow  `json:"stars,omitempty" doc:"Criteria met; what is not met is not told"`
	StarCount  int             `json:"star_count,omitempty"`
	Objections []ObjectionRow  `json:"objections,omitempty" doc:"To the committee all, to others their own"`
	Version    int             `json:"version"`
	Manage     bool            `json:"manage"`
	HasSlip    bool            `json:"has_slip,omitempty" doc:"A slip was printed"`
}

// NominationList is one keyset page of nominations, newest first.
type NominationList struct {
	Items []NominationRow `json:"items"`
	Next  string          `json:"next,omitempty"`
}

// ConsentSlip is the code to be printed and handed to whom a nomination names.
type ConsentSlip struct {
	Code    string `json:"code" doc:"Told in this answer alone" example:"K7ND-4Q2M-9XAB-C0T"`
	Version int    `json:"version"`
}

// ConsentView is a nomination as whom it names sees it, by the slip.
type ConsentView struct {
	Nomination NominationRow `json:"nomination"`
	NoticeDays int           `json:"notice_days"`
	Text       int           `json:"text" doc:"Version of the words of consent, sent back with the answer"`
}

type awardIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Place      kernel.ID           `json:"place" maxLength:"26"`
		Kind       ballots.Kind        `json:"kind" enum:"good_daughter_in_law,good_mother_in_law,ten_stars,other"`
		Title      kernel.Text         `json:"title"`
		Note       kernel.Text         `json:"note,omitzero"`
		NoticeDays int                 `json:"notice_days,omitempty"`
		Criteria   []ballots.Criterion `json:"criteria,omitempty" maxItems:"20" doc:"Exactly ten; left out: the place's last, else a common set"`
	}
}

type awardsIn struct {
	PageQuery
	Place kernel.ID `query:"place" maxLength:"26"`
}

type nameIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Name string `json:"name" maxLength:"100"`
		Why  string `json:"why" maxLength:"2000"`
	}
}

type nominationsIn struct {
	PageQuery
	Award kernel.ID `query:"award" maxLength:"26"`
	Place kernel.ID `query:"place" maxLength:"26"`
	Board bool      `query:"board" doc:"What anyone may see, whoever asks"`
	Stage []string  `query:"stage" maxItems:"6" enum:"nominated,consented,notice,granted,not_granted,ended"`
}

type nominationActIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int      `json:"version"`
		Stars   []string `json:"stars,omitempty" maxItems:"10" doc:"Of publish: ids of the criteria met"`
		Granted bool     `json:"granted,omitempty" doc:"Of decide"`
		Reason  string   `json:"reason,omitempty" maxLength:"2000" doc:"Of decide, when not granted"`
	}
}

type objectIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Text string `json:"text" maxLength:"2000"`
	}
}

type answerObjectionIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Upheld bool   `json:"upheld"`
		Answer string `json:"answer" maxLength:"2000"`
	}
}

type consentIn struct {
	Code    string `path:"code" maxLength:"40"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Agree    bool       `json:"agree"`
		By       ballots.By `json:"by" enum:"self,family"`
		ShowName bool       `json:"show_name,omitempty" doc:"The full name on the board, not the surname alone"`
		Text     int        `json:"text,omitempty" doc:"Version of the words that were shown"`
	}
}

type consentCodeIn struct {
	Code string `path:"code" maxLength:"40"`
	Key  string `header:"Idempotency-Key"`
}

func (s *Server) honourRoutes(api huma.API) {
	const slip = "the slip that the committee handed to the person is the key"
	handle(s, api, op{method: "GET", path: "/awards", perm: access.BallotRead, sum: "Rounds of nominations"}, s.awards)
	handle(s, api, op{method: "POST", path: "/awards", perm: access.BallotWrite, sum: "Begin a round of nominations", status: 201, errors: []int{401, 403, 404}}, s.beginAward)
	handle(s, api, op{method: "GET", path: "/awards/{id}", perm: access.BallotRead, sum: "One round with its criteria", errors: []int{404}}, s.award)
	handle(s, api, op{method: "POST", path: "/awards/{id}/close", perm: access.BallotWrite, sum: "Take no more nominations", errors: []int{401, 403, 404, 409}}, s.closeAward)
	handle(s, api, op{method: "POST", path: "/awards/{id}/nominations", signed: true, sum: "Name somebody", status: 201, errors: []int{401, 403, 404, 409}}, s.nominate)
	handle(s, api, op{method: "GET", path: "/nominations", perm: access.BallotRead, sum: "The board, and what the reader may see beside it"}, s.nominations)
	handle(s, api, op{method: "GET", path: "/nominations/{id}", perm: access.BallotRead, sum: "One nomination", errors: []int{404}}, s.nomination)
	handle(s, api, op{method: "POST", path: "/nominations/{id}/slip", perm: access.BallotWrite, sum: "A slip for whom it names", status: 201, errors: []int{401, 403, 404, 409}}, s.slip)
	for action, sum := range map[string]string{"publish": "Put it on the board, with its stars", "decide": "Decide after the time of publicity"} {
		handle(s, api, op{method: "POST", path: "/nominations/{id}/" + action, perm: access.BallotWrite, sum: sum, errors: []int{401, 403, 404, 409}},
			func(ctx context.Context, in *nominationActIn) (*body[NominationRow], error) {
				return s.nominationAct(ctx, action, in)
			})
	}
	handle(s, api, op{method: "POST", path: "/nominations/{id}/withdraw", signed: true, sum: "Take back my consent", errors: []int{401, 404, 409}}, s.withdrawMine)
	handle(s, api, op{method: "POST", path: "/nominations/{id}/objections", open: "whoever reads the board may object to what stands on it", sum: "Object, without a name", status: 201, errors: []int{404, 409, 429}}, s.object)
	handle(s, api, op{method: "POST", path: "/objections/{id}/answer", perm: access.BallotWrite, sum: "Answer an objection", errors: []int{401, 403, 404, 409}}, s.answerObjection)
	handle(s, api, op{method: "GET", path: "/consent/{code}", open: slip, sum: "What one is named for", errors: []int{404, 429}}, s.consentView)
	handle(s, api, op{method: "POST", path: "/consent/{code}", open: slip, sum: "Agree, or not", errors: []int{404, 409, 429}}, s.consent)
	handle(s, api, op{method: "POST", path: "/consent/{code}/withdraw", open: slip, sum: "Take the consent back: the name is gone at once", errors: []int{404, 409, 429}}, s.withdrawByCode)
}

func (s *Server) awardRow(ctx context.Context, tx kernel.Tx, a *ballots.Award) (*AwardRow, error) {
	who, lang := CallerOf(ctx).Actor, LangOf(ctx)
	place, err := s.placeName(tx, a.Place)
	if err != nil {
		return nil, err
	}
	out := &AwardRow{ID: a.ID, Place: place, Kind: a.Kind, Title: a.Title.In(lang), Note: a.Note.In(lang), NoticeDays: a.NoticeDays, Closed: a.Closed,
		Version: a.CriteriaVersion, Created: a.CreatedAt}
	out.Manage = access.Decide(who, access.BallotWrite, access.Target{Tenant: tx.Tenant(), Path: a.Path}).Allow
	out.MayName = !a.Closed && (out.Manage || ballots.LivesAt(who, a.Path))
	if out.Criteria, err = s.criteriaOf(tx, a, lang); err != nil {
		return nil, err
	}
	out.Counts, err = s.Ballots.Counts(tx, who, a)
	return out, err
}

func (s *Server) criteriaOf(tx kernel.Tx, a *ballots.Award, lang kernel.Lang) ([]CriterionRow, error) {
	if a.Criteria == "" {
		return nil, nil
	}
	set, err := s.Ballots.Honours.Criteria(tx, a.Criteria, a.CriteriaVersion)
	if err != nil {
		return nil, err
	}
	var out []CriterionRow
	for _, c := range set.Items {
		out = append(out, CriterionRow{ID: c.ID, Title: c.Title.In(lang), Note: c.Note.In(lang)})
	}
	return out, nil
}

func (s *Server) nominationRow(ctx context.Context, tx kernel.Tx, n *ballots.Nomination, shown ballots.Shown) (*NominationRow, error) {
	a, err := s.Ballots.Honours.Award(tx, n.Award)
	if err != nil {
		return nil, err
	}
	place, err := s.placeName(tx, a.Place)
	if err != nil {
		return nil, err
	}
	out := &NominationRow{ID: n.ID, Award: a.ID, AwardTitle: a.Title.In(LangOf(ctx)), Kind: a.Kind, Place: place, Name: shown.Name, Why: shown.Why, Stage: n.Stage,
		Consent: n.Consent, StarCount: n.StarCount, Version: n.Version, Manage: shown.Manages}
	if shown.Inside {
		out.By, out.HasSlip = n.ConsentBy, n.CodeHash != ""
	}
	if !n.NoticeUntil.IsZero() {
		out.Until = &n.NoticeUntil
	}
	criteria, err := s.criteriaOf(tx, a, LangOf(ctx))
	if err != nil {
		return nil, err
	}
	for _, c := range criteria {
		for _, id := range n.Stars {
			if c.ID == id {
				out.Stars = append(out.Stars, c)
			}
		}
	}
	objections, err := s.Ballots.ObjectionsTo(tx, CallerOf(ctx).Actor, n)
	for _, o := range objections {
		out.Objections = append(out.Objections, ObjectionRow{ID: o.ID, Text: o.Words, State: o.State, Answer: o.Said, At: o.At})
	}
	return out, err
}

// shownNomination is a nomination as the caller may see it.
func (s *Server) shownNomination(ctx context.Context, tx kernel.Tx, n *ballots.Nomination) (*NominationRow, error) {
	shown, err := s.Ballots.Show(tx, CallerOf(ctx).Actor, n)
	if err != nil {
		return nil, err
	}
	return s.nominationRow(ctx, tx, n, shown)
}

func (s *Server) awards(ctx context.Context, in *awardsIn) (*body[AwardList], error) {
	a, out := CallerOf(ctx).Actor, &body[AwardList]{AwardList{Items: []AwardRow{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		path, err := s.pathOf(tx, in.Place)
		if err != nil {
			return err
		}
		l, next, err := s.Ballots.Awards(tx, a, path, in.page())
		for _, x := range l {
			row, err := s.awardRow(ctx, tx, x)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, *row)
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) award(ctx context.Context, in *idIn) (*body[AwardRow], error) {
	a, out := CallerOf(ctx).Actor, &body[AwardRow]{}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		x, err := s.Ballots.Award(tx, a, in.ID)
		if err != nil {
			return err
		}
		row, err := s.awardRow(ctx, tx, x)
		if err == nil {
			out.Body = *row
		}
		return err
	})
	return out, err
}

func (s *Server) beginAward(ctx context.Context, in *awardIn) (*body[AwardRow], error) {
	a, v := CallerOf(ctx).Actor, in.Body
	return once(ctx, s, in.Key, "POST /awards", in.RawBody, func(tx kernel.Tx) (*AwardRow, error) {
		x, err := s.Ballots.Begin(tx, a, ballots.NewAward{Place: v.Place, Kind: v.Kind, Title: v.Title, Note: v.Note, NoticeDays: v.NoticeDays, Criteria: v.Criteria})
		if err != nil {
			return nil, err
		}
		return s.awardRow(ctx, tx, x)
	})
}

func (s *Server) closeAward(ctx context.Context, in *keyedIDIn) (*body[AwardRow], error) {
	return once(ctx, s, in.Key, "POST /awards/"+string(in.ID)+"/close", nil, func(tx kernel.Tx) (*AwardRow, error) {
		x, err := s.Ballots.CloseAward(tx, CallerOf(ctx).Actor, in.ID)
		if err != nil {
			return nil, err
		}
		return s.awardRow(ctx, tx, x)
	})
}

func (s *Server) nominate(ctx context.Context, in *nameIn) (*body[NominationRow], error) {
	return once(ctx, s, in.Key, "POST /awards/"+string(in.ID)+"/nominations", in.RawBody, func(tx kernel.Tx) (*NominationRow, error) {
		n, err := s.Ballots.Nominate(tx, CallerOf(ctx).Actor, in.ID, ballots.Naming{Name: in.Body.Name, Why: in.Body.Why})
		if err != nil {
			return nil, err
		}
		return s.shownNomination(ctx, tx, n)
	})
}

func (s *Server) nominations(ctx context.Context, in *nominationsIn) (*body[NominationList], error) {
	a, out := CallerOf(ctx).Actor, &body[NominationList]{NominationList{Items: []NominationRow{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		q := ballots.HonourQuery{Award: in.Award, Board: in.Board, Page: in.page()}
		for _, stage := range in.Stage {
			q.Stages = append(q.Stages, ballots.Stage(stage))
		}
		var err error
		if q.Path, err = s.pathOf(tx, in.Place); err != nil {
			return err
		}
		l, next, err := s.Ballots.Nominations(tx, a, q)
		for _, n := range l {
			row, err := s.shownNomination(ctx, tx, n)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, *row)
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) nomination(ctx context.Context, in *idIn) (*body[NominationRow], error) {
	a, out := CallerOf(ctx).Actor, &body[NominationRow]{}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		n, err := s.Ballots.Nomination(tx, a, in.ID)
		if err != nil {
			return err
		}
		row, err := s.shownNomination(ctx, tx, n)
		if err == nil {
			out.Body = *row
		}
		return err
	})
	return out, err
}

func (s *Server) slip(ctx context.Context, in *nominationActIn) (*body[ConsentSlip], error) {
	return once(ctx, s, in.Key, "POST /nominations/"+string(in.ID)+"/slip", in.RawBody, func(tx kernel.Tx) (*ConsentSlip, error) {
		n, code, err := s.Ballots.Slip(tx, CallerOf(ctx).Actor, in.ID, in.Body.Version)
		if err != nil {
			return nil, err
		}
		return &ConsentSlip{Code: code.Grouped(), Version: n.Version}, nil
	})
}

func (s *Server) nominationAct(ctx context.Context, action string, in *nominationActIn) (*body[NominationRow], error) {
	a := CallerOf(ctx).Actor
	office, err := s.office(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /nominations/"+string(in.ID)+"/"+action, in.RawBody, func(tx kernel.Tx) (*NominationRow, error) {
		var n *ballots.Nomination
		var err error
		if action == "publish" {
			n, err = s.Ballots.Publish(tx, a, office, in.ID, in.Body.Version, in.Body.Stars)
		} else {
			n, err = s.Ballots.Decide(tx, a, in.ID, in.Body.Version, in.Body.Granted, in.Body.Reason)
		}
		if err != nil {
			return nil, err
		}
		return s.shownNomination(ctx, tx, n)
	})
}

func (s *Server) object(ctx context.Context, in *objectIn) (*body[ObjectionRow], error) {
	c := CallerOf(ctx)
	if c.Actor.Kind != kernel.ActorAccount {
		if err := s.orderLimits(ctx, c.Actor.Tenant).Allow(c.Address, ""); err != nil {
			return nil, err
		}
	}
	return once(ctx, s, in.Key, "POST /nominations/"+string(in.ID)+"/objections", in.RawBody, func(tx kernel.Tx) (*ObjectionRow, error) {
		o, err := s.Ballots.Object(tx, c.Actor, in.ID, in.Body.Text)
		if err != nil {
			return nil, err
		}
		return &ObjectionRow{ID: o.ID, State: o.State, At: o.At}, nil
	})
}

func (s *Server) answerObjection(ctx context.Context, in *answerObjectionIn) (*body[ObjectionRow], error) {
	return once(ctx, s, in.Key, "POST /objections/"+string(in.ID)+"/answer", in.RawBody, func(tx kernel.Tx) (*ObjectionRow, error) {
		o, err := s.Ballots.AnswerObjection(tx, CallerOf(ctx).Actor, in.ID, in.Body.Upheld, in.Body.Answer)
		if err != nil {
			return nil, err
		}
		return &ObjectionRow{ID: o.ID, State: o.State, Answer: in.Body.Answer, At: o.At}, nil
	})
}

func (s *Server) withdrawMine(ctx context.Context, in *keyedIDIn) (*body[Cast], error) {
	return once(ctx, s, in.Key, "POST /nominations/"+string(in.ID)+"/withdraw", nil, func(tx kernel.Tx) (*Cast, error) {
		_, err := s.Ballots.WithdrawMine(tx, CallerOf(ctx).Actor, in.ID)
		return &Cast{Voted: err == nil}, err
	})
}
