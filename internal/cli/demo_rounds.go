package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
)

// roundCast is who plays the rounds of a district's last days: any district that has places and people with posts.
type roundCast struct {
	tenant kernel.Tenant
	seed   string
	now    time.Time
	days   int
	posts  map[kernel.ID][]kernel.Post
	masked map[kernel.ID]string
	// keep is where the turns that run now are left to be done, so that visitors find something to do.
	keep  kernel.Path
	cares []demo.RoundCare
	crews []demo.RoundCrew
}

func loadRounds(ctx context.Context, l *loader) error {
	set, err := l.a.setups.Of(ctx, demoTenant)
	if err != nil {
		return err
	}
	at := set.Index.At(demo.Middle[0], demo.Middle[1])
	return playRounds(ctx, l.a, roundCast{tenant: demoTenant, seed: demo.DefaultSeed, now: l.now, days: 30, posts: l.posts, masked: l.masked, keep: at.Path, cares: l.g.Cares(), crews: l.g.Crews()})
}

// roundPlayer plays one district's rounds through the services that serve, under a clock that is set by hand.
type roundPlayer struct {
	roundCast
	a     *app
	clock *kernel.ManualClock
	set   *cases.Setup
	// held finds who holds posts of a role at an organisation ("" for none asked).
	held  map[heldKey][]kernel.ID
	seen  map[kernel.ID]bool
	queue []roundCue
}

type heldKey struct {
	role kernel.Role
	org  kernel.ID
}

// roundCue is something that is done at an instant.
type roundCue struct {
	at time.Time
	do func(ctx context.Context) error
}

// playRounds puts the shipped rounds in force and lets the last days of the cast pass.
func playRounds(ctx context.Context, base *app, c roundCast) error {
	clock := kernel.NewManualClock(c.now.AddDate(0, 0, -c.days))
	a, err := join(base.engine, base.keys, clock, "")
	if err != nil {
		return err
	}
	a.files.Blobs, a.cases.Setups = base.blobs, base.setups
	p := &roundPlayer{roundCast: c, a: a, clock: clock, held: map[heldKey][]kernel.ID{}, seen: map[kernel.ID]bool{}}
	if p.set, err = base.setups.Of(ctx, c.tenant); err != nil {
		return err
	}
	for _, who := range slices.Sorted(maps.Keys(c.posts)) {
		for _, post := range c.posts[who] {
			if strings.HasPrefix(post.Name, "综合受理台") {
				continue // the joint desk is for visitors
			}
			k, any := heldKey{post.Role, post.Org}, heldKey{post.Role, ""}
			p.held[k], p.held[any] = append(p.held[k], who), append(p.held[any], who)
		}
	}
	if err := a.db.Update(ctx, c.tenant, a.rounds.Found); err != nil {
		return err
	}
	if err := p.enrol(ctx); err != nil {
		return err
	}
	for day := rounds.Day(clock.Now()); day.Before(c.now); day = day.AddDate(0, 0, 1) {
		if err := p.day(ctx, day); err != nil {
			return fmt.Errorf("%s: %w", day.Format(time.DateOnly), err)
		}
	}
	clock.Set(c.now)
	return a.rounds.Tick(ctx, c.tenant, 5000)
}

// actor gives an account as it acts.
func (p *roundPlayer) actor(who kernel.ID) kernel.Actor {
	return kernel.Actor{Kind: kernel.ActorAccount, Tenant: p.tenant, Account: who, Name: p.masked[who], Posts: p.posts[who], Lang: kernel.Chinese}
}

// holder finds somebody who holds a post of the role, at the organisation when one is given, at a place that holds the path.
func (p *roundPlayer) holder(role kernel.Role, org kernel.ID, path kernel.Path, but kernel.ID) kernel.ID {
	for _, who := range p.held[heldKey{role, org}] {
		if who != but && slices.ContainsFunc(p.posts[who], func(x kernel.Post) bool { return x.Role == role && (org == "" || x.Org == org) && x.Path.Holds(path) }) {
			return who
		}
	}
	return ""
}

