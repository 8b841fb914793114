package ledger

import "sanzhi/internal/kernel"

// Thing is what rows are about: what kind of thing it is, and what it is called where it has a name that tells of no person.
type Thing struct {
	ID   kernel.ID
	Kind string
	Name kernel.Text
	// Path of the place it belongs to; empty for what belongs to the whole tenant.
	Path kernel.Path
	// Shown is whether it is published, or need not be.
	Shown bool
}
