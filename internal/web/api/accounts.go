package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/vault"
)

// AccountRow is an account as the security administrator sees it; the name is masked.
type AccountRow struct {
	ID       kernel.ID `json:"id"`
	User     string    `json:"user"`
	Name     string    `json:"name" doc:"Masked"`
	Disabled bool      `json:"disabled"`
	Must     bool      `json:"must_change,omitempty" doc:"It was given a one-time password that has not been changed yet"`
	Created  time.Time `json:"created_at"`
}

// AccountList is one keyset page of accounts by user name.
type AccountList struct {
	Items []AccountRow `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// PostRow is one post that an account holds, held, or will hold.
type PostRow struct {
	ID    kernel.ID   `json:"id"`
	Role  kernel.Role `json:"role"`
	Title string      `json:"title"`
	Org   *Named      `json:"org"`
	Place *Named      `json:"place"`
	From  time.Time   `json:"from"`
	To    *time.Time  `json:"to" doc:"null until further notice"`
}

// PostList are the posts of an account, oldest first.
type PostList struct {
	Items []PostRow `json:"items"`
}

type accountsIn struct {
	Q     string `query:"q" maxLength:"80" doc:"What the user name begins with"`
	After string `query:"after" maxLength:"80"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type newAccountIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		User     string `json:"user" maxLength:"80"`
		Name     string `json:"name" maxLength:"80"`
		Password string `json:"password,omitempty" maxLength:"200" doc:"Left out, a one-time password is made: it is told in the answer, once, and must be changed at the first sign-in"`
	}
}

// NewAccountRow is an account that was just made, with the one-time password where one was asked for.
type NewAccountRow struct {
	AccountRow
	Password string `json:"password,omitempty" example:"k3qp-7xw2-m4ta-ru5y" doc:"Told this once"`
}

type changeAccountIn struct {
	ID   kernel.ID `path:"id"`
	Body struct {
		Disabled *bool   `json:"disabled,omitempty" doc:"true ends all sessions and tokens at once"`
		Password *string `json:"password,omitempty" maxLength:"200" doc:"Sets a new password and ends all sessions and tokens"`
	}
}

type newPostIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Role  kernel.Role `json:"role" maxLength:"40" example:"cadre"`
		Title string      `json:"title,omitempty" maxLength:"60" example:"社区副书记"`
		Org   kernel.ID   `json:"org,omitempty"`
		Place kernel.ID   `json:"place"`
		From  *time.Time  `json:"from,omitempty" doc:"Now when left out"`
		To    *time.Time  `json:"to,omitempty"`
	}
}

type postIn struct {
	ID   kernel.ID `path:"id"`
	Post kernel.ID `path:"post"`
}

func (s *Server) accountRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/accounts", perm: access.AccountRead, sum: "Accounts by user name", errors: []int{401, 403}}, s.accounts)
	handle(s, api, op{method: "POST", path: "/accounts", perm: access.AccountWrite, sum: "Make an account; its posts are given apart", status: http.StatusCreated, errors: []int{401, 403, 409}}, s.newAccount)
	handle(s, api, op{method: "PATCH", path: "/accounts/{id}", perm: access.AccountWrite, sum: "Disable or enable an account, or set its password", errors: []int{401, 403, 404}}, s.changeAccount)
	handle(s, api, op{method: "DELETE", path: "/accounts/{id}/sessions", perm: access.SessionRevoke, sum: "End all sessions and tokens of an account", status: http.StatusNoContent, errors: []int{401, 403, 404}}, s.endAccountSessions)
	handle(s, api, op{method: "GET", path: "/accounts/{id}/posts", perm: access.AccountRead, sum: "The posts of an account", errors: []int{401, 403, 404}}, s.posts)
	handle(s, api, op{method: "POST", path: "/accounts/{id}/posts", perm: access.PostWrite, sum: "Give a post", status: http.StatusCreated, errors: []int{401, 403, 404, 409}}, s.givePost)
	handle(s, api, op{method: "DELETE", path: "/accounts/{id}/posts/{post}", perm: access.PostWrite, sum: "End a post now", status: http.StatusNoContent, errors: []int{401, 403, 404}}, s.endPost)
}

// whole asks for a permission about the district as a whole.
func (s *Server) whole(ctx context.Context, p access.Permission) (kernel.Actor, error) {
	a := CallerOf(ctx).Actor
	return a, access.Decide(a, p, access.Whole(a.Tenant)).Err()
}

func accountRow(a access.Account) AccountRow {
	return AccountRow{ID: a.ID, User: a.User, Name: a.NameMasked, Disabled: a.Disabled, Must: a.MustChange, Created: a.Created}
}

func (s *Server) accounts(ctx context.Context, in *accountsIn) (*body[AccountList], error) {
	a, err := s.whole(ctx, access.AccountRead)
	if err != nil {
		return nil, err
	}
	page := kernel.Page{After: in.After, Limit: in.Limit}.Clamp(50, 200)
	out := &body[AccountList]{AccountList{Items: []AccountRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, next, err := s.accountsLike(tx, in.Q, page)
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, accountRow(x))
		}
		out.Body.Next = next
		return err
	})
	return out, err
}

