package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// PlaceName is a place as lists name it.
type PlaceName struct {
	ID   kernel.ID `json:"id"`
	Name string    `json:"name" example:"小桥村"`
}

// BallotChoice is one thing that can be voted.
type BallotChoice struct {
	ID    string `json:"id" example:"yes"`
	Title string `json:"title" example:"同意"`
}

// BallotVotes is how often a choice was voted.
type BallotVotes struct {
	ID    string `json:"id" example:"yes"`
	Title string `json:"title" example:"同意"`
	N     int    `json:"n" example:"86"`
}

// BallotGroup is one row of a breakdown.
type BallotGroup struct {
	Name     string        `json:"name" example:"一组"`
	Voted    int           `json:"voted"`
	Eligible int           `json:"eligible"`
	Votes    []BallotVotes `json:"votes"`
}

// BallotResult is what is told of a vote: of an open one its turnout, of a counted one the votes, where they are not few.
type BallotResult struct {
	Voted    int           `json:"voted" doc:"How many of the roll have voted"`
	Eligible int           `json:"eligible" doc:"How many are on the roll"`
	Votes    []BallotVotes `json:"votes,omitempty" doc:"After the close only, and only of five votes or more"`
	Groups   []BallotGroup `json:"groups,omitempty" doc:"Parts in which no number is below five"`
	Rest     *BallotGroup  `json:"rest,omitempty" doc:"The parts that are not told one by one, together"`
	Leader   string        `json:"leader,omitempty" doc:"The option that a choice came to"`
}

// BallotRow is one ballot in a list.
type BallotRow struct {
	ID         kernel.ID       `json:"id"`
	Place      PlaceName       `json:"place"`
	About      ballots.About   `json:"about" enum:"works,money,rules,events,service"`
	Title      string          `json:"title" example:"村口装路灯"`
	Body       string          `json:"body"`
	By         string          `json:"by" doc:"Who proposed it, masked"`
	Step       ballots.Step    `json:"step" enum:"proposed,deliberating,voting,counted,resolved,declined"`
	Mode       ballots.Mode    `json:"mode" enum:"yesno,choice"`
	Quorum     int             `json:"quorum" doc:"Share of the roll that must vote, in per cent"`
	Need       int             `json:"need" doc:"Share of the votes that must be exceeded, in per cent"`
	Closes     *time.Time      `json:"closes_at,omitempty"`
	Outcome    ballots.Outcome `json:"outcome,omitempty" enum:"passed,failed,no_quorum,tie,"`
	Resolution string          `json:"resolution,omitempty"`
	Reason     string          `json:"reason,omitempty" doc:"Why it was declined"`
	TaskKind   string          `json:"task_kind,omitempty" example:"case"`
	Task       kernel.ID       `json:"task,omitempty"`
	Version    int             `json:"version"`
	Created    time.Time       `json:"created_at"`
}

// BallotDetail is one ballot with its result, and what the reader may do.
type BallotDetail struct {
	BallotRow
	Choices []BallotChoice `json:"choices"`
	Result  BallotResult   `json:"result"`
	Manage  bool           `json:"manage" doc:"The reader runs ballots here"`
	MaySay  bool           `json:"may_say" doc:"The reader may speak while it is talked over"`
	OnRoll  bool           `json:"on_roll" doc:"The reader's account may vote"`
	Voted   bool           `json:"voted" doc:"The reader's account has voted"`
	Codes   int            `json:"codes,omitempty" doc:"How many codes were handed out, told to the community"`
}

