import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

/** Colours as the page has them now. */
export interface Ink { ground: string; park: string; water: string; road: string; house: string; line: string; edge: string; ink: string; ink2: string; ink3: string; paper: string; surface: string; jade: string; vermilion: string; washes: string[] }

export function tokens(): Ink {
  const css = getComputedStyle(document.documentElement)
  const v = (name: string) => css.getPropertyValue('--' + name).trim() || '#888888'
  return {
    ground: v('map-ground'), park: v('map-park'), water: v('map-water'), road: v('map-road'), house: v('map-house'), line: v('line'), edge: v('edge'), ink: v('ink'), ink2: v('ink-2'), ink3: v('ink-3'),
    paper: v('paper'), surface: v('surface'), jade: v('jade'), vermilion: v('vermilion'), washes: [1, 2, 3, 4, 5].map((i) => v('wash-' + i)),
  }
}

const byZoom = (...stops: number[]): ExpressionSpecification => ['interpolate', ['exponential', 1.5], ['zoom'], ...stops] as unknown as ExpressionSpecification
const cls = (...l: string[]): ExpressionSpecification => ['in', ['get', 'class'], ['literal', l]]

/** The base map, quiet: what stands out is our own data. Roads are light ways in the ground with a hairline of the line colour. */
export function layersOf(c: Ink): LayerSpecification[] {
  const font = ['sans-serif']
  const base = { source: 'base' } as const
  const road = (id: string, classes: string[], from: number, width: ExpressionSpecification, edge: ExpressionSpecification | null): LayerSpecification[] => {
    const one = (suffix: string, colour: string, w: ExpressionSpecification): LayerSpecification => ({
      id: id + suffix, type: 'line', ...base, 'source-layer': 'road', minzoom: from, filter: cls(...classes), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colour, 'line-width': w },
    })
    return edge ? [one('-edge', c.line, edge), one('', c.road, width)] : [one('', c.line, width)]
  }
  const minor = ['street', 'service']
  const middle = ['secondary', 'tertiary']
  const major = ['motorway', 'trunk', 'primary']
  const ways = [
    ...road('path', ['path'], 15, byZoom(15, 0.6, 18, 2), null),
    ...road('minor', minor, 12, byZoom(12, 0.4, 15, 3, 18, 14), byZoom(12, 0.8, 15, 4.2, 18, 16)),
    ...road('middle', middle, 10, byZoom(10, 0.6, 14, 3.5, 18, 20), byZoom(10, 1, 14, 5, 18, 23)),
    ...road('major', major, 8, byZoom(8, 0.8, 14, 5.5, 18, 26), byZoom(8, 1.4, 14, 7, 18, 29)),
  ]
  // All edges lie under all roads, so that crossings stay open.
  const edges = ways.filter((l) => l.id.endsWith('-edge'))
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': c.ground } },
    { id: 'landuse', type: 'fill', ...base, 'source-layer': 'landuse', paint: { 'fill-color': c.paper, 'fill-opacity': 0.7 } },
    { id: 'green', type: 'fill', ...base, 'source-layer': 'green', paint: { 'fill-color': c.park } },
    { id: 'water', type: 'fill', ...base, 'source-layer': 'water', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': c.water } },
    { id: 'stream', type: 'line', ...base, 'source-layer': 'water', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-cap': 'round' },
      paint: { 'line-color': c.water, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, ['match', ['get', 'class'], 'river', 1.5, 0.4], 16, ['match', ['get', 'class'], 'river', 10, 3]] as ExpressionSpecification } },
    { id: 'house', type: 'fill', ...base, 'source-layer': 'building', minzoom: 13, paint: { 'fill-color': c.house, 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.5, 15, 1] } },
    ...edges, ...ways.filter((l) => !l.id.endsWith('-edge')),
    { id: 'rail', type: 'line', ...base, 'source-layer': 'rail', paint: { 'line-color': c.edge, 'line-width': byZoom(10, 0.5, 16, 2), 'line-dasharray': [6, 3], 'line-opacity': 0.6 } },
    { id: 'road-name', type: 'symbol', ...base, 'source-layer': 'road', minzoom: 14, filter: ['has', 'name'],
      layout: { 'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'symbol-spacing': 320, 'text-letter-spacing': 0.05 },
      paint: { 'text-color': c.ink3, 'text-halo-color': c.ground, 'text-halo-width': 1.5 } },
    { id: 'water-name', type: 'symbol', ...base, 'source-layer': 'water', minzoom: 11, filter: ['has', 'name'],
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-letter-spacing': 0.1, 'symbol-placement': 'point' },
      paint: { 'text-color': c.ink3, 'text-halo-color': c.water, 'text-halo-width': 1 } },
    { id: 'place-name', type: 'symbol', ...base, 'source-layer': 'place', filter: ['!=', ['get', 'class'], 'city'],
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': ['match', ['get', 'class'], 'town', 14, 'village', 13, 12], 'text-max-width': 8, 'text-padding': 8,
        'symbol-sort-key': ['match', ['get', 'class'], 'town', 1, 'village', 2, 'suburb', 3, 4] },
      paint: { 'text-color': ['match', ['get', 'class'], 'town', c.ink, c.ink2], 'text-halo-color': c.paper, 'text-halo-width': 1.6 } },
  ]
}