func (p *roundPlayer) at(at time.Time, do func(ctx context.Context) error) {
	p.queue = append(p.queue, roundCue{at, do})
}

// day plans a day, decides what becomes of what is new, and plays what falls into it.
func (p *roundPlayer) day(ctx context.Context, day time.Time) error {
	begin := day.Add(6 * time.Hour)
	if begin.After(p.now) { // before six in the morning nothing is written down as of six
		begin = p.now
	}
	if begin.Before(p.clock.Now()) {
		begin = p.clock.Now()
	}
	p.clock.Set(begin)
	if err := p.a.rounds.Tick(ctx, p.tenant, 5000); err != nil {
		return err
	}
	if err := p.decide(ctx); err != nil {
		return err
	}
	p.shifts(day)
	slices.SortStableFunc(p.queue, func(a, b roundCue) int { return a.at.Compare(b.at) })
	for len(p.queue) > 0 && p.queue[0].at.Before(day.AddDate(0, 0, 1)) && !p.queue[0].at.After(p.now) {
		c := p.queue[0]
		p.queue = p.queue[1:]
		p.clock.Set(c.at)
		if err := c.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// decide puts what becomes of new duties into the queue, many results to a unit of work.
func (p *roundPlayer) decide(ctx context.Context) error {
	templates, err := p.a.rounds.List(ctx, kernel.System(p.tenant), false)
	if err != nil {
		return err
	}
	of := map[string]*rounds.Template{}
	for _, x := range templates {
		of[x.Template.ID] = x.Template
	}
	var acts []*roundResult
	for after := ""; ; {
		l, next, err := p.a.rounds.Board(ctx, kernel.System(p.tenant), "", rounds.DutyQuery{State: rounds.Open, Page: kernel.Page{After: after, Limit: 500}})
		if err != nil {
			return err
		}
		for _, d := range l {
			if p.seen[d.ID] || d.Shift != "" {
				continue
			}
			p.seen[d.ID] = true
			if a := p.result(d, of[d.Template]); a != nil {
				acts = append(acts, a)
			}
		}
		if after = next; after == "" {
			break
		}
	}
	slices.SortFunc(acts, func(a, b *roundResult) int { return a.play.At.Compare(b.play.At) })
	const most = 20
	for len(acts) > 0 {
		n := min(most, len(acts))
		// What is recorded together lies within an hour, so that it is told as it would have been.
		for n > 1 && acts[n-1].play.At.Sub(acts[0].play.At) > time.Hour {
			n--
		}
		batch := acts[:n]
		p.at(batch[n-1].play.At, func(ctx context.Context) error { return p.record(ctx, batch) })
		acts = acts[n:]
	}
	return nil
}

// roundResult is a result that somebody is going to record.
type roundResult struct {
	duty     *rounds.Duty
	template *rounds.Template
	play     demo.RoundPlay
	by       kernel.ID
}

func (p *roundPlayer) result(d *rounds.Duty, t *rounds.Template) *roundResult {
	play := demo.PlayRound(p.seed, d, t, p.now)
	// What runs now at home stays to be done.
	if play.At.IsZero() || p.keep != "" && p.keep.Holds(d.Path) && d.Miss.After(p.now) {
		return nil
	}
	who := d.Assignee
	if who == "" {
		who = p.holder(d.Role, d.Unit, d.Path, "")
	}
	if who == "" {
		return nil // a unit without staff: its duties are missed, as they would be
	}
	return &roundResult{d, t, play, who}
}

// record records results in one unit of work.
func (p *roundPlayer) record(ctx context.Context, batch []*roundResult) error {
	drafts := make([]*rounds.Draft, len(batch))
	for i, r := range batch {
		in := rounds.Filled{Answers: demo.RoundAnswers(r.template, r.play.Bad)}
		if r.play.Bad != "" && r.template.Item(r.play.Bad).Photo != "" {
			id, err := p.photo(ctx, i)
			if err != nil {
				return err
			}
			in.Photos = map[string][]kernel.ID{r.play.Bad: {id}}
		}
		var err error
		if drafts[i], err = p.a.rounds.Prepare(ctx, p.actor(r.by), r.duty.ID, in); err != nil {
			return fmt.Errorf("%s at %s: %w", r.duty.Template, r.duty.PlaceName, err)
		}
	}
	var found []*rounds.Found
	err := p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) error {
		found = nil
		for i, r := range batch {
			done, err := p.a.rounds.Record(tx, p.actor(r.by), drafts[i], "")
			if err != nil {
				return fmt.Errorf("%s at %s: %w", r.duty.Template, r.duty.PlaceName, err)
			}
			found = append(found, done.Found...)
		}
		return nil
	})
	for _, f := range found {
		p.follow(f)
	}
	return err
}

