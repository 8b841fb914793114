package web_test

import (
	"sanzhi/internal/cases"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/works"
)

// workCases binds cases to works as the program does.
type workCases struct{ *cases.Service }

func (c workCases) CaseRef(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (works.CaseRef, error) {
	x, _, err := c.Read(tx, actor, id)
	if err != nil {
		return works.CaseRef{}, err
	}
	return works.CaseRef{ID: x.ID, Number: x.Number, Title: x.Title, Closed: x.Ended != ""}, nil
}

func (w *world) works() *works.Service {
	return works.NewService(works.Ports{Works: store.Works{}, Programmes: store.Works{}, Links: store.Works{}, Sites: store.WorkSites{}, Flags: store.WorkFlags{},
		Cases: workCases{w.cases}, Uploads: w.files, Orgs: store.Orgs{}, Places: store.Territory{}, Ledger: w.cases.Ledger})
}

func (w *world) indicators() *indicators.Service {
	return indicators.NewService(indicators.Ports{Repo: store.Indicators{}, Alerts: store.Indicators{}, Log: store.IndicatorLog{}, Measures: indicators.Together(store.Measures{}),
		Orgs: store.Orgs{}, Outbox: w.outbox, Ledger: w.cases.Ledger, Calendars: store.Indicators{}})
}
