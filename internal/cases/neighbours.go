package cases

import "sanzhi/internal/kernel"

// Serving is a post at a place as residents may know it: its title, at which organisation, and never who holds it.
type Serving struct {
	Place kernel.ID
	Role  kernel.Role
	Title string
	Org   kernel.ID
	Name  string // of the organisation
	Kind  string // of the organisation: committee, police_station
	Phone string
	Count int
}

// DoneCount is how many cases of one title were closed as done.
type DoneCount struct {
	Title kernel.Text
	Count int
}
