package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/vault"
)

// AccountSheet is an account with what holds of it now.
type AccountSheet struct {
	AccountRow
	Own      bool          `json:"own,omitempty" doc:"It is the reader's: nobody changes their own"`
	Posts    []PostRow     `json:"posts"`
	Sessions []SessionRow  `json:"sessions" doc:"Where it is signed in"`
	Tokens   []AccountTook `json:"tokens" doc:"Programs that may act in its name"`
}

// SessionRow is a sign-in of an account that holds.
type SessionRow struct {
	ID      kernel.ID `json:"id"`
	Device  string    `json:"device" example:"Firefox"`
	Created time.Time `json:"created_at"`
	Seen    time.Time `json:"seen_at"`
	Expires time.Time `json:"expires_at"`
}

// AccountTook is a token of an account, without its secret.
type AccountTook struct {
	ID      kernel.ID `json:"id"`
	Name    string    `json:"name" example:"夜间导出"`
	Created time.Time `json:"created_at"`
	Seen    time.Time `json:"seen_at"`
	Expires time.Time `json:"expires_at"`
}

// OncePassword is a password for the first sign-in.
type OncePassword struct {
	User     string `json:"user" example:"wang.dianli"`
	Password string `json:"password" example:"k3qp-7xw2-m4ta-ru5y" doc:"Told this once; it must be changed at the first sign-in"`
}

// HeldRow is a post with whose it is.
type HeldRow struct {
	PostRow
	Account  kernel.ID `json:"account" doc:"Of the person; the account bears the same id"`
	User     string    `json:"user,omitempty" doc:"Missing when the person has no account"`
	Name     string    `json:"name" doc:"Masked"`
	Disabled bool      `json:"disabled,omitempty" doc:"The account is disabled: the post gives nothing"`
}