// accountsLike gives a page of the accounts whose user name or name is like q, and after which user name the next one begins.
func (s *Server) accountsLike(tx kernel.Tx, q string, page kernel.Page) ([]access.Account, string, error) {
	l, err := s.Admin.People.AccountsLike(tx, strings.ToLower(strings.TrimSpace(q)), kernel.Page{After: page.After, Limit: page.Limit + 1})
	if err != nil || len(l) <= page.Limit {
		return l, "", err
	}
	return l[:page.Limit], l[page.Limit-1].User, nil
}

func (s *Server) newAccount(ctx context.Context, in *newAccountIn) (*body[NewAccountRow], error) {
	a, err := s.whole(ctx, access.AccountWrite)
	if err != nil {
		return nil, err
	}
	return onceAround(ctx, s, in.Key, "POST /accounts", in.RawBody, func() (*NewAccountRow, error) {
		n, row := access.NewAccount{User: in.Body.User, Name: in.Body.Name, Password: in.Body.Password}, &NewAccountRow{}
		if n.Password == "" {
			n.Password, n.MustChange = access.OncePassword(), true
			row.Password = n.Password
		}
		x, err := s.Access.CreateAccount(ctx, a, n)
		row.AccountRow = accountRow(x)
		return row, err
	})
}

// errOwn keeps who gives rights from giving them to themselves (三员分立).
var errOwn = kernel.Forbidden(kernel.T("不能改自己的账号和岗位，请让另一位安全管理员来办", "nobody changes their own account or posts; ask another security administrator"))

func (s *Server) changeAccount(ctx context.Context, in *changeAccountIn) (*body[AccountRow], error) {
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
	if in.Body.Password != nil {
		if err := s.Access.SetPassword(ctx, a, x.ID, *in.Body.Password); err != nil {
			return nil, err
		}
	}
	if in.Body.Disabled != nil {
		if err := s.Access.SetDisabled(ctx, a, x.ID, *in.Body.Disabled); err != nil {
			return nil, err
		}
		x.Disabled = *in.Body.Disabled
	}
	return &body[AccountRow]{accountRow(x)}, nil
}

func (s *Server) account(ctx context.Context, t kernel.Tenant, id kernel.ID) (x access.Account, err error) {
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		x, err = s.Access.Accounts.AccountByID(tx, id)
		return err
	})
	return x, err
}

func (s *Server) endAccountSessions(ctx context.Context, in *idIn) (*struct{}, error) {
	a, err := s.whole(ctx, access.SessionRevoke)
	if err != nil {
		return nil, err
	}
	if _, err := s.account(ctx, a.Tenant, in.ID); err != nil {
		return nil, err
	}
	err = s.Access.RevokeAll(ctx, a, in.ID)
	s.Forget(in.ID)
	return nil, err
}

func (s *Server) posts(ctx context.Context, in *idIn) (*body[PostList], error) {
	a, err := s.whole(ctx, access.AccountRead)
	if err != nil {
		return nil, err
	}
	set, err := s.Cases.Setups.Of(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	out := &body[PostList]{PostList{Items: []PostRow{}}}
	err = s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		if _, err := s.Access.Accounts.AccountByID(tx, in.ID); err != nil {
			return err
		}
		l, err := s.Desk.Holdings(tx, in.ID)
		if err != nil {
			return err
		}
		for _, h := range l {
			place, err := s.Places.Place(tx, h.Place)
			if err != nil && !kernel.Is(err, kernel.KindNotFound) {
				return err
			}
			out.Body.Items = append(out.Body.Items, postRow(h, set.OrgName(h.Org), place.Name))
		}
		return nil
	})
	return out, err
}

func postRow(h *orgs.Holding, org, place string) PostRow {
	r := PostRow{ID: h.ID, Role: h.Role, Title: h.Title, Place: &Named{ID: h.Place, Name: place}, From: h.From}
	if h.Org != "" {
		r.Org = &Named{ID: h.Org, Name: org}
	}
	if !h.To.IsZero() {
		r.To = &h.To
	}
	return r
}

func (s *Server) givePost(ctx context.Context, in *newPostIn) (*body[PostRow], error) {
	a, err := s.whole(ctx, access.PostWrite)
	if err != nil {
		return nil, err
	}
	if in.ID == a.Account {
		return nil, errOwn
	}
	out, err := once(ctx, s, in.Key, "POST /accounts/"+string(in.ID)+"/posts", in.RawBody, func(tx kernel.Tx) (*PostRow, error) {
		return s.putPost(tx, a, in)
	})
	s.Forget(in.ID)
	return out, err
}

