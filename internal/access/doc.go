// Package access decides who may do what, and knows who is asking. Its one decision function looks at the actor's posts,
// the permission, the place and the confidentiality of the thing; the same rules give the predicate that every list,
// count and export is cut by, so that what a person may not read is absent everywhere. Beside the rules it keeps
// accounts, sessions and personal tokens, and slows down whoever guesses.
package access