// HeldList is one keyset page of posts that are held, in the order in which they were given.
type HeldList struct {
	Items []HeldRow `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// RoleRow is a role and what its posts may do.
type RoleRow struct {
	Role     kernel.Role `json:"role" example:"cadre"`
	Title    string      `json:"title"`
	Admin    bool        `json:"admin,omitempty" doc:"One of the three administrators: one account holds one of them at most"`
	NeedsOrg bool        `json:"needs_org,omitempty"`
	May      []string    `json:"may" doc:"In the reader's language; what everybody may is not repeated"`
}

// RoleList are all roles.
type RoleList struct {
	Items []RoleRow `json:"items"`
}

type heldIn struct {
	PageQuery
	Role  kernel.Role `query:"role" maxLength:"40"`
	Org   kernel.ID   `query:"org" maxLength:"26"`
	Place kernel.ID   `query:"place" maxLength:"26" doc:"At this place and below"`
}

type accountPartIn struct {
	ID   kernel.ID `path:"id"`
	Part kernel.ID `path:"part"`
}

func (s *Server) peopleRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/accounts/{id}", perm: access.AccountRead, sum: "An account with its posts, sign-ins and tokens", errors: []int{401, 403, 404}}, s.accountSheet)
	handle(s, api, op{method: "POST", path: "/accounts/{id}/password", perm: access.AccountWrite, sum: "Give a one-time password; all sessions and tokens end", status: http.StatusCreated,
		errors: []int{401, 403, 404}}, s.givePassword)
	handle(s, api, op{method: "DELETE", path: "/accounts/{id}/sessions/{part}", perm: access.SessionRevoke, sum: "End one sign-in of an account", status: http.StatusNoContent,
		errors: []int{401, 403, 404}}, s.endAccountSession)
	handle(s, api, op{method: "DELETE", path: "/accounts/{id}/tokens/{part}", perm: access.SessionRevoke, sum: "End one token of an account", status: http.StatusNoContent,
		errors: []int{401, 403, 404}}, s.endAccountToken)
	handle(s, api, op{method: "GET", path: "/posts", perm: access.AccountRead, sum: "Who holds which post where", errors: []int{401, 403, 404}}, s.heldPosts)
	handle(s, api, op{method: "GET", path: "/roles", perm: access.AccountRead, sum: "The roles, and what each may do", errors: []int{401, 403}}, s.roles)
}

func (s *Server) accountSheet(ctx context.Context, in *idIn) (*body[AccountSheet], error) {
	a, err := s.whole(ctx, access.AccountRead)
	if err != nil {
		return nil, err
	}
	posts, err := s.posts(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &body[AccountSheet]{AccountSheet{Own: in.ID == a.Account, Posts: posts.Body.Items, Sessions: []SessionRow{}, Tokens: []AccountTook{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		x, err := s.Access.Accounts.AccountByID(tx, in.ID)
		if err != nil {
			return err
		}
		out.Body.AccountRow = accountRow(x)
		sessions, err := s.Access.Sessions.SessionsOf(tx, in.ID, tx.Now())
		if err != nil {
			return err
		}
		for _, x := range sessions {
			if tx.Now().Sub(x.LastSeen) < s.Access.Policy.Idle {
				out.Body.Sessions = append(out.Body.Sessions, SessionRow{ID: x.ID, Device: x.Device, Created: x.Created, Seen: x.LastSeen, Expires: x.Expires})
			}
		}
		tokens, err := s.Access.Tokens.TokensOf(tx, in.ID, tx.Now())
		for _, x := range tokens {
			out.Body.Tokens = append(out.Body.Tokens, AccountTook{ID: x.ID, Name: x.Name, Created: x.Created, Seen: x.LastSeen, Expires: x.Expires})
		}
		return err
	})
	return out, err
}

func (s *Server) givePassword(ctx context.Context, in *keyedIDIn) (*body[OncePassword], error) {
	a, err := s.whole(ctx, access.AccountWrite)
	if err != nil {
		return nil, err
	}
	if in.ID == a.Account {
		return nil, errOwn
	}
	x, err := s.account(ctx, a.Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	defer s.Forget(x.ID)
	return onceAround(ctx, s, in.Key, "POST /accounts/"+string(in.ID)+"/password", nil, func() (*OncePassword, error) {
		password, err := s.Access.GivePassword(ctx, a, x.ID)
		return &OncePassword{User: x.User, Password: password}, err
	})
}

func (s *Server) endAccountSession(ctx context.Context, in *accountPartIn) (*struct{}, error) {
	a, err := s.whole(ctx, access.SessionRevoke)
	if err != nil {
		return nil, err
	}
	err = s.Access.RevokeSession(ctx, a, in.ID, in.Part)
	s.Forget(in.ID)
	return nil, err
}

func (s *Server) endAccountToken(ctx context.Context, in *accountPartIn) (*struct{}, error) {
	a, err := s.whole(ctx, access.SessionRevoke)
	if err != nil {
		return nil, err
	}
	err = s.Access.RevokeToken(ctx, a, in.ID, in.Part)
	s.Forget(in.ID)
	return nil, err
}

func (s *Server) heldPosts(ctx context.Context, in *heldIn) (*body[HeldList], error) {
	a, err := s.whole(ctx, access.AccountRead)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	out := &body[HeldList]{HeldList{Items: []HeldRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		q := orgs.PostQuery{Role: in.Role, Org: in.Org}
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			q.Under = p.Path
		}
		l, next, err := onePage(in.page(), func(p kernel.Page) ([]orgs.HeldPost, error) { return s.Admin.People.PostsHeld(tx, q, p) }, func(h orgs.HeldPost) kernel.ID { return h.ID })
		if err != nil {
			return err
		}
		out.Body.Next = next
		names := map[kernel.ID]string{}
		for _, h := range l {
			if _, ok := names[h.Place]; !ok {
				p, err := s.Places.Place(tx, h.Place)
				if err != nil && !kernel.Is(err, kernel.KindNotFound) {
					return err
				}
				names[h.Place] = ""
				if err == nil {
					names[h.Place] = p.Name
				}
			}
			row, err := s.heldRow(a.Tenant, h, set.OrgName(h.Org), names[h.Place])
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, row)
		}
		return nil
	})
	return out, err
}

// heldRow says a post; the name of a person without an account is opened to be masked.
func (s *Server) heldRow(t kernel.Tenant, h orgs.HeldPost, org, place string) (HeldRow, error) {
	row := HeldRow{PostRow: postRow(&h.Holding, org, place), Account: h.Person, User: h.User, Name: h.Masked, Disabled: h.Disabled}
	if row.Name == "" && h.NameSealed != "" {
		name, err := s.Cases.Sealer.OpenText(h.NameSealed, vault.Field{Tenant: t, Table: "person", ID: h.Person, Field: "name"})
		if err != nil {
			return row, kernel.Internal("name", err)
		}
		row.Name = vault.MaskName(name)
	}
	return row, nil
}

func (s *Server) roles(ctx context.Context, _ *struct{}) (*body[RoleList], error) {
	if _, err := s.whole(ctx, access.AccountRead); err != nil {
		return nil, err
	}
	lang, out := LangOf(ctx), &body[RoleList]{RoleList{Items: []RoleRow{}}}
	for _, r := range kernel.AllRoles {
		row := RoleRow{Role: r, Title: roleNames[r].In(lang), Admin: access.IsAdministrator(r), NeedsOrg: access.NeedsOrg(r), May: []string{}}
		for _, p := range access.Bundle(r) {
			row.May = append(row.May, permissionNames[p].In(lang))
		}
		out.Body.Items = append(out.Body.Items, row)
	}
	return out, nil
}
