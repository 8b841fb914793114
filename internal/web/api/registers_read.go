package api

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
)

// RegisterTotal is what one group of entries comes to.
type RegisterTotal struct {
	Facet  string  `json:"facet"`
	Name   string  `json:"name"`
	Count  int     `json:"count"`
	Number float64 `json:"number,omitempty" doc:"Sum of hours, or of links"`
	// Sum of quantities, in words: what is told with 余 stays 余.
	Sum string `json:"sum,omitempty" example:"1.8万余辆"`
}

// YesRate is a rate of the answers to one question.
type YesRate struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Ratio
}

// RegisterTotals are what the entries of a register come to.
type RegisterTotals struct {
	Count int             `json:"count"`
	Items []RegisterTotal `json:"items"`
	Rates []YesRate       `json:"rates" doc:"One for each question, with its own numerator and denominator"`
}

func ratioOf(r orgs.Rate) Ratio {
	out := Ratio{Num: r.Num, Den: r.Den, Comparable: r.Den >= leastComparable}
	if r.Den > 0 {
		f := float64(r.Num) / float64(r.Den)
		out.Rate = &f
	}
	return out
}

func (s *Server) registerTotals(ctx context.Context, in *entriesIn) (*body[RegisterTotals], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[RegisterTotals]{RegisterTotals{Items: []RegisterTotal{}, Rates: []YesRate{}}}
	return out, s.Registers.View(ctx, actor, func(tx kernel.Tx) error {
		q, err := s.entryQuery(tx, in)
		if err != nil {
			return err
		}
		r, err := registers.Find(in.Register)
		if err != nil {
			return err
		}
		l, err := s.Registers.Totals(tx, actor, q)
		if err != nil {
			return err
		}
		var rates [2]orgs.Rate
		for _, x := range l {
			item := RegisterTotal{Facet: x.Facet, Name: x.Facet, Count: x.Count, Number: math.Round(x.Number*100) / 100}
			if c := r.Column(r.FacetColumn); c != nil {
				item.Name = c.Print(x.Facet, lang)
			}
			out.Body.Count += x.Count
			for i := range rates {
				rates[i].Num += x.Yes[i]
				rates[i].Den += x.Count
			}
			out.Body.Items = append(out.Body.Items, item)
		}
		for i, k := range r.YesColumns {
			if c := r.Column(k); c != nil {
				out.Body.Rates = append(out.Body.Rates, YesRate{k, c.Name.In(lang), ratioOf(rates[i])})
			}
		}
		return s.addSums(tx, actor, q, lang, &out.Body)
	})
}

// addSums adds the sums of quantities. One facet may hold several units, which are never added.
func (s *Server) addSums(tx kernel.Tx, actor kernel.Actor, q registers.Query, lang kernel.Lang, t *RegisterTotals) error {
	sums, err := s.Registers.Sum(tx, actor, q)
	if err != nil {
		return err
	}
	for i := range t.Items {
		var said []string
		for key, sum := range sums {
			if facet, _, _ := strings.Cut(key, "\x1f"); facet == t.Items[i].Facet {
				said = append(said, sum.Text().In(lang))
			}
		}
		slices.Sort(said)
		t.Items[i].Sum = strings.Join(said, kernel.T("、", ", ").In(lang))
	}
	return nil
}

type figuresIn struct {
	Place kernel.ID `query:"place" maxLength:"26"`
}

// RegisterFigures are rates of the registers at a place.
type RegisterFigures struct {
	Brands       Ratio `json:"brands" doc:"Branches with a brand ÷ branches"`
	OrgCoverage  Ratio `json:"org_coverage" doc:"Organisations of the census with a branch ÷ all of the census"`
	WorkCoverage Ratio `json:"work_coverage" doc:"Organisations of the census that the work reaches ÷ all of the census"`
	Pledges      Ratio `json:"pledges" doc:"Pledges fulfilled ÷ pledges fulfilled, not kept or overdue"`
}

func (s *Server) registerFigures(ctx context.Context, in *figuresIn) (*body[RegisterFigures], error) {
	actor := CallerOf(ctx).Actor
	out := &body[RegisterFigures]{}
	return out, s.Registers.View(ctx, actor, func(tx kernel.Tx) error {
		path := kernel.Path(actor.Tenant + "/")
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			path = p.Path
		}
		f, err := s.Registers.FiguresAt(tx, actor, path)
		out.Body = RegisterFigures{ratioOf(f.Brands), ratioOf(f.OrgCoverage), ratioOf(f.WorkCoverage), ratioOf(f.Pledges)}
		return err
	})
}

