package orgs

import "sanzhi/internal/kernel"

// PostQuery narrows a list of posts. Empty members do not narrow.
type PostQuery struct {
	Role  kernel.Role
	Org   kernel.ID
	Under kernel.Path // at this place and below
}

// HeldPost is a post with whose it is. User and Masked are of the account and empty for a person without one, whose name is
// in NameSealed alone.
type HeldPost struct {
	Holding
	User       string
	Masked     string
	Disabled   bool
	NameSealed string
}
