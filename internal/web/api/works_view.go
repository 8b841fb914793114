package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// draft reads what somebody wrote; days that are no days are faults of their fields.
func (d *WorkDraft) draft() (works.Draft, error) {
	stages, err := workStagesOf(d.Stages)
	if err != nil {
		return works.Draft{}, err
	}
	b := works.Body{Summary: d.Summary, Address: d.Address, Stages: stages, Support: d.Support, Members: d.Members, Pilot: d.Pilot, Source: d.Source}
	for _, m := range d.Methods {
		b.Methods = append(b.Methods, works.Method(m))
	}
	for _, u := range d.Uses {
		b.Uses = append(b.Uses, works.Use(u))
	}
	for _, st := range d.Stakes {
		b.Stakes = append(b.Stakes, works.Stake{Part: works.Part(st.Part), Org: st.Org, Name: st.Name})
	}
	b.Plan = d.Plan.plan()
	if sh := d.Shared; sh != nil {
		b.Shared = &works.Shared{Key: sh.Key, OwnShare: sh.OwnShare}
		for _, w := range sh.With {
			b.Shared.With = append(b.Shared.With, works.Partner{Tenant: kernel.Tenant(w.Tenant), Name: w.Name})
		}
	}
	return works.Draft{Kind: works.Kind(d.Kind), Name: d.Name, Place: d.Place, Lon: d.Lon, Lat: d.Lat, Host: d.Host, Programme: d.Programme, Case: d.Case, Body: b}, nil
}

func (p *WorkPlan) plan() *works.Plan {
	if p == nil {
		return nil
	}
	return &works.Plan{Name: p.Name, Layer: p.Layer, Code: p.Code}
}

func workPlan(p *works.Plan) *WorkPlan {
	if p == nil {
		return nil
	}
	return &WorkPlan{Name: p.Name, Layer: p.Layer, Code: p.Code}
}

