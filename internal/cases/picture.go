package cases

import "sanzhi/internal/kernel"

// Standing is how many open cases stand at one step of a flow, at one path.
type Standing struct {
	Path    kernel.Path
	Flow    string
	Step    string
	Count   int
	Overdue int
}

// DayRates are what the rates of the cases that were opened on one day are made of. Day counts from 1970 in Shanghai.
type DayRates struct {
	Day int64
	Rates
}

// UnitRates are the rates of one unit.
type UnitRates struct {
	Unit kernel.ID
	Rates
}