// BallotList is one keyset page of ballots, newest first.
type BallotList struct {
	Items []BallotRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// BallotPost is one contribution to a deliberation.
type BallotPost struct {
	ID     kernel.ID         `json:"id"`
	By     string            `json:"by" doc:"Masked"`
	Mine   bool              `json:"mine,omitempty"`
	Text   string            `json:"text"`
	State  ballots.PostState `json:"state" enum:"waiting,shown,held"`
	Reason string            `json:"reason,omitempty" doc:"Why it was held back: told to its author and the community"`
	At     time.Time         `json:"at"`
}

// BallotPostList is one keyset page of posts, oldest first.
type BallotPostList struct {
	Items []BallotPost `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// BallotCodes are voting codes, told once, to be printed.
type BallotCodes struct {
	Group string   `json:"group"`
	Codes []string `json:"codes" doc:"Told in this answer alone"`
}

// Cast says that a vote was taken. It tells neither who nor what.
type Cast struct {
	Voted bool `json:"voted"`
}

type ballotsIn struct {
	PageQuery
	Place kernel.ID `query:"place" maxLength:"26"`
	Step  []string  `query:"step" maxItems:"6" enum:"proposed,deliberating,voting,counted,resolved,declined"`
}

type proposeIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Place kernel.ID     `json:"place" maxLength:"26"`
		About ballots.About `json:"about" enum:"works,money,rules,events,service"`
		Title string        `json:"title" maxLength:"200"`
		Text  string        `json:"text,omitempty" maxLength:"4000"`
	}
}

type ballotActIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int      `json:"version"`
		Reason  string   `json:"reason,omitempty" maxLength:"1000" doc:"Of decline"`
		Words   string   `json:"words,omitempty" maxLength:"4000" doc:"Of resolve: what was resolved"`
		Mode    string   `json:"mode,omitempty" enum:"yesno,choice" doc:"Of open"`
		Options []string `json:"options,omitempty" maxItems:"12" doc:"Of open, one of several"`
		Quorum  int      `json:"quorum,omitempty" doc:"Of open"`
		Need    int      `json:"need,omitempty" doc:"Of open"`
		Closes  string   `json:"closes_on,omitempty" format:"date" doc:"Of open: the last day (Asia/Shanghai)"`
		Kind    string   `json:"kind,omitempty" maxLength:"20" doc:"Of hand-on: case or work"`
		Item    string   `json:"item,omitempty" maxLength:"60" doc:"Of hand-on to a case: the menu's item"`
	}
}

type ballotPostIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Text string `json:"text" maxLength:"2000"`
	}
}

type moderateIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Show   bool   `json:"show"`
		Reason string `json:"reason,omitempty" maxLength:"400"`
	}
}

type codesIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Group  string   `json:"group,omitempty" maxLength:"80" doc:"What a breakdown counts them in: a villager group, a building"`
		Count  int      `json:"count,omitempty" doc:"People without an account, one code each"`
		Phones []string `json:"phones,omitempty" maxItems:"500" doc:"Telephone numbers of those who get a code, one each, in the order of the codes: nobody gets two, nor one beside an account. Only a keyed hash is kept"`
	}
}

type voteIn struct {
	ID   kernel.ID `path:"id"`
	Key  string    `header:"Idempotency-Key"`
	Body struct {
		Choice string `json:"choice" maxLength:"20" example:"yes"`
		Code   string `json:"code,omitempty" maxLength:"40" doc:"Of the slip; without it the account votes"`
	}
}

type idPage struct {
	PageQuery
	ID kernel.ID `path:"id"`
}

func (s *Server) ballotRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/ballots", perm: access.BallotRead, sum: "What places decide together"}, s.ballots)
	handle(s, api, op{method: "POST", path: "/ballots", signed: true, sum: "Propose something to one's own place", status: 201, errors: []int{401, 403, 404}}, s.propose)
	handle(s, api, op{method: "GET", path: "/ballots/{id}", perm: access.BallotRead, sum: "One ballot with its result once it is counted", errors: []int{404}}, s.ballot)
	for action, sum := range map[string]string{"take-up": "Put a proposal on the page", "decline": "Say that it is not taken up", "open": "Open it for votes",
		"resolve": "Write down what was resolved", "hand-on": "Make a task of it"} {
		handle(s, api, op{method: "POST", path: "/ballots/{id}/" + action, perm: access.BallotWrite, sum: sum, errors: []int{401, 403, 404, 409}},
			func(ctx context.Context, in *ballotActIn) (*body[BallotDetail], error) {
				return s.ballotAct(ctx, action, in)
			})
	}
	handle(s, api, op{method: "POST", path: "/ballots/{id}/codes", perm: access.BallotWrite, sum: "Voting codes for people without an account", status: 201, errors: []int{401, 403, 404, 409}}, s.ballotCodes)
	handle(s, api, op{method: "POST", path: "/ballots/{id}/vote", open: "the account on the roll, or the code of the slip, is the key", sum: "Vote, once", errors: []int{401, 403, 404, 409, 429}}, s.vote)
	handle(s, api, op{method: "GET", path: "/ballots/{id}/posts", perm: access.BallotRead, sum: "What was said about it", errors: []int{404}}, s.ballotPosts)
	handle(s, api, op{method: "POST", path: "/ballots/{id}/posts", signed: true, sum: "Speak in the deliberation", status: 201, errors: []int{401, 403, 404, 409}}, s.ballotSay)
	handle(s, api, op{method: "POST", path: "/ballot-posts/{id}/moderate", perm: access.BallotWrite, sum: "Let a post stand, or hold it back", errors: []int{401, 403, 404, 409}}, s.ballotModerate)
}

// placeName names a place; a place that is gone keeps its id.
func (s *Server) placeName(tx kernel.Tx, id kernel.ID) (PlaceName, error) {
	p, err := s.Places.Place(tx, id)
	if kernel.Is(err, kernel.KindNotFound) {
		return PlaceName{ID: id}, nil
	}
	if err != nil {
		return PlaceName{}, err
	}
	return PlaceName{ID: id, Name: p.Name}, nil
}

// pathOf gives the path of a place that a query names; the whole district when it names none.
func (s *Server) pathOf(tx kernel.Tx, id kernel.ID) (kernel.Path, error) {
	if id == "" {
		return "", nil
	}
	p, err := s.Places.Place(tx, id)
	if err != nil {
		return "", err
	}
	return p.Path, nil
}

func (s *Server) ballotRow(tx kernel.Tx, b *ballots.Ballot) (BallotRow, error) {
	place, err := s.placeName(tx, b.Place)
	r := BallotRow{ID: b.ID, Place: place, About: b.About, Title: b.Title, Body: b.Body, By: b.ProposerName, Step: b.Step, Mode: b.Mode, Quorum: b.Quorum,
		Need: b.Need, Outcome: b.Outcome, Resolution: b.Resolution, Reason: b.Reason, TaskKind: b.TaskKind, Task: b.Task, Version: b.Version, Created: b.CreatedAt}
	if !b.ClosesAt.IsZero() {
		r.Closes = &b.ClosesAt
	}
	return r, err
}

var choiceNames = map[string]kernel.Text{ballots.Yes: kernel.T("同意", "Yes"), ballots.No: kernel.T("不同意", "No"), ballots.Abstain: kernel.T("弃权", "Abstain")}

// choices names what can be voted, in order.
func choices(b *ballots.Ballot, lang kernel.Lang) []BallotChoice {
	out := []BallotChoice{}
	for _, id := range b.Choices() {
		c := BallotChoice{ID: id, Title: choiceNames[id].In(lang)}
		for _, o := range b.Options {
			if o.ID == id {
				c.Title = o.Title
			}
		}
		out = append(out, c)
	}
	return out
}

func resultOf(b *ballots.Ballot, c *ballots.Count, lang kernel.Lang) BallotResult {
	all := choices(b, lang)
	votes := func(m map[string]int) []BallotVotes {
		out := []BallotVotes{}
		for _, x := range all {
			out = append(out, BallotVotes{x.ID, x.Title, m[x.ID]})
		}
		return out
	}
	group := func(g ballots.Group) BallotGroup {
		return BallotGroup{Name: g.Name, Voted: g.Turnout.Voted, Eligible: g.Turnout.Eligible, Votes: votes(g.Votes)}
	}
	r := BallotResult{Voted: c.Turnout.Voted, Eligible: c.Turnout.Eligible}
	if c.Votes != nil {
		r.Votes, r.Leader = votes(c.Votes), b.Leader(c.Votes)
	}
	for _, g := range c.Groups {
		r.Groups = append(r.Groups, group(g))
	}
	if c.Rest != nil {
		rest := group(*c.Rest)
		r.Rest = &rest
	}
	return r
}

func (s *Server) ballotDetail(ctx context.Context, tx kernel.Tx, b *ballots.Ballot) (*BallotDetail, error) {
	a := CallerOf(ctx).Actor
	row, err := s.ballotRow(tx, b)
	if err != nil {
		return nil, err
	}
	count, err := s.Ballots.Result(tx, a, b)
	if err != nil {
		return nil, err
	}
	out := &BallotDetail{BallotRow: row, Choices: choices(b, LangOf(ctx)), Result: resultOf(b, count, LangOf(ctx))}
	out.Manage = access.Decide(a, access.BallotWrite, access.Target{Tenant: tx.Tenant(), Path: b.Path}).Allow
	out.MaySay = b.Step == ballots.StepDeliberating && (out.Manage || ballots.LivesAt(a, b.Path))
	if out.OnRoll, out.Voted, err = s.Ballots.MayVote(tx, a, b); err != nil {
		return nil, err
	}
	if out.Manage {
		out.Codes, err = s.Ballots.Rolls.CodesOf(tx, b.ID)
	}
	return out, err
}

func (s *Server) ballots(ctx context.Context, in *ballotsIn) (*body[BallotList], error) {
	a, out := CallerOf(ctx).Actor, &body[BallotList]{BallotList{Items: []BallotRow{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		q := ballots.Query{Page: in.page()}
		for _, step := range in.Step {
			q.Steps = append(q.Steps, ballots.Step(step))
		}
		var err error
		if q.Path, err = s.pathOf(tx, in.Place); err != nil {
			return err
		}
		l, next, err := s.Ballots.List(tx, a, q)
		for _, b := range l {
			row, err := s.ballotRow(tx, b)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, row)
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) ballot(ctx context.Context, in *idIn) (*body[BallotDetail], error) {
	a, out := CallerOf(ctx).Actor, &body[BallotDetail]{}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		b, err := s.Ballots.Ballot(tx, a, in.ID)
		if err != nil {
			return err
		}
		d, err := s.ballotDetail(ctx, tx, b)
		if err == nil {
			out.Body = *d
		}
		return err
	})
	return out, err
}

func (s *Server) propose(ctx context.Context, in *proposeIn) (*body[BallotDetail], error) {
	a := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /ballots", in.RawBody, func(tx kernel.Tx) (*BallotDetail, error) {
		b, err := s.Ballots.Propose(tx, a, ballots.Proposal{Place: in.Body.Place, About: in.Body.About, Title: in.Body.Title, Body: in.Body.Text})
		if err != nil {
			return nil, err
		}
		return s.ballotDetail(ctx, tx, b)
	})
}

func (s *Server) ballotAct(ctx context.Context, action string, in *ballotActIn) (*body[BallotDetail], error) {
	a, v := CallerOf(ctx).Actor, in.Body
	var handOn func(kernel.Tx, int) (*ballots.Ballot, error)
	closes, err := day("closes_on", v.Closes, 0)
	if err == nil && action == "hand-on" {
		handOn, err = s.Ballots.HandOn(ctx, a, in.ID, v.Kind, v.Item)
	}
	if err != nil {
		return nil, err
	}
	return once(ctx, s, in.Key, "POST /ballots/"+string(in.ID)+"/"+action, in.RawBody, func(tx kernel.Tx) (*BallotDetail, error) {
		var b *ballots.Ballot
		var err error
		switch action {
		case "take-up":
			b, err = s.Ballots.TakeUp(tx, a, in.ID, v.Version)
		case "decline":
			b, err = s.Ballots.Decline(tx, a, in.ID, v.Version, v.Reason)
		case "open":
			b, err = s.Ballots.Open(tx, a, in.ID, v.Version, ballots.Opening{Mode: ballots.Mode(v.Mode), Options: v.Options, Quorum: v.Quorum, Need: v.Need, ClosesOn: closes})
		case "resolve":
			b, err = s.Ballots.Resolve(tx, a, in.ID, v.Version, v.Words)
		default:
			b, err = handOn(tx, v.Version)
		}
		if err != nil {
			return nil, err
		}
		return s.ballotDetail(ctx, tx, b)
	})
}

func (s *Server) ballotCodes(ctx context.Context, in *codesIn) (*body[BallotCodes], error) {
	a := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /ballots/"+string(in.ID)+"/codes", in.RawBody, func(tx kernel.Tx) (*BallotCodes, error) {
		l, err := s.Ballots.Codes(tx, a, in.ID, in.Body.Group, in.Body.Count, in.Body.Phones)
		out := &BallotCodes{Group: in.Body.Group, Codes: make([]string, len(l))}
		for i, c := range l {
			out.Codes[i] = c.Grouped()
		}
		return out, err
	})
}

// vote takes a vote. Neither the caller nor the choice reach the store of answered requests: a random key stands for an anonymous
// caller, and the choice is no part of what is compared.
func (s *Server) vote(ctx context.Context, in *voteIn) (*body[Cast], error) {
	c := CallerOf(ctx)
	voter := c.Actor
	t := voter.Tenant
	var code vault.TrackCode
	if in.Body.Code != "" {
		var err error
		if code, t, err = s.withCode(ctx, in.Body.Code); err != nil {
			return nil, err
		}
	} else if voter.Kind != kernel.ActorAccount {
		return nil, kernel.Unsigned()
	}
	c.Actor = kernel.Anonymous(t)
	ctx = context.WithValue(ctx, keyCaller, c)
	if len(in.Key) < longKey {
		in.Key = "" // it would have to be told apart by who sends it
	}
	return once(ctx, s, in.Key, "POST /ballots/"+string(in.ID)+"/vote", nil, func(tx kernel.Tx) (*Cast, error) {
		var err error
		if in.Body.Code != "" {
			_, err = s.Ballots.VoteByCode(tx, voter, in.ID, code, in.Body.Choice)
			err = s.missed(ctx, err)
		} else {
			_, err = s.Ballots.Vote(tx, voter, in.ID, in.Body.Choice)
		}
		return &Cast{Voted: err == nil}, err
	})
}

func ballotPost(p *ballots.Post, a kernel.Actor) BallotPost {
	r := BallotPost{ID: p.ID, By: p.AuthorName, Text: p.Body, State: p.State, At: p.At, Reason: p.Reason, Mine: p.Author != "" && p.Author == a.Account}
	if p.State == ballots.PostShown {
		r.Reason = ""
	}
	return r
}

func (s *Server) ballotPosts(ctx context.Context, in *idPage) (*body[BallotPostList], error) {
	a, out := CallerOf(ctx).Actor, &body[BallotPostList]{BallotPostList{Items: []BallotPost{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.Ballots.Posts(tx, a, in.ID, in.page())
		for _, p := range l {
			out.Body.Items = append(out.Body.Items, ballotPost(p, a))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

func (s *Server) ballotSay(ctx context.Context, in *ballotPostIn) (*body[BallotPost], error) {
	a := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /ballots/"+string(in.ID)+"/posts", in.RawBody, func(tx kernel.Tx) (*BallotPost, error) {
		p, err := s.Ballots.Say(tx, a, in.ID, in.Body.Text)
		if err != nil {
			return nil, err
		}
		out := ballotPost(p, a)
		return &out, nil
	})
}

func (s *Server) ballotModerate(ctx context.Context, in *moderateIn) (*body[BallotPost], error) {
	a := CallerOf(ctx).Actor
	return once(ctx, s, in.Key, "POST /ballot-posts/"+string(in.ID)+"/moderate", in.RawBody, func(tx kernel.Tx) (*BallotPost, error) {
		p, err := s.Ballots.Moderate(tx, a, in.ID, in.Body.Show, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		out := ballotPost(p, a)
		return &out, nil
	})
}

// office gives the calendar that deadlines run by.
func (s *Server) office(ctx context.Context, t kernel.Tenant) (ballots.Office, error) {
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return ballots.Office{}, err
	}
	return ballots.Office{Calendar: set.Calendar, Hours: set.Office}, nil
}