func (p *roundPlayer) photo(ctx context.Context, n int) (kernel.ID, error) {
	jpeg, err := demo.Picture(p.seed, n%4)
	if err != nil {
		return "", err
	}
	u, err := p.a.files.Receive(ctx, p.tenant, bytes.NewReader(jpeg))
	return u.ID, err
}

// follow carries a hazard that was found to its end: assigned, taken up, put right, rechecked by somebody else. What is not yet
// over is open now.
func (p *roundPlayer) follow(f *rounds.Found) {
	if f.Flow != rounds.FlowHazard {
		return
	}
	at := p.clock.Now()
	for i, step := range []struct {
		action string
		hours  int
	}{{"assign", 3}, {"start", 20}, {"finish", 26}, {"recheck", 24}} {
		at = at.Add(time.Duration(step.hours) * time.Hour)
		if h := at.In(kernel.Shanghai).Hour(); h < 8 || h >= 19 {
			at = rounds.Day(at.Add(12 * time.Hour)).Add(time.Duration(9*60+7*i) * time.Minute)
		}
		p.at(at, func(ctx context.Context) error { return p.carry(ctx, f, step.action) })
	}
}

// carry takes one act of the hazard flow by whoever may.
func (p *roundPlayer) carry(ctx context.Context, f *rounds.Found, action string) error {
	c, err := p.a.cases.Get(ctx, kernel.System(p.tenant), f.Case)
	if err != nil {
		return err
	}
	unit := c.Unit
	if unit == "" {
		unit = c.Route.Unit
	}
	form := map[string]any{}
	who := kernel.ID("")
	switch action {
	case "assign":
		who = p.holder(kernel.CommunityClerk, "", c.Path, "")
	case "start":
		who = p.holder(kernel.Cadre, unit, c.Path, "")
	case "finish":
		who, form["result"] = c.Assignee, "现场整改，又看了一遍周边"
		id, err := p.photo(ctx, 1)
		if err != nil {
			return err
		}
		form["photos"] = []any{string(id)}
	case "recheck":
		if who = p.holder(kernel.GridWorker, "", c.Path, c.Assignee); who == "" {
			who = p.holder(kernel.CommunityClerk, "", c.Path, c.Assignee)
		}
		form["passed"], form["words"] = true, "到现场看过，已经改好"
	}
	if who == "" {
		return nil // nobody is there to do it; it stays open
	}
	err = p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) error {
		_, err := p.a.cases.Act(tx, p.set, p.actor(who), f.Case, action, c.Version, form)
		return err
	})
	var e *kernel.Error
	if errors.As(err, &e) && (e.Kind == kernel.KindForbidden || e.Kind == kernel.KindConflict) {
		return nil // a step before it was left open
	}
	return err
}