func workStagesOf(l []WorkStage) ([]works.Stage, error) {
	out := make([]works.Stage, len(l))
	for i, st := range l {
		out[i] = works.Stage{Name: strings.TrimSpace(st.Name), State: works.State(st.State), Note: strings.TrimSpace(st.Note)}
		var e1, e2, e3 error
		out[i].From, e1 = day(fmt.Sprintf("stages[%d].from", i), st.From, 0)
		out[i].To, e2 = day(fmt.Sprintf("stages[%d].to", i), st.To, 0)
		out[i].Done, e3 = day(fmt.Sprintf("stages[%d].done", i), st.Done, 0)
		for _, err := range []error{e1, e2, e3} {
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func workItem(i *works.Item, lang kernel.Lang) WorkItem {
	w := WorkItem{ID: i.ID, Line: i.Line, Subject: i.Subject, Group: i.Group, Action: string(i.Action), ActionName: works.Actions.Name(i.Action).In(lang),
		Stock: i.Action.Stock(), Quantity: workFigure(i.Quantity, lang), Location: i.Location, Source: i.Source, TwinOf: string(i.TwinOf)}
	if i.Whole.Unit != "" {
		f := workFigure(i.Whole, lang)
		w.Whole = &f
	}
	return w
}

func workProgramme(p *works.Programme, lang kernel.Lang) WorkProgramme {
	return WorkProgramme{ID: p.ID, Name: p.Name, Level: string(p.Level), LevelName: works.Levels.Name(p.Level).In(lang), FromYear: p.FromYear, ToYear: p.ToYear,
		Support: append([]string{}, p.Support...)}
}

func (s *Server) workDetail(ctx context.Context, tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*WorkDetail, error) {
	w, err := s.Works.Whole(tx, actor, id)
	if err != nil {
		return nil, err
	}
	lang, n, p := LangOf(ctx), s.workNames(ctx, tx), w.Project
	d := &WorkDetail{Version: p.Version, Lon: p.Lon, Lat: p.Lat, Summary: p.Body.Summary, Address: p.Body.Address, Support: append([]string{}, p.Body.Support...),
		Stages: []WorkStage{}, Methods: workChosen(works.Methods, p.Body.Methods, lang), Uses: workChosen(works.Uses, p.Body.Uses, lang), Plan: workPlan(p.Body.Plan),
		Stakes: []WorkStake{}, Members: []Named{}, Pilot: p.Body.Pilot, Source: p.Body.Source, Bill: []WorkItem{}, Photos: []WorkPhoto{}, Cases: []WorkCase{}, MayWrite: w.MayWrite}
	if d.WorkRow, err = n.work(p); err != nil {
		return nil, err
	}
	if w.Programme != nil {
		pv := workProgramme(w.Programme, lang)
		d.Programme = &pv
	}
	for _, st := range p.Body.Stages {
		d.Stages = append(d.Stages, WorkStage{Name: st.Name, State: string(st.State), StateName: works.States.Name(st.State).In(lang), From: workDay(st.From), To: workDay(st.To), Done: workDay(st.Done), Note: st.Note})
	}
	if err := n.parties(d, p); err != nil {
		return nil, err
	}
	for _, i := range w.Items {
		d.Bill = append(d.Bill, workItem(i, lang))
	}
	if d.Totals, err = workSums(w.Totals, lang); err != nil {
		return nil, err
	}
	for _, ph := range w.Photos {
		at := "/api/v1/photos/" + string(ph.ID)
		d.Photos = append(d.Photos, WorkPhoto{Photo: Photo{ID: string(ph.ID), URL: at, Thumb: at + "/thumb"}, Spot: ph.Spot, Moment: string(ph.Moment),
			MomentName: works.Moments.Name(ph.Moment).In(lang), Taken: workDay(ph.Taken), Caption: ph.Caption})
	}
	for _, c := range w.Cases {
		d.Cases = append(d.Cases, WorkCase{ID: c.ID, Number: c.Number, Title: c.Title.In(lang), Closed: c.Closed})
	}
	for _, f := range w.Flags {
		if f.State == works.FlagOpen {
			d.Flags++
		}
	}
	return d, nil
}

// parties fills in who takes part.
func (n *workNames) parties(d *WorkDetail, p *works.Project) error {
	for _, st := range p.Body.Stakes {
		v := WorkStake{Part: string(st.Part), PartName: works.Parts.Name(st.Part).In(n.lang), Org: st.Org, Name: st.Name}
		if o, err := n.org(st.Org); err != nil {
			return err
		} else if o != nil {
			v.Name = o.Name
		}
		d.Stakes = append(d.Stakes, v)
	}
	for _, m := range p.Body.Members {
		if o, err := n.org(m); err != nil {
			return err
		} else if o != nil {
			d.Members = append(d.Members, *o)
		}
	}
	if sh := p.Body.Shared; sh != nil {
		d.SharedBy = &WorkShared{Key: sh.Key, OwnShare: sh.OwnShare, With: []WorkPartner{}}
		for _, w := range sh.With {
			d.SharedBy.With = append(d.SharedBy.With, WorkPartner{Tenant: string(w.Tenant), Name: w.Name})
		}
	}
	return nil
}

func (n *workNames) site(site *works.Site, may bool) (SiteRow, error) {
	place, err := n.place(site.Place)
	return SiteRow{ID: site.ID, Type: string(site.Type), TypeName: works.SiteTypes.Name(site.Type).In(n.lang), Name: site.Name, State: string(site.State),
		StateName: works.SiteStates.Name(site.State).In(n.lang), Place: place, Lon: site.Lon, Lat: site.Lat, AsOf: workDay(site.AsOf),
		Methods: workChosen(works.Methods, site.Methods, n.lang), Uses: workChosen(works.Uses, site.Uses, n.lang), Plan: workPlan(site.Plan), Source: site.Source,
		Version: site.Version, MayWrite: may}, err
}

func (n *workNames) flag(p works.Pair, may bool) (WorkFlag, error) {
	f := WorkFlag{ID: p.Flag.ID, State: string(p.Flag.State), Why: string(p.Flag.Why), WhyName: works.Reasons.Name(p.Flag.Why).In(n.lang), Reason: p.Flag.Reason, At: p.Flag.At, May: may}
	var e1, e2 error
	f.A.Work, e1 = n.work(p.ProjectA)
	f.B.Work, e2 = n.work(p.ProjectB)
	f.A.Item, f.B.Item = workItem(p.A, n.lang), workItem(p.B, n.lang)
	return f, errors.Join(e1, e2)
}
