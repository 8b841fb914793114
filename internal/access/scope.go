package access

import (
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
)

// Scope is which targets an actor may use a permission on, as a value: all that match any clause, in one tenant. It is how
// lists, counts, searches and exports are cut; Match agrees with Decide on every target.
type Scope struct {
	Tenant  kernel.Tenant
	Clauses []Clause
}

// Clause matches a target when all that is given holds at once. The zero clause matches everything.
type Clause struct {
	// PathLo and PathHi are the half-open range [PathLo, PathHi) of paths in byte order; both empty for any path.
	PathLo, PathHi string
	// Unit is in charge of the case or handles it with others.
	Unit kernel.ID
	// Assignee, Requester and Party are accounts.
	Assignee, Requester, Party kernel.ID
	// Case is one case.
	Case                kernel.ID
	ExcludeConfidential bool
}

// ScopeOf gives the scope of a permission for an actor. It is empty for an unknown permission.
func ScopeOf(actor kernel.Actor, perm Permission) Scope { return scopeOf(actor, perm, false) }

// Somewhere reports whether there may be anything on which the actor can use the permission: whether its scope is not empty.
func Somewhere(actor kernel.Actor, perm Permission) bool {
	return !scopeOf(actor, perm, true).IsEmpty()
}

// scopeOf gives the scope; with any, a part of it, which is empty when the whole is.
func scopeOf(actor kernel.Actor, perm Permission, any bool) Scope {
	s := Scope{Tenant: actor.Tenant}
	r, ok := ruleOf(perm)
	if !ok || actor.Tenant == "" {
		return s
	}
	if actor.Kind == kernel.ActorSystem || r.reach == reachPublic {
		return s.with(Clause{})
	}
	if r.reach == reachCase && slices.Contains(ownCase, perm) {
		switch {
		case actor.Kind == kernel.ActorRequester && actor.Case != "":
			s = s.with(Clause{Case: actor.Case})
		case actor.Kind == kernel.ActorAccount && actor.Account != "":
			s = s.with(Clause{Requester: actor.Account}).with(Clause{Party: actor.Account})
		}
	}
	if actor.Kind != kernel.ActorAccount {
		return s
	}
	for _, p := range actor.Posts {
		if any && !s.IsEmpty() {
			return s
		}
		if slices.Contains(bundles[p.Role], perm) {
			s = s.withPost(r.reach, p, actor.Account)
		}
	}
	return s
}

func (s Scope) withPost(reach reach, p kernel.Post, account kernel.ID) Scope {
	if reach == reachTenant {
		return s.with(Clause{})
	}
	if !isPlace(p.Path) {
		return s
	}
	var at Clause
	at.PathLo, at.PathHi = p.Path.Range()
	if reach == reachPlace {
		return s.with(at)
	}
	open, unit, assigned := at, at, at
	open.ExcludeConfidential = true
	unit.Unit = p.Org
	assigned.Assignee = account
	switch sights[p.Role] {
	case sightPlace:
		s = s.with(open)
	case sightMediator:
		return s.with(at)
	case sightUnit:
		if p.Org != "" {
			s = s.with(unit)
		}
		return s
	case sightCadre:
		if p.Org != "" {
			unit.ExcludeConfidential = true
			s = s.with(unit)
		}
	default:
		return s
	}
	if account != "" {
		s = s.with(assigned)
	}
	return s
}

func (s Scope) with(c Clause) Scope {
	if !slices.Contains(s.Clauses, c) {
		s.Clauses = append(s.Clauses, c)
	}
	return s
}

// IsEmpty reports whether nothing can match, so that a list need not be asked for.
func (s Scope) IsEmpty() bool { return len(s.Clauses) == 0 }

// Match reports whether the target is in the scope.
func (s Scope) Match(t Target) bool {
	if s.Tenant == "" || t.Tenant != s.Tenant {
		return false
	}
	return slices.ContainsFunc(s.Clauses, func(c Clause) bool { return c.match(t) })
}

