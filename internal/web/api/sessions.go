package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

type signInIn struct {
	UserAgent string `header:"User-Agent"`
	Body      struct {
		User     string `json:"user" minLength:"1" maxLength:"80" doc:"The user name; with @ and the district's six digits when the program serves several"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

type signInOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

type signOutOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) sessionRoutes(api huma.API) {
	handle(s, api, op{method: "POST", path: "/sessions", open: "it is how one signs in", sum: "Sign in", status: http.StatusCreated, errors: []int{401, 429}}, s.signIn)
	handle(s, api, op{method: "DELETE", path: "/sessions/current", open: "ending what is not there does no harm", sum: "Sign out", status: http.StatusNoContent}, s.signOut)
	handle(s, api, op{method: "GET", path: "/me", open: "it tells who is asking, and 401 when nobody is signed in", sum: "Who I am and what I may", errors: []int{401}}, s.me)
}

func (s *Server) signIn(ctx context.Context, in *signInIn) (*signInOut, error) {
	t, user := s.Tenant, in.Body.User
	if i := strings.LastIndexByte(user, '@'); i > 0 {
		if other, err := kernel.ParseTenant(user[i+1:]); err == nil {
			t, user = other, user[:i]
		}
	}
	if _, err := s.Cases.Setups.Of(ctx, t); kernel.Is(err, kernel.KindNotFound) {
		// A district that is not here has no accounts; nothing is written under its name.
		return nil, &kernel.Error{Kind: kernel.KindUnsigned, Say: kernel.T("用户名或密码不对", "the user name or the password is wrong")}
	} else if err != nil {
		return nil, err
	}
	token, session, err := s.Access.SignIn(ctx, access.SignIn{Tenant: t, User: user, Password: in.Body.Password, Address: CallerOf(ctx).Address, Device: in.UserAgent})
	if err != nil {
		return nil, err
	}
	signed, err := s.Access.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	me, err := s.tellMe(ctx, signed, user)
	if err != nil {
		return nil, err
	}
	return &signInOut{SetCookie: *s.cookie(token, session.Expires), Body: *me}, nil
}

func (s *Server) signOut(ctx context.Context, _ *struct{}) (*signOutOut, error) {
	if c := CallerOf(ctx); c.Actor.Kind == kernel.ActorAccount {
		var err error
		if c.Token != "" {
			// A program that signs out ends the token that it came with.
			err = s.Access.RevokeToken(ctx, c.Actor, c.Actor.Account, c.Token)
		} else {
			err = s.Access.SignOut(ctx, c.Signed)
		}
		s.Forget(c.Actor.Account)
		if err != nil && !kernel.Is(err, kernel.KindNotFound) {
			return nil, err
		}
	}
	return &signOutOut{SetCookie: *s.cookie("", time.Unix(1, 0))}, nil
}

func (s *Server) me(ctx context.Context, _ *struct{}) (*body[Me], error) {
	actor := CallerOf(ctx).Actor
	if actor.Kind != kernel.ActorAccount {
		return nil, kernel.Unsigned()
	}
	me, err := s.tellMe(ctx, CallerOf(ctx).Signed, "")
	if err != nil {
		return nil, err
	}
	return &body[Me]{*me}, nil
}

func (s *Server) tellMe(ctx context.Context, signed access.Signed, user string) (*Me, error) {
	actor := signed.Actor
	set, err := s.Cases.Setups.Of(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	lang := LangOf(ctx)
	me := &Me{ID: actor.Account, User: user, Name: actor.Name, Tenant: string(actor.Tenant), District: set.District.In(lang), Demo: set.Demo, MustChange: signed.MustChange, Posts: []MePost{}, May: may(actor)}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if user == "" {
			a, err := s.Access.Accounts.AccountByID(tx, actor.Account)
			if err != nil {
				return err
			}
			me.User = a.User
		}
		for _, p := range actor.Posts {
			mp := MePost{Role: p.Role, RoleTitle: roleNames[p.Role].In(lang), Title: p.Name}
			if n := set.OrgName(p.Org); n != "" {
				mp.Org = &Named{ID: p.Org, Name: n}
			}
			if pl, err := s.Places.Place(tx, p.Place); err == nil {
				mp.Place = &Named{ID: pl.ID, Name: pl.Name}
			} else if !kernel.Is(err, kernel.KindNotFound) {
				return err
			}
			me.Posts = append(me.Posts, mp)
		}
		return nil
	})
	return me, err
}
