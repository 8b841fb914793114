package demo

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"sanzhi/internal/territory"
)

// washes are the five washes of ink (墨分五色), from clear to burnt.
var washes = []string{"#ECE8DD", "#D2D2CF", "#A9AEB5", "#737C88", "#434A57"}

// RenderSVG draws the district in the style of the program's maps: paper ground, grids filled by people per hectare in five
// washes of ink, the rivers and roads quiet, the names in ink on a halo of paper. scale is metres to a pixel, at a window of
// halfWidth × halfHeight metres round the centre.
func RenderSVG(d *District, centre orb.Point, halfWidth, halfHeight, scale float64) string {
	v := &view{c: centre, w: halfWidth / scale, h: halfHeight / scale, k: scale}
	v.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="Noto Sans CJK SC, sans-serif">`, 2*v.w, 2*v.h)
	v.printf(`<rect width="100%%" height="100%%" fill="#FAF8F3"/>`)
	v.features(d, map[FeatureKind]string{FeatureRiver: `fill="#D6E2E6"`})
	for _, p := range d.Places {
		if p.Kind.Level() == territory.LevelGrid {
			v.path(p.Shape, fmt.Sprintf(`fill="%s" stroke="#FAF8F3" stroke-width="0.55"`, washes[wash(p)]))
		}
	}
	v.inner(d)
	v.borders(d, territory.LevelCommunity, `fill="none" stroke="#FAF8F3" stroke-width="1.8"`)
	v.borders(d, territory.LevelVillage, `fill="none" stroke="#FAF8F3" stroke-width="1.8"`)
	v.features(d, map[FeatureKind]string{FeatureRiver: `fill="#D6E2E6"`, FeatureMain: `fill="none" stroke="#FAF8F3" stroke-width="3.2"`})
	v.borders(d, territory.LevelStreet, `fill="none" stroke="#1C1F24" stroke-width="1.1"`)
	v.borders(d, territory.LevelCounty, `fill="none" stroke="#1C1F24" stroke-width="1.6"`)
	v.labels(d)
	v.printf(`<text x="16" y="%.0f" font-size="12" fill="#565C66">地图是演示用的示意图，不是行政区域界线。</text></svg>`, 2*v.h-14)
	return v.b.String()
}

// view is the window on the map while it is drawn.
type view struct {
	b       strings.Builder
	c       orb.Point
	w, h, k float64
}

func (v *view) printf(format string, a ...any) { fmt.Fprintf(&v.b, format+"\n", a...) }

func (v *view) xy(p orb.Point) (x, y float64) {
	return v.w + (p[0]-v.c[0])*metresLon/v.k, v.h - (p[1]-v.c[1])*metresLat/v.k
}

func (v *view) path(g orb.Geometry, style string) {
	var lines []orb.LineString
	switch g := g.(type) {
	case orb.Polygon:
		for _, r := range g {
			lines = append(lines, orb.LineString(r))
		}
	case orb.LineString:
		lines = append(lines, g)
	}
	var s strings.Builder
	for _, l := range lines {
		for i, p := range l {
			x, y := v.xy(p)
			fmt.Fprintf(&s, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
		}
	}
	v.printf(`<path d="%s" %s/>`, s.String(), style)
}

// inner draws compounds, buildings and greens where the scale is large enough to see them.
func (v *view) inner(d *District) {
	if v.k > 8 {
		return
	}
	for _, p := range d.Places {
		switch {
		case p.Kind == territory.Compound:
			v.path(p.Shape, `fill="#FAF8F3" fill-opacity="0.55"`)
		case p.Kind == territory.Building:
			v.path(p.Shape, `fill="#B9B2A2"`)
		case p.Kind == territory.Site && p.Shape.Dimensions() == 2:
			v.path(p.Shape, `fill="#D5DECF"`)
		}
	}
	v.features(d, map[FeatureKind]string{FeatureGreen: `fill="#D5DECF"`, FeatureLane: `fill="none" stroke="#FAF8F3" stroke-width="2"`,
		FeatureRoad: `fill="none" stroke="#FAF8F3" stroke-width="3"`})
}

func (v *view) features(d *District, style map[FeatureKind]string) {
	for _, f := range d.Features {
		if s := style[f.Kind]; s != "" {
			v.path(f.Shape, s)
		}
	}
}

func (v *view) borders(d *District, l territory.Level, style string) {
	for _, p := range d.Places {
		if p.Kind.Level() == l {
			v.path(p.Shape, style)
		}
	}
}

func (v *view) labels(d *District) {
	text := func(p *territory.Place, size float64, weight string) {
		c, _ := planar.CentroidArea(p.Shape)
		x, y := v.xy(c)
		v.printf(`<text x="%.1f" y="%.1f" font-size="%.0f" font-weight="%s" text-anchor="middle" fill="#1C1F24" stroke="#FAF8F3" stroke-width="3" paint-order="stroke">%s</text>`,
			x, y, size, weight, p.Name)
	}
	for _, p := range d.Places {
		switch {
		case p.Kind.Level() == territory.LevelStreet && v.k > 8:
			text(p, 14, "600")
		case (p.Kind == territory.Community || p.Kind == territory.Compound) && v.k <= 4:
			text(p, 12, "400")
		}
	}
}

// wash is the class of a grid by people per hectare.
func wash(p *territory.Place) int {
	_, deg := planar.CentroidArea(p.Shape)
	ha := deg * metresLon * metresLat / 10000
	for i, most := range []float64{2.5, 6, 95, 145} {
		if float64(p.People)/ha < most {
			return i
		}
	}
	return 4
}
