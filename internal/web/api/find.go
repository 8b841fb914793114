package api

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

type findIn struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"80" doc:"A part of a name, pinyin initials, the beginning of a code, words of a case, its number or the last five characters of it"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"6" doc:"The most of each sort"`
}

// Found is what a word leads to, of each sort a few; the lists themselves go on.
type Found struct {
	Cases  []CaseRow   `json:"cases"`
	Places []PlaceNode `json:"places"`
	Orgs   []OrgRow    `json:"orgs"`
}

func (s *Server) findRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/find", signed: true, sum: "Places, organisations and cases by word, pinyin initials or number, each as far as the reader may see it",
		errors: []int{401}}, s.find)
}

func (s *Server) find(ctx context.Context, in *findIn) (*body[Found], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[Found]{Found{Cases: []CaseRow{}, Places: []PlaceNode{}, Orgs: []OrgRow{}}}
	word := strings.TrimSpace(in.Q)
	if word == "" {
		return out, nil
	}
	v, err := s.view(ctx, actor)
	if err != nil {
		return nil, err
	}
	page := kernel.Page{Limit: in.Limit}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if access.Somewhere(actor, access.CaseRead) {
			if err := s.findCases(tx, v, word, page, &out.Body); err != nil {
				return err
			}
		}
		if access.Somewhere(actor, access.PlaceRead) {
			l, _, err := s.searchPlaces(tx, territory.Query{Text: word}, page)
			if err != nil {
				return err
			}
			if out.Body.Places, err = s.nodes(tx, lang, l, true); err != nil {
				return err
			}
		}
		if !access.Somewhere(actor, access.OrgRead) {
			return nil
		}
		l, _, err := s.Orgs.Orgs(tx, word, nil, page)
		for _, o := range l {
			out.Body.Orgs = append(out.Body.Orgs, OrgRow{ID: o.ID, Name: o.Name, Kind: o.Kind, KindName: orgKindNames[o.Kind].In(lang), Phone: o.Phone})
		}
		return err
	})
	return out, err
}

// findCases looks for a number, whole or in part, or for words.
func (s *Server) findCases(tx kernel.Tx, v *view, word string, page kernel.Page, out *Found) error {
	q := cases.Query{Now: v.now, Allow: access.ScopeOf(v.who, access.CaseRead), Page: page}
	if n, ok := cases.ParseNumberPart(string(tx.Tenant()), word); ok {
		q.NumberPart = n
		if err := s.addCases(tx, v, q, out); err != nil || len(out.Cases) > 0 {
			return err
		}
		q.NumberPart = cases.NumberPart{} // "light" might have been the end of a number
	}
	if q.Words = cases.Bigrams(word); len(q.Words) == 0 || utf8.RuneCountInString(word) < 2 {
		return nil
	}
	return s.addCases(tx, v, q, out)
}

func (s *Server) addCases(tx kernel.Tx, v *view, q cases.Query, out *Found) error {
	l, _, err := s.Cases.Cases.List(tx, q)
	for _, c := range l {
		out.Cases = append(out.Cases, v.row(c))
	}
	return err
}
