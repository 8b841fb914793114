package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"sanzhi/internal/geo/basemap"
	"sanzhi/internal/geo/osmpbf"
	"sanzhi/internal/store"
)

// baseMap cuts the extract into the tiles of a base map; nil when there is nothing in it that a map draws.
func (m *osmImport) baseMap(raw []byte) ([]byte, error) {
	shapes, err := osmpbf.Shapes(raw, basemap.Keys, func(tags osmpbf.Tags) bool {
		_, _, ok := basemap.Pick(tags.Find)
		return ok
	})
	if err != nil {
		return nil, err
	}
	var l []basemap.Feature
	for _, s := range shapes {
		if f := basemap.Of(s.Tags, s.Geometry); f != nil {
			l = append(l, *f)
		}
	}
	var b bytes.Buffer
	err = basemap.Write(&b, l, basemap.Options{Name: string(m.t), Attribution: osmAttribution})
	if errors.Is(err, basemap.ErrNothing) {
		return nil, nil
	}
	m.r.MapFeatures, m.r.MapBytes = len(l), b.Len()
	return b.Bytes(), err
}

// keepMap stores the base map with the district's files and names it in its row. The one before goes once the row is written.
func (m *osmImport) keepMap(e *env, a *app, row *store.TenantRow, save func() error) error {
	old := row.Settings.Basemap
	if m.tiles != nil {
		sum := sha256.Sum256(m.tiles)
		row.Settings.Basemap = hex.EncodeToString(sum[:])
		if err := a.blobs.Put(e.ctx, m.t, row.Settings.Basemap, m.tiles); err != nil {
			return err
		}
	}
	begun := a.clock.Now()
	if err := save(); err != nil || old == "" || old == row.Settings.Basemap {
		return err
	}
	return a.blobs.Delete(e.ctx, m.t, old, begun)
}
