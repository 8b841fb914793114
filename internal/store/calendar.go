package store

import (
	"sanzhi/internal/cases"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/registers"
	"sanzhi/internal/workflow"
)

// calendarOf gives the district's calendar: the years that it keeps itself before those of the program, which stand alone where no
// district has been founded.
func calendarOf(k kernel.Tx) (*workflow.Calendar, error) {
	row, err := Tenants{}.Get(k)
	if kernel.Is(err, kernel.KindNotFound) {
		return workflow.China(), nil
	}
	if err != nil {
		return nil, err
	}
	return cases.CalendarOf(row.Settings.Calendar)
}

// Calendar implements indicators.Calendars.
func (Indicators) Calendar(k kernel.Tx) (indicators.Calendar, error) { return calendarOf(k) }

// Days implements registers.Calendars.
func (Registers) Days(k kernel.Tx) (registers.Days, error) { return calendarOf(k) }
