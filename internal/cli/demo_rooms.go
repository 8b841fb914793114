package cli

import (
	"context"

	"sanzhi/internal/kernel"
)

// demoRooms fill the rooms beside cases, in this order: registers, people and accounts stand when they begin. Each has a file
// of its own, demo_ROOM.go.
var demoRooms = []struct {
	name string
	load func(ctx context.Context, l *loader) error
}{
	{"reports", loadReports}, // the last: it counts what the others made
}

// roomFigures are the queries behind the figures of the rooms beside cases, by the figure's id.
var roomFigures = map[string]func(tx kernel.Tx) (measured, error){}