func (c Clause) match(t Target) bool {
	path := string(t.Path)
	return (c.PathLo == "" || path >= c.PathLo && path < c.PathHi) &&
		(c.Unit == "" || t.Unit == c.Unit || slices.Contains(t.Cohandlers, c.Unit)) &&
		(c.Assignee == "" || t.Assignee == c.Assignee) &&
		(c.Requester == "" || t.Requester == c.Requester) &&
		(c.Party == "" || slices.Contains(t.Parties, c.Party)) &&
		(c.Case == "" || t.Case == c.Case) &&
		(!c.ExcludeConfidential || !t.Confidential)
}

// Columns names the SQL expressions that a scope is compared with. A clause that needs an expression which is empty here
// matches nothing: a table without units shows no rows by unit.
type Columns struct {
	Tenant, Path string
	// Of cases. Path must compare in byte order (COLLATE "C"). Confidential is 0 or 1.
	Case, Unit, Assignee, Requester, Confidential string
	// Cohandler and Party are conditions with one "?" for the organisation or the account, such as
	// "EXISTS (SELECT 1 FROM case_cohandler h WHERE h.tenant = c.tenant AND h.case_id = c.id AND h.unit = ?)".
	Cohandler, Party string
}

// Predicate gives the scope as a condition in brackets for both engines, with the placeholders $firstArg, $firstArg+1 …
// for the arguments it returns. The condition is false for an empty scope. It never says NULL where Match says false in a
// way that NOT would turn into true: use it as it is, not negated.
func (s Scope) Predicate(cols Columns, firstArg int) (string, []any) {
	w := writer{next: firstArg}
	if s.Tenant == "" || s.IsEmpty() || cols.Tenant == "" {
		return "(1 = 0)", nil
	}
	w.text("(" + cols.Tenant + " = " + w.arg(string(s.Tenant)) + " AND (")
	for i, c := range s.Clauses {
		if i > 0 {
			w.text(" OR ")
		}
		w.clause(c, cols)
	}
	w.text("))")
	return w.b.String(), w.args
}

type writer struct {
	b    strings.Builder
	args []any
	next int
}

func (w *writer) text(s string) { w.b.WriteString(s) }

// arg gives the placeholder of the next argument.
func (w *writer) arg(v any) string {
	w.args = append(w.args, v)
	w.next++
	return "$" + strconv.Itoa(w.next-1)
}

func (w *writer) clause(c Clause, cols Columns) {
	// An expression that is missing is found before any argument is taken.
	if missing(c, cols) {
		w.text("1 = 0")
		return
	}
	var all []string
	equal := func(col string, v kernel.ID) {
		if v != "" {
			all = append(all, col+" = "+w.arg(string(v)))
		}
	}
	if c.PathLo != "" {
		all = append(all, cols.Path+" >= "+w.arg(c.PathLo), cols.Path+" < "+w.arg(c.PathHi))
	}
	equal(cols.Case, c.Case)
	equal(cols.Assignee, c.Assignee)
	equal(cols.Requester, c.Requester)
	if c.Unit != "" {
		all = append(all, w.unit(c.Unit, cols))
	}
	if c.Party != "" {
		all = append(all, strings.Replace(cols.Party, "?", w.arg(string(c.Party)), 1))
	}
	if c.ExcludeConfidential {
		all = append(all, cols.Confidential+" = 0")
	}
	if len(all) == 0 {
		all = []string{"1 = 1"}
	}
	w.text("(" + strings.Join(all, " AND ") + ")")
}

func (w *writer) unit(id kernel.ID, cols Columns) string {
	var either []string
	if cols.Unit != "" {
		either = append(either, cols.Unit+" = "+w.arg(string(id)))
	}
	if cols.Cohandler != "" {
		either = append(either, strings.Replace(cols.Cohandler, "?", w.arg(string(id)), 1))
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

func missing(c Clause, cols Columns) bool {
	return c.PathLo != "" && cols.Path == "" || c.Case != "" && cols.Case == "" || c.Assignee != "" && cols.Assignee == "" ||
		c.Requester != "" && cols.Requester == "" || c.Party != "" && cols.Party == "" ||
		c.Unit != "" && cols.Unit == "" && cols.Cohandler == "" || c.ExcludeConfidential && cols.Confidential == ""
}
