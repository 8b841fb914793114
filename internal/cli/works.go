package cli

import (
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/works"
)

// joinWorks joins the room of works.
func joinWorks(a *app) *works.Service {
	return works.NewService(works.Ports{Works: store.Works{}, Programmes: store.Works{}, Links: store.Works{}, Sites: store.WorkSites{}, Flags: store.WorkFlags{},
		Cases: workCases{a.cases}, Uploads: a.files, Orgs: store.Orgs{}, Places: store.Territory{}, Ledger: a.cases.Ledger})
}

// workCases binds cases to the works that they led to.
type workCases struct{ *cases.Service }

// CaseRef implements works.Cases.
func (c workCases) CaseRef(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (works.CaseRef, error) {
	x, _, err := c.Read(tx, actor, id)
	if err != nil {
		return works.CaseRef{}, err
	}
	return works.CaseRef{ID: x.ID, Number: x.Number, Title: x.Title, Closed: x.Ended != ""}, nil
}
