package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// MySession is one sign-in of the reader on one device.
type MySession struct {
	ID      kernel.ID `json:"id"`
	Device  string    `json:"device" example:"Firefox"`
	Created time.Time `json:"created_at"`
	Seen    time.Time `json:"seen_at"`
	Expires time.Time `json:"expires_at"`
	Current bool      `json:"current,omitempty" doc:"The session that is asking"`
}

// MySessions are the reader's sessions that hold, newest first.
type MySessions struct {
	Items []MySession `json:"items"`
}

// MyToken is one personal access token of the reader, without its secret.
type MyToken struct {
	ID      kernel.ID `json:"id"`
	Name    string    `json:"name" example:"夜间导出"`
	Created time.Time `json:"created_at"`
	Seen    time.Time `json:"seen_at"`
	Expires time.Time `json:"expires_at"`
	// Token is the bearer token: given once, when it is made.
	Token string `json:"token,omitempty" doc:"Only in the answer that makes it"`
}

// MyTokens are the reader's tokens that hold, newest first.
type MyTokens struct {
	Items []MyToken `json:"items"`
}

type newTokenIn struct {
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Name string `json:"name" minLength:"1" maxLength:"80" doc:"What it is for"`
		Days int    `json:"days,omitempty" minimum:"1" maximum:"365" default:"90" doc:"How long it holds"`
	}
}

type passwordIn struct {
	Body struct {
		Old      string `json:"old" minLength:"1" maxLength:"200"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

type idIn struct {
	ID kernel.ID `path:"id"`
}

func (s *Server) mineRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/sessions", signed: true, sum: "My sessions", errors: []int{401}}, s.mySessions)
	handle(s, api, op{method: "DELETE", path: "/sessions/{id}", signed: true, sum: "End one of my sessions", status: http.StatusNoContent, errors: []int{401, 404}}, s.endSession)
	handle(s, api, op{method: "DELETE", path: "/sessions", signed: true, sum: "End all my sessions and tokens", status: http.StatusNoContent, errors: []int{401}}, s.endAll)
	handle(s, api, op{method: "GET", path: "/tokens", signed: true, sum: "My tokens", errors: []int{401}}, s.myTokens)
	handle(s, api, op{method: "POST", path: "/tokens", signed: true, sum: "Make a token for a program of mine", status: http.StatusCreated, errors: []int{401}}, s.newToken)
	handle(s, api, op{method: "DELETE", path: "/tokens/{id}", signed: true, sum: "End one of my tokens", status: http.StatusNoContent, errors: []int{401, 404}}, s.endToken)
	handle(s, api, op{method: "POST", path: "/me/password", signed: true, sum: "Change my password: all my sessions and tokens end", status: http.StatusNoContent, errors: []int{401, 429}}, s.changePassword)
}

func (s *Server) mySessions(ctx context.Context, _ *struct{}) (*body[MySessions], error) {
	c, out := CallerOf(ctx), &body[MySessions]{MySessions{Items: []MySession{}}}
	err := s.Store.View(ctx, c.Actor.Tenant, func(tx kernel.Tx) error {
		l, err := s.Access.Sessions.SessionsOf(tx, c.Actor.Account, tx.Now())
		for _, x := range l {
			if tx.Now().Sub(x.LastSeen) < s.Access.Policy.Idle {
				out.Body.Items = append(out.Body.Items, MySession{ID: x.ID, Device: x.Device, Created: x.Created, Seen: x.LastSeen, Expires: x.Expires, Current: x.ID == c.Session})
			}
		}
		return err
	})
	return out, err
}

func (s *Server) endSession(ctx context.Context, in *idIn) (*struct{}, error) {
	a := CallerOf(ctx).Actor
	err := s.Access.RevokeSession(ctx, a, a.Account, in.ID)
	s.Forget(a.Account)
	return nil, err
}

func (s *Server) endAll(ctx context.Context, _ *struct{}) (*signOutOut, error) {
	a := CallerOf(ctx).Actor
	err := s.Access.RevokeAll(ctx, a, a.Account)
	s.Forget(a.Account)
	return &signOutOut{SetCookie: *s.cookie("", time.Unix(1, 0))}, err
}

func tokenOf(t access.Token) MyToken {
	return MyToken{ID: t.ID, Name: t.Name, Created: t.Created, Seen: t.LastSeen, Expires: t.Expires}
}

func (s *Server) myTokens(ctx context.Context, _ *struct{}) (*body[MyTokens], error) {
	a, out := CallerOf(ctx).Actor, &body[MyTokens]{MyTokens{Items: []MyToken{}}}
	err := s.Store.View(ctx, a.Tenant, func(tx kernel.Tx) error {
		l, err := s.Access.Tokens.TokensOf(tx, a.Account, tx.Now())
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, tokenOf(x))
		}
		return err
	})
	return out, err
}

func (s *Server) newToken(ctx context.Context, in *newTokenIn) (*body[MyToken], error) {
	a := CallerOf(ctx).Actor
	return onceAround(ctx, s, in.Key, "POST /tokens", in.RawBody, func() (*MyToken, error) {
		bearer, t, err := s.Access.CreateToken(ctx, a, a.Account, in.Body.Name, time.Duration(in.Body.Days)*24*time.Hour)
		out := tokenOf(t)
		out.Token = bearer
		return &out, err
	})
}

func (s *Server) endToken(ctx context.Context, in *idIn) (*struct{}, error) {
	a := CallerOf(ctx).Actor
	err := s.Access.RevokeToken(ctx, a, a.Account, in.ID)
	s.Forget(a.Account)
	return nil, err
}

func (s *Server) changePassword(ctx context.Context, in *passwordIn) (*signOutOut, error) {
	c := CallerOf(ctx)
	err := s.Access.ChangePassword(ctx, c.Actor, c.Address, in.Body.Old, in.Body.Password)
	if err != nil {
		return nil, err
	}
	s.Forget(c.Actor.Account)
	return &signOutOut{SetCookie: *s.cookie("", time.Unix(1, 0))}, nil
}

// errNotYet says that a request was not answered before.
var errNotYet = errors.New("api: not answered yet")

// onceAround runs an act that opens units of work of its own at most once for its Idempotency-Key: a repeated request gets the
// first answer. Two that are sent at the same moment may both be done; what must be unique is kept so by the store.
func onceAround[T any](ctx context.Context, s *Server, key, route string, raw []byte, act func() (*T, error)) (*body[T], error) {
	k, err := requestKey(CallerOf(ctx), key, append([]byte(route+"\n"), raw...))
	if err != nil {
		return nil, err
	}
	if key != "" {
		answer, replayed, err := s.Once.Do(ctx, k, func(kernel.Tx) ([]byte, error) { return nil, errNotYet })
		if err != nil && !errors.Is(err, errNotYet) {
			return nil, err
		}
		if replayed {
			out := &body[T]{}
			return out, json.Unmarshal(answer, &out.Body)
		}
	}
	v, err := act()
	if err != nil {
		return nil, err
	}
	if key != "" {
		if _, _, err := s.Once.Do(ctx, k, func(kernel.Tx) ([]byte, error) { return json.Marshal(v) }); err != nil {
			return nil, err
		}
	}
	return &body[T]{*v}, nil
}
