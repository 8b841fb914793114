// Package accesstest draws actors and targets for the property that every reader of scopes must keep: what the store
// selects by a predicate is what the decision function allows. It is a package of its own so that the conformance suite
// of the store draws from the same small, mean world as the tests of access.
package accesstest

import (
	"pgregory.net/rapid"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// The world is small so that draws often meet. Its paths hold what goes wrong with prefixes: a sibling whose segment
// begins with another's, and segments at the ends of the alphabet.
var (
	Tenants = []kernel.Tenant{"630105", "630104"}
	Paths   = []kernel.Path{"630105/", "630105/002/", "630105/002/204/", "630105/002/204/017/", "630105/002/2040/", "630105/0020/",
		"630105/003/", "630105/002/zz/", "6301050/", "630104/", "630104/002/"}
	Orgs     = []kernel.ID{"01H00000000000000000000U01", "01H00000000000000000000U02", "01H00000000000000000000U03"}
	Accounts = []kernel.ID{"01H00000000000000000000A01", "01H00000000000000000000A02", "01H00000000000000000000A03"}
	Cases    = []kernel.ID{"01H00000000000000000000C01", "01H00000000000000000000C02"}
)

// maybe draws one of the values, or none.
func maybe[T ~string](t *rapid.T, name string, of []T) T {
	return rapid.SampledFrom(append([]T{""}, of...)).Draw(t, name)
}

// some draws a set of up to two of the values.
func some(t *rapid.T, name string, of []kernel.ID) []kernel.ID {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[kernel.ID]).Draw(t, name)
}

// Actor draws an actor of any kind with up to three posts.
func Actor() *rapid.Generator[kernel.Actor] {
	return rapid.Custom(func(t *rapid.T) kernel.Actor {
		a := kernel.Actor{Tenant: rapid.SampledFrom(Tenants).Draw(t, "tenant"), Lang: kernel.Chinese}
		// Accounts are most of what matters.
		a.Kind = rapid.SampledFrom([]kernel.ActorKind{kernel.ActorAccount, kernel.ActorAccount, kernel.ActorAccount, kernel.ActorAccount,
			kernel.ActorRequester, kernel.ActorAnonymous, kernel.ActorSystem}).Draw(t, "kind")
		switch a.Kind {
		case kernel.ActorRequester:
			a.Case = maybe(t, "case", Cases)
		case kernel.ActorAccount:
			a.Account = rapid.SampledFrom(Accounts).Draw(t, "account")
			a.Posts = rapid.SliceOfN(post(), 0, 3).Draw(t, "posts")
		default: // the others are nobody in particular
		}
		return a
	})
}

func post() *rapid.Generator[kernel.Post] {
	return rapid.Custom(func(t *rapid.T) kernel.Post {
		return kernel.Post{Role: rapid.SampledFrom(kernel.AllRoles).Draw(t, "role"), Org: maybe(t, "org", Orgs), Place: "01H00000000000000000000P01",
			Path: maybe(t, "path", Paths)}
	})
}

// Target draws a case.
func Target() *rapid.Generator[access.Target] {
	return rapid.Custom(func(t *rapid.T) access.Target {
		return access.Target{
			Tenant: rapid.SampledFrom(Tenants).Draw(t, "tenant"), Path: maybe(t, "path", Paths),
			Case: rapid.SampledFrom(Cases).Draw(t, "case"), Unit: maybe(t, "unit", Orgs), Cohandlers: some(t, "cohandlers", Orgs),
			Assignee: maybe(t, "assignee", Accounts), Requester: maybe(t, "requester", Accounts),
			Confidential: rapid.Bool().Draw(t, "confidential"), Parties: some(t, "parties", Accounts),
		}
	})
}

// Permission draws one of the closed set.
func Permission() *rapid.Generator[access.Permission] {
	return rapid.SampledFrom(access.AllPermissions)
}
