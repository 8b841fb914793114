package api

import (
	"context"
	"errors"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/rounds"
	"sanzhi/internal/workflow"
)

// RoundCases opens cases for what rounds find: a hazard by its flow, an order by the menu. What the district's menu does not have
// at the place goes to the hazard flow instead, so that no finding is lost.
type RoundCases struct{ Cases *cases.Service }

var _ rounds.CaseOpener = RoundCases{}

// Prepare implements rounds.CaseOpener.
func (r RoundCases) Prepare(ctx context.Context, actor kernel.Actor, rep rounds.Report) (rounds.RaisedCase, error) {
	o := cases.Order{Flow: rep.Flow, Item: rep.Item, Text: rep.Text, Lon: rep.Lon, Lat: rep.Lat, Address: rep.Address, Form: rep.Form, Photos: rep.Photos, Source: rep.Source}
	if rep.Flow == rounds.FlowHazard {
		o.Form = hazardForm(rep.Urgent)
	}
	d, err := r.Cases.Prepare(ctx, actor, o)
	var e *kernel.Error
	if rep.Flow == rounds.FlowMenu && errors.As(err, &e) && e.Kind == kernel.KindInvalid && (e.Field == "item" || e.Field == "flow") {
		o.Flow, o.Item, o.Form = rounds.FlowHazard, "", hazardForm(rep.Urgent)
		d, err = r.Cases.Prepare(ctx, actor, o)
	}
	if err != nil {
		return nil, err
	}
	return raisedCase{r.Cases, d, o.Flow}, nil
}

func hazardForm(urgent bool) map[string]any {
	if urgent {
		return map[string]any{"severity": "urgent"}
	}
	return map[string]any{"severity": "general"}
}

// Known implements rounds.CaseOpener.
func (r RoundCases) Known(ctx context.Context, t kernel.Tenant, raise rounds.Raise) error {
	set, err := r.Cases.Setups.Of(ctx, t)
	if err != nil {
		return err
	}
	if _, err := set.Flow(raise.Flow, 0); err != nil {
		return err
	}
	if raise.Flow != rounds.FlowMenu {
		return nil
	}
	item := set.Item(raise.Item)
	if item == nil || item.Flow != raise.Flow {
		return kernel.Invalid("item", kernel.T("菜单里没有「"+raise.Item+"」", "the menu has no item \""+raise.Item+"\""))
	}
	_, err = workflow.CheckForm(item.Form, raise.Form)
	return err
}

type raisedCase struct {
	cases *cases.Service
	draft *cases.Draft
	flow  string
}

// Open implements rounds.RaisedCase.
func (c raisedCase) Open(tx kernel.Tx, actor kernel.Actor) (id kernel.ID, number, flow string, err error) {
	o, err := c.cases.StoreDraft(tx, actor, c.draft)
	if err != nil {
		return "", "", "", err
	}
	return o.Case.ID, o.Case.Number, c.flow, nil
}
