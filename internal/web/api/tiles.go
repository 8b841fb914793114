package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/cases"
	"sanzhi/internal/geo"
	"sanzhi/internal/geo/basemap"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// BasemapFiles opens base maps that were brought in.
type BasemapFiles interface {
	Open(ctx context.Context, t kernel.Tenant, sha string) (io.ReadSeekCloser, error)
}

// basemaps keeps the base maps that the program makes of a district's own places, for districts that brought none in.
type basemaps struct {
	mu    sync.Mutex
	known map[kernel.Tenant]*ownMap
}

// ownMap is one of them. It is made once, whoever else waits for it.
type ownMap struct {
	set  *cases.Setup
	done chan struct{}
	sum  string
	data []byte
	err  error
}

// ownAttribution says where a map comes from that is drawn of the district's own places.
const ownAttribution = "本区地图资料 own data of the district"

// Tiles serves /tiles/{tenant}.pmtiles by ranges. It is open, as /map is: places and streets are public.
func (s *Server) Tiles(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	name, ok := strings.CutSuffix(r.PathValue("file"), ".pmtiles")
	t, err := kernel.ParseTenant(name)
	if !ok || err != nil {
		NotThere(w, r)
		return
	}
	file, sum, err := s.basemapOf(ctx, t)
	if errors.Is(err, basemap.ErrNothing) {
		err = kernel.NotFound(kernel.T("本区还没有地图资料，请先导入地点或 OpenStreetMap 地图", "the district has no map yet; import its places, or an extract of OpenStreetMap, first"))
	}
	if err != nil {
		Fail(w, r, err)
		return
	}
	defer func() { _ = file.Close() }()
	h := w.Header()
	h.Set("ETag", `"`+sum+`"`)
	h.Set("Cache-Control", "private, max-age=60")
	h.Set("Content-Type", "application/vnd.pmtiles")
	http.ServeContent(w, r, "", time.Time{}, file)
}

type mapFile struct{ *bytes.Reader }

// Close implements io.Closer.
func (mapFile) Close() error { return nil }

// basemapOf opens the base map of a district, and tells its hash.
func (s *Server) basemapOf(ctx context.Context, t kernel.Tenant) (io.ReadSeekCloser, string, error) {
	set, err := s.Cases.Setups.Of(ctx, t)
	if err != nil {
		return nil, "", err
	}
	var sha string
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		sha, err = s.Desk.Basemap(tx)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if sha != "" && s.Basemaps != nil {
		f, err := s.Basemaps.Open(ctx, t, sha)
		return f, sha[:24], err
	}
	m := s.ownMapOf(ctx, t, set)
	select {
	case <-m.done:
	case <-ctx.Done():
		return nil, "", kernel.Unavailable(kernel.T("地图正在画，请过一会儿再看", "the map is being drawn; look again in a moment"), ctx.Err())
	}
	return mapFile{bytes.NewReader(m.data)}, m.sum, m.err
}

// ownMapOf gives the map that is made of a district's places, begun when it is not there for this state of the setup. The work
// outlives the request that began it: the next one finds it done.
func (s *Server) ownMapOf(ctx context.Context, t kernel.Tenant, set *cases.Setup) *ownMap {
	s.base.mu.Lock()
	defer s.base.mu.Unlock()
	m := s.base.known[t]
	if m != nil && m.set == set && (!closed(m.done) || m.err == nil || errors.Is(m.err, basemap.ErrNothing)) {
		return m
	}
	m = &ownMap{set: set, done: make(chan struct{})}
	if s.base.known == nil {
		s.base.known = map[kernel.Tenant]*ownMap{}
	}
	s.base.known[t] = m
	go func() {
		defer close(m.done)
		defer func() {
			if v := recover(); v != nil { // nobody above this would catch it
				m.err = kernel.Internal("base map", fmt.Errorf("panic: %v", v))
			}
		}()
		m.data, m.err = s.drawOwn(context.WithoutCancel(ctx), t)
		sum := sha256.Sum256(m.data)
		m.sum = hex.EncodeToString(sum[:12])
	}()
	return m
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// ownNames are the kinds of place whose names a map of the district's own places bears.
var ownNames = map[territory.Kind]string{territory.County: "city", territory.Subdistrict: "town", territory.Town: "town", territory.Community: "suburb",
	territory.Village: "village"}

func (s *Server) drawOwn(ctx context.Context, t kernel.Tenant) ([]byte, error) {
	var l []basemap.Feature
	add := func(kind, name string, g orb.Geometry) {
		if f := basemap.OfDistrict(kind, name, g); f != nil {
			l = append(l, *f)
		}
	}
	err := s.Store.View(ctx, t, func(tx kernel.Tx) error {
		err := s.Desk.EachPlace(tx, func(p *territory.Place) error {
			if p.Shape == nil || !p.Stands(tx.Now()) {
				return nil
			}
			add(string(p.Kind), p.Name, p.Shape)
			if class := ownNames[p.Kind]; class != "" {
				if at, ok := geo.LabelPoint(p.Shape); ok {
					l = append(l, basemap.Feature{Layer: basemap.Place, Class: class, Name: p.Name, Geometry: at})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		text, err := s.Desk.Features(tx)
		if err != nil || text == "" {
			return err
		}
		return geo.ReadFeatures(strings.NewReader(text), geo.WGS84, func(f geo.Feature) error {
			kind, _ := f.Properties["kind"].(string)
			name, _ := f.Properties["name"].(string)
			add(kind, name, f.Geometry)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = basemap.Write(&b, l, basemap.Options{Name: string(t), Attribution: ownAttribution})
	return b.Bytes(), err
}
