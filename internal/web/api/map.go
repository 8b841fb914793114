package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"

	"sanzhi/internal/cases"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// mapMost is the most features of one answer; further ones are left out, the smallest kinds first.
const mapMost = 4000

// mapPlaces are the kinds of place that a map draws, in the order in which they give way when there are too many; places of
// other kinds are drawn when they are asked for by kinds=.
var mapPlaces = []territory.Kind{territory.GridGeneral, territory.GridDedicated, territory.Compound, territory.Site, territory.Building}

// mapFeature is one thing that a map may draw, its GeoJSON made ahead.
type mapFeature struct {
	kind  string
	rank  int
	bound orb.Bound
	text  []byte
	// cut is set for features that are clipped by the box: rivers and streets that run through the whole district.
	cut *geo.Feature
}

// maps keeps what the map of each tenant draws, made anew when its setup changes.
type maps struct {
	mu    sync.Mutex
	known map[kernel.Tenant]*tenantMap
}

type tenantMap struct {
	set      *cases.Setup
	features []mapFeature
	areas    []mapArea // the places among them, in the order of paths
}

// mapArea is a place with a shape.
type mapArea struct {
	id    kernel.ID
	kind  territory.Kind
	name  string
	path  kernel.Path
	bound orb.Bound
}

// mapRoutes writes the operation into the document; the answer is GeoJSON made ahead, which huma need not encode.
func (s *Server) mapRoutes(api huma.API) {
	number := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeNumber}}
	}
	reg := api.OpenAPI().Components.Schemas
	problem := &huma.Response{Description: "Not a box", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: reg.Schema(typeOf[Problem](), true, "Problem")}}}
	api.OpenAPI().AddOperation(&huma.Operation{Method: "GET", Path: "/map", OperationID: "get-map", Summary: "What a map draws within a box, as GeoJSON",
		Description: "Open: places and streets are public. At most " + strconv.Itoa(mapMost) + " features; `truncated` says that there were more.",
		Parameters: []*huma.Param{number("w", "West, degrees in WGS84"), number("s", "South"), number("e", "East"), number("n", "North"),
			{Name: "kinds", In: "query", Description: "Kinds, separated by commas; grids, compounds, sites, buildings and all that is no place when left out",
				Schema: &huma.Schema{Type: huma.TypeString}}},
		Responses: map[string]*huma.Response{"200": {Description: "A FeatureCollection", Content: map[string]*huma.MediaType{"application/geo+json": {
			Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}}},
			"304": {Description: "As the ETag says, nothing changed"}, "422": problem}})
}

func (s *Server) mapHandler(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	box, err := boxOf(r)
	if err != nil {
		Fail(w, r, err)
		return
	}
	m, err := s.mapOf(ctx, CallerOf(ctx).Actor.Tenant)
	if err != nil {
		Fail(w, r, err)
		return
	}
	var kinds []string
	if k := r.URL.Query().Get("kinds"); k != "" {
		kinds = strings.Split(k, ",")
	}
	raw := m.within(box, kinds)
	sum := sha256.Sum256(raw)
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", etag)
	h.Set("Cache-Control", "private, max-age=60")
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/geo+json")
	_, _ = w.Write(raw) // the client is gone when this fails
}

func boxOf(r *http.Request) (orb.Bound, error) {
	var v [4]float64
	for i, name := range []string{"w", "s", "e", "n"} {
		f, err := strconv.ParseFloat(r.URL.Query().Get(name), 64)
		if err != nil || math.IsNaN(f) || math.Abs(f) > 180 {
			return orb.Bound{}, kernel.Invalid(name, kernel.T("请给出范围的西、南、东、北四个经纬度", "give the box as west, south, east and north in degrees"))
		}
		v[i] = f
	}
	if v[0] > v[2] || v[1] > v[3] {
		return orb.Bound{}, kernel.Invalid("w", kernel.T("范围的西要在东以西，南要在北以南", "west must lie west of east, south of north"))
	}
	return orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}, nil
}

// mapOf gives the map of a tenant; it is made once for each state of the setup.
func (s *Server) mapOf(ctx context.Context, t kernel.Tenant) (*tenantMap, error) {
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	s.maps.mu.Lock()
	defer s.maps.mu.Unlock()
	if m := s.maps.known[t]; m != nil && m.set == set {
		return m, nil
	}
	m := &tenantMap{set: set}
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		// Grids that a plan replaced, or that went when it was taken back, are no part of today's map.
		standing := func(p *territory.Place) error {
			if !p.Stands(tx.Now()) {
				return nil
			}
			return m.place(p)
		}
		if err := s.Desk.EachPlace(tx, standing); err != nil {
			return err
		}
		text, err := s.Desk.Features(tx)
		if err != nil || text == "" {
			return err
		}
		return geo.ReadFeatures(strings.NewReader(text), geo.WGS84, m.feature)
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(m.features, func(a, b mapFeature) int { return a.rank - b.rank })
	if s.maps.known == nil {
		s.maps.known = map[kernel.Tenant]*tenantMap{}
	}
	s.maps.known[t] = m
	return m, nil
}

func (m *tenantMap) place(p *territory.Place) error {
	if p.Shape == nil {
		return nil
	}
	f := geo.Feature{ID: string(p.ID), Geometry: p.Shape, Properties: map[string]any{"kind": string(p.Kind), "name": p.Name, "code": p.Code}}
	text, err := f.MarshalJSON()
	m.areas = append(m.areas, mapArea{p.ID, p.Kind, p.Name, p.Path, p.Shape.Bound()})
	rank := 1 + slices.Index(mapPlaces, p.Kind)
	m.features = append(m.features, mapFeature{kind: string(p.Kind), rank: rank, bound: p.Shape.Bound(), text: text})
	return err
}

func (m *tenantMap) feature(f geo.Feature) error {
	kind, _ := f.Properties["kind"].(string)
	m.features = append(m.features, mapFeature{kind: kind, bound: f.Geometry.Bound(), cut: &f})
	return nil
}

// within renders what lies in the box. Without kinds it is all but the divisions, whose shapes are the whole district.
func (m *tenantMap) within(box orb.Bound, kinds []string) []byte {
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	n, truncated := 0, false
	for i := range m.features {
		f := &m.features[i]
		asked := slices.Contains(kinds, f.kind) || len(kinds) == 0 && (f.cut != nil || slices.Contains(mapPlaces, territory.Kind(f.kind)))
		if !asked || !f.bound.Intersects(box) {
			continue
		}
		text := f.text
		if f.cut != nil {
			if text = clipped(f.cut, box); text == nil {
				continue
			}
		}
		if n == mapMost {
			truncated = true
			break
		}
		if n > 0 {
			b.WriteByte(',')
		}
		b.Write(text)
		n++
	}
	b.WriteString(`],"truncated":` + strconv.FormatBool(truncated) + `}`)
	return b.Bytes()
}

// clipped gives the part of a feature that lies in the box, nil when there is none.
func clipped(f *geo.Feature, box orb.Bound) []byte {
	g := clip.Geometry(box, orb.Clone(f.Geometry))
	if g == nil || g.Bound().IsZero() {
		return nil
	}
	text, err := geo.Feature{ID: f.ID, Geometry: g, Properties: f.Properties}.MarshalJSON()
	if err != nil {
		return nil // what remains of it is no shape
	}
	return text
}