// enrol writes down who agreed to be visited.
func (p *roundPlayer) enrol(ctx context.Context) error {
	return p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) error {
		for _, c := range p.cares {
			if _, err := p.a.rounds.Agree(tx, p.actor(c.Clerk), rounds.Enrol{Name: c.Name, Phone: c.Phone, Address: c.Address, Place: c.Place, Visitor: c.Visitor, Every: c.Every, Part: c.Part,
				Text: rounds.ConsentVersion, By: rounds.BySelf, How: rounds.InWriting, Agreed: true}); err != nil {
				return fmt.Errorf("care: %w", err)
			}
		}
		return nil
	})
}

// shifts plans the crews of a day: the last five days were checked, opened and closed, of today's some are checked. The measures of
// the programme have a record each.
func (p *roundPlayer) shifts(day time.Time) {
	back := int(rounds.Day(p.now).Sub(day) / (24 * time.Hour))
	if back > 4 {
		return
	}
	for i, c := range p.crews {
		// Two hours at most before now, so that today's crew is there whatever the hour.
		at := day.Add(7*time.Hour + time.Duration(i)*10*time.Minute)
		if at.After(p.now) {
			at = p.now.Add(-time.Duration(i+1) * time.Minute)
		}
		p.at(at, func(ctx context.Context) error { return p.shift(ctx, c, day, back == 0) })
		if back == 4-i {
			p.at(at.Add(time.Minute), func(ctx context.Context) error { return p.measures(ctx, c, day, i) })
		}
	}
}

func (p *roundPlayer) shift(ctx context.Context, c demo.RoundCrew, day time.Time, today bool) error {
	lead := p.actor(c.Leader)
	var sh *rounds.Shift
	var checks []*rounds.Duty
	err := p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) (err error) {
		if sh, err = p.a.rounds.PlanShift(tx, lead, rounds.NewShift{Name: c.Name, Place: c.Place, Unit: c.Unit, StartsAt: p.clock.Now().Add(30 * time.Minute), Workers: c.Workers}); err != nil {
			return err
		}
		checks, _, err = p.a.rounds.Duties.ListDuties(tx, rounds.DutyQuery{Shift: sh.ID, Allow: rounds.Sight(lead), Now: tx.Now(), Page: kernel.Page{Limit: 100}})
		return err
	})
	if err != nil {
		return fmt.Errorf("shift: %w", err)
	}
	templates, err := p.a.rounds.List(ctx, kernel.System(p.tenant), false)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(templates, func(x rounds.TemplateIn) bool { return x.Template.ID == sh.Template })
	if today {
		checks = checks[:len(checks)/2]
	}
	for _, d := range checks {
		r := &roundResult{d, templates[i].Template, demo.RoundPlay{At: p.clock.Now()}, c.Leader}
		if err := p.record(ctx, []*roundResult{r}); err != nil {
			return err
		}
	}
	if today {
		return nil
	}
	p.at(day.Add(17*time.Hour), func(ctx context.Context) error {
		return p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) error {
			_, err := p.a.rounds.CloseShift(tx, lead, sh.ID)
			return err
		})
	})
	return p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) error {
		_, err := p.a.rounds.OpenShift(tx, lead, sh.ID)
		return err
	})
}

func (p *roundPlayer) measures(ctx context.Context, c demo.RoundCrew, day time.Time, n int) error {
	for i, id := range slices.Sorted(maps.Keys(demo.MeasureWords)) {
		photo, err := p.photo(ctx, i+n)
		if err != nil {
			return err
		}
		if err := p.a.db.Update(ctx, p.tenant, func(tx kernel.Tx) error {
			_, err := p.a.rounds.Note(tx, p.actor(c.Leader), rounds.Record{Measure: id, Place: c.Place, Unit: c.Unit, Day: day.Format(time.DateOnly), Words: demo.MeasureWords[id], Photos: []kernel.ID{photo}})
			return err
		}); err != nil {
			return fmt.Errorf("measure: %w", err)
		}
	}
	return nil
}