// putPost checks a post together with those that the account holds, and stores it with its line in the ledger.
func (s *Server) putPost(tx kernel.Tx, by kernel.Actor, in *newPostIn) (*PostRow, error) {
	acc, err := s.Access.Accounts.AccountByID(tx, in.ID)
	if err != nil {
		return nil, err
	}
	place, err := s.Places.Place(tx, in.Body.Place)
	if kernel.Is(err, kernel.KindNotFound) {
		return nil, kernel.Invalid("place", kernel.T("没有这个地点，请从列表里选", "there is no such place; choose one from the list"))
	}
	if err != nil {
		return nil, err
	}
	orgName := ""
	if in.Body.Org != "" {
		o, err := s.Orgs.Org(tx, in.Body.Org)
		if kernel.Is(err, kernel.KindNotFound) {
			return nil, kernel.Invalid("org", kernel.T("没有这个单位，请从列表里选", "there is no such organisation; choose one from the list"))
		}
		if err != nil {
			return nil, err
		}
		orgName = o.Name
	}
	h := &orgs.Holding{ID: kernel.NewID(tx.Now()), Person: acc.ID, Title: in.Body.Title, Role: in.Body.Role, Org: in.Body.Org, Place: place.ID, Path: place.Path,
		Level: string(place.Kind.Level()), From: tx.Now()}
	if in.Body.From != nil {
		h.From = in.Body.From.UTC()
	}
	if in.Body.To != nil {
		h.To = in.Body.To.UTC()
		if !h.To.After(h.From) {
			return nil, kernel.Invalid("to", kernel.T("结束时间要在开始之后", "the end must come after the beginning"))
		}
	}
	held, err := s.Desk.Holdings(tx, acc.ID)
	if err != nil {
		return nil, err
	}
	if err := checkPosts(append(held, h), tx.Now()); err != nil {
		return nil, err
	}
	if err := s.person(tx, acc); err != nil {
		return nil, err
	}
	if err := s.Desk.PutHoldings(tx, []*orgs.Holding{h}); err != nil {
		return nil, err
	}
	row := postRow(h, orgName, place.Name)
	return &row, s.recordPost(tx, by, "post_given", acc.ID, h)
}

// checkPosts asks whether posts may stand together; those that ended do not count. The fault concerns the last one, which is
// the one that is given.
func checkPosts(l []*orgs.Holding, now time.Time) error {
	var posts []kernel.Post
	for _, h := range l {
		if h.To.IsZero() || h.To.After(now) {
			posts = append(posts, kernel.Post{Role: h.Role, Org: h.Org, Place: h.Place})
		}
	}
	err := access.ValidatePosts(posts)
	var e *kernel.Error
	if !errors.As(err, &e) {
		return err
	}
	field := e.Field[len(e.Field)-lastPart(e.Field):]
	return kernel.Invalid(field, e.Say)
}

func lastPart(s string) int {
	n := 0
	for n < len(s) && s[len(s)-1-n] != '.' {
		n++
	}
	return n
}

// person makes the account's person known to the organisations, where it is not yet.
func (s *Server) person(tx kernel.Tx, acc access.Account) error {
	_, err := s.Desk.Person(tx, acc.ID)
	if !kernel.Is(err, kernel.KindNotFound) {
		return err
	}
	name, err := s.Access.NameOf(acc)
	if err != nil {
		return err
	}
	p := &orgs.Person{ID: acc.ID}
	if p.NameSealed, err = s.Cases.Sealer.SealText(name, vault.Field{Tenant: tx.Tenant(), Table: "person", ID: acc.ID, Field: "name"}); err != nil {
		return kernel.Internal("seal name", err)
	}
	return s.Desk.PutPeople(tx, []*orgs.Person{p})
}

func (s *Server) recordPost(tx kernel.Tx, by kernel.Actor, act string, account kernel.ID, h *orgs.Holding) error {
	if _, err := s.Cases.Ledger.Append(tx, ledger.Entry{Actor: by, Act: act, Object: account, Public: map[string]any{"by": by.Ref(), "post": string(h.ID),
		"role": string(h.Role), "org": string(h.Org), "place": string(h.Place)}}); err != nil {
		return err
	}
	return s.Cases.Outbox.Put(tx, TopicAccess, string(account), map[string]any{})
}

func (s *Server) endPost(ctx context.Context, in *postIn) (*struct{}, error) {
	a, err := s.whole(ctx, access.PostWrite)
	if err != nil {
		return nil, err
	}
	if in.ID == a.Account {
		return nil, errOwn
	}
	err = s.Store.Update(ctx, a.Tenant, func(tx kernel.Tx) error {
		ok, err := s.Desk.EndHolding(tx, in.ID, in.Post)
		if err != nil {
			return err
		}
		if !ok {
			return kernel.NotFound(kernel.T("没有这个岗位，或者它已经结束", "there is no such post, or it has ended"))
		}
		return s.recordPost(tx, a, "post_ended", in.ID, &orgs.Holding{ID: in.Post})
	})
	s.Forget(in.ID)
	return nil, err
}
