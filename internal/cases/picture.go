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

// UnitLate is how many open cases of one unit are over their time. Unit is empty for those that are not with a unit yet.
type UnitLate struct {
	Unit  kernel.ID
	Count int
	// Since is the deadline that passed first, in Unix milliseconds.
	Since int64
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