type stationsIn struct {
	Need  string  `query:"need" maxLength:"40" doc:"What is needed, in words: 充电, 法律援助, training …"`
	Kind  string  `query:"kind" maxLength:"20"`
	Lon   float64 `query:"lon" minimum:"-180" maximum:"180"`
	Lat   float64 `query:"lat" minimum:"-90" maximum:"90"`
	CRS   string  `query:"crs" enum:"wgs84,cgcs2000,gcj02,bd09"`
	Open  bool    `query:"open" doc:"Only those that are open now"`
	After string  `query:"after" maxLength:"200"`
	Limit int     `query:"limit" minimum:"1" maximum:"100" default:"20"`
	from  bool
}

// Resolve takes both numbers of a point or none.
func (in *stationsIn) Resolve(ctx huma.Context) []error {
	in.from = ctx.Query("lon") != "" || ctx.Query("lat") != ""
	if !in.from {
		return nil
	}
	return append(finite(ctx, "lon", in.Lon), finite(ctx, "lat", in.Lat)...)
}

// StationRow is a station as a resident finds it.
type StationRow struct {
	ID        kernel.ID  `json:"id"`
	Name      string     `json:"name" example:"小桥党群服务中心"`
	Kind      string     `json:"kind"`
	KindName  string     `json:"kind_name"`
	Tier      string     `json:"tier,omitempty"`
	Functions []Option   `json:"functions"`
	Hours     string     `json:"hours"`
	Phone     string     `json:"phone,omitempty"`
	Open      bool       `json:"open" doc:"Open now"`
	Until     *time.Time `json:"until,omitempty" doc:"When it closes; absent while it is closed, or when it never closes"`
	Opens     *time.Time `json:"opens,omitempty" doc:"When it opens next, within two weeks"`
	Lon       float64    `json:"lon"`
	Lat       float64    `json:"lat"`
	Metres    *float64   `json:"metres,omitempty" doc:"From the point that was asked for"`
	OnFoot    bool       `json:"on_foot,omitempty" doc:"Metres are along the streets; else a straight line"`
}

// StationList is one page of stations.
type StationList struct {
	Items []StationRow `json:"items"`
	Next  string       `json:"next,omitempty"`
	Needs []Option     `json:"needs" doc:"What can be asked for, as the stations of the district do it"`
}

func (s *Server) stations(ctx context.Context, in *stationsIn) (*body[StationList], error) {
	if in.from {
		ctx = s.atPoint(ctx, in.Lon, in.Lat, in.CRS)
	}
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	ask := registers.Near{Need: in.Need, Kind: in.Kind, OpenOnly: in.Open}
	if in.from {
		crs, err := geo.ParseCRS(in.CRS)
		if err != nil {
			return nil, err
		}
		p := crs.ToWGS84([2]float64{in.Lon, in.Lat})
		ask.From = &[2]float64{p[0], p[1]}
	}
	r, err := registers.Find("station")
	if err != nil {
		return nil, err
	}
	out := &body[StationList]{StationList{Items: []StationRow{}, Needs: []Option{}}}
	return out, s.Registers.View(ctx, actor, func(tx kernel.Tx) error {
		all, _, err := s.Registers.Stations(tx, actor, registers.Near{}, kernel.Page{Limit: math.MaxInt})
		if err != nil {
			return err
		}
		out.Body.Needs = needsOf(all, lang)
		l, next, err := s.Registers.Stations(tx, actor, ask, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(20, 100))
		out.Body.Next = next
		for _, x := range l {
			out.Body.Items = append(out.Body.Items, stationRow(r, x, lang, ask.From != nil))
		}
		return err
	})
}

// needsOf lists what the stations do, what is asked for most first.
func needsOf(all []*registers.Station, lang kernel.Lang) []Option {
	has := map[string]bool{}
	for _, st := range all {
		for _, f := range st.Functions() {
			has[f] = true
		}
	}
	out := []Option{}
	for _, f := range registers.Functions {
		if has[f.Key] {
			out = append(out, Option{f.Key, f.Name.In(lang)})
		}
	}
	return out
}

func stationRow(r *registers.Register, st *registers.Station, lang kernel.Lang, far bool) StationRow {
	v := st.Entry.Values
	out := StationRow{ID: st.Entry.ID, Name: st.Name, Kind: v["kind"], KindName: r.Column("kind").Print(v["kind"], lang), Tier: r.Column("tier").Print(v["tier"], lang),
		Functions: []Option{}, Hours: st.Hours().Text().In(lang), Phone: v["phone"], Open: st.State.Open, Lon: st.Lon, Lat: st.Lat}
	for _, f := range st.Functions() {
		out.Functions = append(out.Functions, Option{f, r.Column("functions").ChoiceName(f).In(lang)})
	}
	if next := st.State.Next; !next.IsZero() {
		next = next.UTC()
		if st.State.Open {
			out.Until = &next
		} else {
			out.Opens = &next
		}
	}
	if far {
		d := math.Round(st.Distance)
		out.Metres, out.OnFoot = &d, st.OnFoot
	}
	return out
}
