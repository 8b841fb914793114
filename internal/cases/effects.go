package cases

import (
	"errors"
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

var errNoStep = errors.New("a step that the flow does not have")

// effecting is one act while its effects are applied.
type effecting struct {
	s         *Service
	tx        kernel.Tx
	set       *Setup
	flow      *workflow.Flow
	actor     kernel.Actor
	c         *Case
	form      map[string]any
	requester kernel.ID
	all       []workflow.Effect // of the act
}

func (e *effecting) text(field string) string { v, _ := e.form[field].(string); return v }

func (e *effecting) apply(eff workflow.Effect) error {
	c := e.c
	switch eff {
	case workflow.EffectFixUnit:
		if u := kernel.ID(e.text("unit")); u != "" {
			return e.unit(u)
		}
		return e.routed()
	case workflow.EffectTransferUnit:
		c.Assignee, c.AssigneeName = "", ""
		if err := e.dropHelpers(); err != nil {
			return err
		}
		return e.unit(kernel.ID(e.text("unit")))
	case workflow.EffectAssign:
		return e.assign()
	case workflow.EffectTake:
		c.Assignee, c.AssigneeName = e.actor.Account, e.actor.Name
	case workflow.EffectRelease:
		c.Assignee, c.AssigneeName = "", ""
	case workflow.EffectClearUnit:
		c.Unit, c.Assignee, c.AssigneeName = "", "", ""
		if err := e.dropHelpers(); err != nil {
			return err
		}
		c.Route = e.set.Route(e.set.Item(c.Item), &c.Place) // the rules may have changed since
	case workflow.EffectCohandle:
		return e.cohandle()
	case workflow.EffectResult:
		return e.result()
	case workflow.EffectRate:
		return e.rate()
	case workflow.EffectReopen:
		c.Round++
	case workflow.EffectSupervise:
		c.Supervised = true
	case workflow.EffectMerge:
		return e.merge()
	case workflow.EffectKeepHelpers: // looked at by those that it goes with
	}
	return nil
}

var (
	errNoUnit   = kernel.T("没有这个单位，请从列表里选", "there is no such unit; choose one from the list")
	errIdleUnit = kernel.T("这个单位在这里没有人接单，请另选一个单位", "this unit has nobody here who could take it on; choose another unit")
)

// unit puts a unit in charge that can take the next act of the flow here: a Party branch or a team of volunteers without
// such a post would let the case lie.
func (e *effecting) unit(u kernel.ID) error {
	if e.set.Orgs[u] == nil {
		return kernel.Invalid("form.unit", errNoUnit)
	}
	ok, err := e.staffed(u, takers(e.flow, e.c.Step))
	if err == nil && !ok {
		err = kernel.Invalid("form.unit", errIdleUnit)
	}
	if err == nil {
		e.c.Unit = u
	}
	return err
}

// routed puts the unit that routing proposed in charge. One that has nobody here for the moment gives way to the committee
// (属地兜底); where that has nobody either the case still goes to the unit, which is told and may pass it on: never to nobody.
func (e *effecting) routed() error {
	for _, u := range []kernel.ID{e.c.Route.Unit, e.set.backstop(&e.c.Place)} {
		if err := e.unit(u); !kernel.Is(err, kernel.KindInvalid) {
			return err
		}
	}
	if e.set.Orgs[e.c.Route.Unit] == nil {
		return kernel.Invalid("form.unit", errNoUnit)
	}
	e.c.Unit = e.c.Route.Unit
	return nil
}

// takers gives the roles that a unit needs one of to take the next act in a step.
func takers(f *workflow.Flow, step string) []kernel.Role {
	next := f.ActionsFrom(step)
	if lead, ok := f.Leading(step); ok && len(rolesOf([]*workflow.Action{lead}, workflow.RelationUnit, workflow.RelationOpen)) > 0 {
		next = []*workflow.Action{lead}
	}
	return rolesOf(next, workflow.RelationUnit, workflow.RelationOpen)
}

// helpers gives the roles that a unit needs one of to help with a case.
func helpers(f *workflow.Flow) []kernel.Role {
	all := make([]*workflow.Action, len(f.Actions))
	for i := range f.Actions {
		all[i] = &f.Actions[i]
	}
	return rolesOf(all, workflow.RelationCohandle)
}

// TakerRoles gives the roles of which a unit needs one so that the action may name it: those that lead on from the step to which
// it brings the case, or, where it calls in helpers, theirs. Empty when any unit will do.
func TakerRoles(f *workflow.Flow, a *workflow.Action) []kernel.Role {
	if slices.Contains(a.Effects, workflow.EffectCohandle) {
		return helpers(f)
	}
	return takers(f, a.To)
}

// AnyTakerRoles gives the roles of which a unit needs one to take a case of any flow in force.
func AnyTakerRoles(set *Setup) []kernel.Role {
	var out []kernel.Role
	for _, id := range set.FlowIDs() {
		f, err := set.Flow(id, 0)
		if err != nil {
			continue
		}
		for i := range f.Flow.Actions {
			a := &f.Flow.Actions[i]
			if !slices.Contains(a.Effects, workflow.EffectFixUnit) && !slices.Contains(a.Effects, workflow.EffectTransferUnit) {
				continue
			}
			for _, r := range TakerRoles(f.Flow, a) {
				if !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// rolesOf gives the roles to which the actions are open in any of the relations.
func rolesOf(actions []*workflow.Action, in ...workflow.Relation) []kernel.Role {
	var out []kernel.Role
	for _, a := range actions {
		for _, w := range a.Actors {
			if w.Role != "" && slices.Contains(in, w.Relation) && !slices.Contains(out, w.Role) {
				out = append(out, w.Role)
			}
		}
	}
	return out
}

// staffed reports whether somebody holds a post with one of the roles at the organisation, at a place that holds the case.
// Where the flow asks for no role there is nothing to miss.
func (e *effecting) staffed(org kernel.ID, roles []kernel.Role) (bool, error) {
	for _, role := range roles {
		ok, err := e.s.People.Staffed(e.tx, org, role, e.c.Path)
		if err != nil || ok {
			return ok, err
		}
	}
	return len(roles) == 0, nil
}

// assign gives the case to one cadre of its unit, when the form names one; without, any of them may accept.
func (e *effecting) assign() error {
	who := kernel.ID(e.text("assignee"))
	e.c.Assignee, e.c.AssigneeName = "", ""
	if who == "" {
		return nil
	}
	staff, err := e.s.People.Staff(e.tx, e.c.Unit, kernel.Cadre, e.c.Path)
	if err != nil {
		return err
	}
	for _, p := range staff {
		if p.ID == who {
			e.c.Assignee = who
			e.c.AssigneeName, err = e.s.personName(e.tx, who)
			return err
		}
	}
	return kernel.Invalid("form.assignee", kernel.T("这位不是本单位在这里的办事人员，请从列表里选", "this person is not on the unit's staff here; choose one from the list"))
}

// dropHelpers ends co-handling with the unit that asked for it, unless the flow keeps it: who was called in by a unit that
// has no more to do with the case has no more to read in it.
func (e *effecting) dropHelpers() error {
	if len(e.c.Cohandles) == 0 || slices.Contains(e.all, workflow.EffectKeepHelpers) {
		return nil
	}
	e.c.Cohandles = nil
	return e.s.Tending.DropHelpers(e.tx, e.c.ID)
}

func (e *effecting) cohandle() error {
	units, _ := e.form["units"].([]string)
	helpers := helpers(e.flow)
	for _, u := range units {
		id := kernel.ID(u)
		if e.set.Orgs[id] == nil {
			return kernel.Invalid("form.units", errNoUnit)
		}
		if ok, err := e.staffed(id, helpers); err != nil {
			return err
		} else if !ok {
			return kernel.Invalid("form.units", errIdleUnit)
		}
		if id != e.c.Unit && !slices.Contains(e.c.Cohandles, id) {
			e.c.Cohandles = append(slices.Clone(e.c.Cohandles), id)
		}
	}
	return nil
}

func (e *effecting) result() error {
	text, err := e.s.Sealer.SealText(e.text("result"), resultField(e.tx.Tenant(), e.c.ID))
	if err != nil {
		return kernel.Internal("seal result", err)
	}
	e.c.Result = Result{Text: text, Photos: photoIDs(e.form["photos"])}
	e.c.FinishedAt = e.tx.Now()
	return nil
}

func resultField(t kernel.Tenant, id kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "case_record", ID: id, Field: "result"}
}

// ResultText opens what was written about what was done.
func (s *Service) ResultText(t kernel.Tenant, c *Case) (string, error) {
	if c.Result.Text == "" {
		return "", nil
	}
	return s.Sealer.OpenText(c.Result.Text, resultField(t, c.ID))
}

func photoIDs(v any) []kernel.ID {
	l, _ := v.([]string)
	out := make([]kernel.ID, len(l))
	for i := range l {
		out[i] = kernel.ID(l[i])
	}
	return out
}

// takePhotos binds the photos of the action's form to the case.
func (e *effecting) takePhotos(fields []workflow.Field) error {
	for _, f := range fields {
		if ids := photoIDs(e.form[f.ID]); f.Type == "photos" && len(ids) > 0 {
			if err := e.s.Uploads.Take(e.tx, ids, e.c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// rate stores the rating of this round: one a round and requester, a second one is a conflict.
func (e *effecting) rate() error {
	score, _ := e.form["score"].(int)
	solved, _ := e.form["solved"].(bool)
	r := &Rating{Case: e.c.ID, Round: e.c.Round, Requester: e.requester, Score: score, Solved: solved, At: e.tx.Now()}
	if t := e.text("text"); t != "" {
		var err error
		if r.Text, err = e.s.Sealer.SealText(t, ratingField(e.tx.Tenant(), e.requester)); err != nil {
			return kernel.Internal("seal rating", err)
		}
	}
	ok, err := e.s.Cases.Rate(e.tx, r)
	if err != nil {
		return err
	}
	if !ok {
		return errTwice
	}
	e.c.Score, e.c.Solved, e.c.RatedAt = score, solved, e.tx.Now()
	return nil
}

func ratingField(t kernel.Tenant, requester kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "rating", ID: requester, Field: "text"}
}

// merge joins the case to another open one; its requester follows that case from now on.
func (e *effecting) merge() error {
	into := kernel.ID(e.text("into"))
	bad := kernel.Invalid("form.into", kernel.T("并不进这一件，请选一件还没办结的同类事", "it cannot be merged into that case; choose an open case of the same kind"))
	if into == e.c.ID {
		return bad
	}
	to, err := e.s.Cases.Get(e.tx, into)
	if kernel.Is(err, kernel.KindNotFound) {
		return bad
	} else if err != nil {
		return err
	}
	readable := access.Decide(e.actor, access.CaseRead, to.Target(e.tx.Tenant())).Allow
	if !readable || to.Ended != "" || to.MergedInto != "" || to.Flow != e.c.Flow || to.Confidential != e.c.Confidential {
		return bad
	}
	// The other case's row is changed too, so that it cannot end or be merged itself in the same moment: of two cases that
	// are merged into each other one is refused.
	was := to.Version
	to.Version, to.UpdatedAt = was+1, e.tx.Now()
	if ok, err := e.s.Cases.Update(e.tx, to, was); err != nil {
		return err
	} else if !ok {
		return errStale
	}
	e.c.MergedInto = into
	return e.s.Outbox.Put(e.tx, "case", string(to.ID), news(to, "joined"))
}
