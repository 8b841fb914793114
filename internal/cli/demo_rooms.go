package cli

import (
	"context"

	"sanzhi/internal/demo"
	"sanzhi/internal/kernel"
)

// demoRooms fill the rooms beside cases, in this order: registers, people and accounts stand when they begin. Each has a file
// of its own, demo_ROOM.go.
var demoRooms = []struct {
	name string
	load func(ctx context.Context, l *loader) error
}{
	{"works", demoWorks},
	{"indicators", demoIndicators},
	{"registers", loadRegisters},
	{"activities", func(ctx context.Context, l *loader) error { return l.activities(ctx) }},
	{"ballots", demoBallots},
	{"rounds", loadRounds},
	{"served", loadServed},
	{"strands", loadStrands},
	{"reports", loadReports}, // the last: it counts what the others made
}

// roomFigures are the queries behind the figures of the rooms beside cases, by the figure's id.
var roomFigures = map[string]func(tx kernel.Tx) (measured, error){
	"rural_works":   workFigure,
	"branch_brands": registerFigure("branch_brands"), "station_tiers": registerFigure("station_tiers"), "blocks": registerFigure("blocks"),
	"villages_planned": registerFigure("villages_planned"), "buildings_linked": registerFigure("buildings_linked"),
	"volunteer_activities": activityCount(""), "school_activities": activityCount("school"),
	"forum_sessions": func(tx kernel.Tx) (measured, error) { return sessionsWhole(tx, demo.ForumTitle) },
}
