package cli

import (
	"github.com/paulmach/orb"

	"sanzhi/internal/kernel"
	room "sanzhi/internal/registers"
	"sanzhi/internal/store"
)

// joinRegisters joins the registers to what their links lead to. A room whose things are to be evidence adds its finder here.
func joinRegisters(a *app) *room.Service {
	return room.NewService(room.Ports{Store: a.db, Repo: store.Registers{}, Counts: store.Registers{}, Ledger: a.cases.Ledger, Orgs: store.Orgs{}, Places: store.Territory{},
		Sealer: a.sealer, Calendars: store.Registers{}, Walk: a.walk, Find: map[room.LinkKind]room.Finder{
			room.ToReportIn: store.Registers{}.FindReportIn,
			room.ToCase: func(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (room.Found, error) {
				c, _, err := a.cases.Read(tx, actor, id)
				if err != nil {
					return room.Found{}, err
				}
				return room.Found{Name: c.Number + " " + c.Title.Zh, Org: c.Unit}, nil
			},
			room.ToActivity: func(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (room.Found, error) {
				x, err := a.acts.Read(tx, actor, id)
				if err != nil {
					return room.Found{}, err
				}
				return room.Found{Name: x.Title}, nil
			},
			room.ToWork: func(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (room.Found, error) {
				x, err := a.works.Read(tx, actor, id)
				if err != nil {
					return room.Found{}, err
				}
				return room.Found{Name: x.Name, Org: x.Host, Place: x.Place}, nil
			},
			room.ToRound: func(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (room.Found, error) {
				name, d, err := a.rounds.Done(tx, actor, id)
				if err != nil {
					return room.Found{}, err
				}
				return room.Found{Name: name, Org: d.Unit, Place: d.Place}, nil
			},
		}})
}

// walk measures ways along the streets of the district.
func (a *app) walk(tx kernel.Tx, from [2]float64, to [][2]float64) ([]float64, []bool, error) {
	points := make([]orb.Point, len(to))
	for i, p := range to {
		points[i] = p
	}
	return a.plans.Walk(tx, from, points)
}
