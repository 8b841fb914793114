import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { GlMap } from '../../map/engine'
import { tokens, type Ink } from '../../map/style'
import type { MapFeature } from '../../types'
import { middleOf } from './middle'
import type { Spot } from './points'

/** What the desk's map lays over the base: grids in five washes of ink, and cases as diamonds, many together as one. */
export interface Shown { grids: boolean; cases: boolean }

const wash = (c: Ink): ExpressionSpecification => ['match', ['coalesce', ['feature-state', 'w'], 0], 1, c.washes[0]!, 2, c.washes[1]!, 3, c.washes[2]!, 4, c.washes[3]!, 5, c.washes[4]!, 'rgba(0,0,0,0)'] as unknown as ExpressionSpecification

export function overlays(c: Ink): LayerSpecification[] {
  const font = ['sans-serif']
  return [
    { id: 'grid-wash', type: 'fill', source: 'grids', paint: { 'fill-color': wash(c), 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 11, 0.85, 14, 0.55, 17, 0.2], 'fill-antialias': false } },
    { id: 'grid-line', type: 'line', source: 'grids', paint: { 'line-color': c.ink2, 'line-opacity': ['interpolate', ['linear'], ['zoom'], 10, 0.18, 15, 0.55], 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.4, 16, 1.4] } },
    { id: 'grid-on', type: 'line', source: 'grids', filter: ['==', ['get', 'id'], ''], paint: { 'line-color': c.ink, 'line-width': 2.5 } },
    { id: 'grid-name', type: 'symbol', source: 'grids', minzoom: 14.5, layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-max-width': 8, 'text-padding': 6 },
      paint: { 'text-color': c.ink2, 'text-halo-color': c.paper, 'text-halo-width': 1.5 } },
    // Far away the names of streets and towns, nearer those of communities and villages, then those of the grids above. A name steps aside,
    // as far as the largest diamond reaches, for cases that lie on its place.
    ...([['1', 0, 12.5, 14], ['2', 12, 14.5, 12.5]] as const).map(([level, from, to, size]): LayerSpecification => ({ id: 'area-name-' + level, type: 'symbol', source: 'names', minzoom: from, maxzoom: to, filter: ['==', ['get', 'level'], level],
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': size, 'text-max-width': 9, 'text-padding': 4, 'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 2.5 },
      paint: { 'text-color': level === '1' ? c.ink : c.ink2, 'text-halo-color': c.paper, 'text-halo-width': 1.8 } })),
    { id: 'many', type: 'symbol', source: 'cases', filter: ['has', 'point_count'],
      layout: { 'icon-image': ['concat', 'many-', ['case', ['>', ['get', 'over'], 0], 'over-', ''], ['step', ['get', 'point_count'], 's', 20, 'm', 200, 'l']], 'icon-allow-overlap': true,
        'text-field': ['to-string', ['get', 'point_count']], 'text-font': font, 'text-size': 13, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': c.ink } },
    { id: 'one', type: 'symbol', source: 'cases', filter: ['!', ['has', 'point_count']],
      layout: { 'icon-image': ['case', ['==', ['get', 'over'], 1], 'one-over', 'one'], 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'over'] } },
    { id: 'pin', type: 'symbol', source: 'pin', layout: { 'icon-image': 'pin', 'icon-anchor': 'bottom', 'icon-allow-overlap': true } },
  ]
}

/** Diamonds are drawn here, in the page's colours: no sprite is fetched. */
function diamond(size: number, fill: string, stroke: string, width: number): { data: ImageData; ratio: number } {
  const ratio = 2
  const c = document.createElement('canvas')
  c.width = c.height = size * ratio
  const g = c.getContext('2d')!
  g.scale(ratio, ratio)
  g.lineJoin = 'round'
  g.lineWidth = width
  const m = size / 2, r = m - width
  g.beginPath(); g.moveTo(m, m - r); g.lineTo(m + r, m); g.lineTo(m, m + r); g.lineTo(m - r, m); g.closePath()
  g.fillStyle = fill; g.fill(); g.strokeStyle = stroke; g.stroke()
  return { data: g.getImageData(0, 0, c.width, c.height), ratio }
}
function pin(c: Ink) {
  const d = document.createElement('canvas')
  d.width = 40; d.height = 56
  const g = d.getContext('2d')!
  g.scale(2, 2)
  g.fillStyle = c.jade; g.strokeStyle = c.surface; g.lineWidth = 1.5
  g.beginPath(); g.moveTo(10, 27); g.bezierCurveTo(5, 20, 1, 16, 1, 10); g.arc(10, 10, 9, Math.PI, 0); g.bezierCurveTo(19, 16, 15, 20, 10, 27); g.closePath(); g.fill(); g.stroke()
  g.fillStyle = c.surface; g.beginPath(); g.arc(10, 10, 3, 0, 7); g.fill()
  return { data: g.getImageData(0, 0, 40, 56), ratio: 2 }
}
function images(map: GlMap, c: Ink) {
  const put = (name: string, i: { data: ImageData; ratio: number }) => { if (map.hasImage(name)) map.removeImage(name); map.addImage(name, i.data, { pixelRatio: i.ratio }) }
  put('one', diamond(14, c.surface, c.ink, 1.5))
  put('one-over', diamond(15, c.vermilion, c.surface, 1))
  for (const [k, size] of [['s', 38], ['m', 48], ['l', 60]] as const) {
    put('many-' + k, diamond(size, c.surface, c.ink, 1.5))
    put('many-over-' + k, diamond(size, c.surface, c.vermilion, 2.5))
  }
  put('pin', pin(c))
}

const none = { type: 'FeatureCollection' as const, features: [] }

/** Lays the sources and layers; data come later. */
export function lay(map: GlMap) {
  const c = tokens()
  images(map, c)
  map.addSource('grids', { type: 'geojson', data: none, promoteId: 'id', tolerance: 0.4 })
  map.addSource('names', { type: 'geojson', data: none })
  map.addSource('cases', { type: 'geojson', data: none, cluster: true, clusterRadius: 46, clusterMaxZoom: 16, clusterProperties: { over: ['+', ['get', 'over']] } })
  map.addSource('pin', { type: 'geojson', data: none })
  // Grids lie under the names, cases above all.
  for (const l of overlays(c)) map.addLayer(l, l.id.startsWith('grid-') && l.id !== 'grid-name' ? 'road-name' : undefined)
}
export function anew(map: GlMap) {
  const c = tokens()
  images(map, c)
  for (const l of overlays(c)) for (const [k, v] of Object.entries(l.paint ?? {})) map.setPaintProperty(l.id, k as never, v as never)
}

type Source = { setData: (d: unknown) => void; getClusterLeaves: (id: number, limit: number, offset: number) => Promise<{ properties: { i: number } }[]> }
export const source = (map: GlMap, name: string) => map.getSource(name) as unknown as Source

export function setCases(map: GlMap, spots: Spot[]) {
  source(map, 'cases').setData({ type: 'FeatureCollection', features: spots.map((s, i) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: s.at }, properties: { i, over: s.over ? 1 : 0 } })) })
}
export function setGrids(map: GlMap, grids: MapFeature[]) {
  source(map, 'grids').setData({ type: 'FeatureCollection', features: grids.map((f) => ({ type: 'Feature', geometry: f.geometry, properties: { id: String(f.id), name: f.properties.name ?? '' } })) })
}
const near = ['community', 'village', 'village_other']
/** Names of the district's own places, each in the middle of what it covers. */
export function setNames(map: GlMap, areas: MapFeature[]) {
  const features = areas.flatMap((f) => {
    const at = middleOf(f.geometry)
    const name = String(f.properties.name ?? '')
    return at && name ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { name, level: near.includes(String(f.properties.kind)) ? '2' : '1' } }] : []
  })
  source(map, 'names').setData({ type: 'FeatureCollection', features })
}
export function setWashes(map: GlMap, of: Map<string, number>, all: string[]) {
  for (const id of all) map.setFeatureState({ source: 'grids', id }, { w: of.get(id) ?? 0 })
}
export function show(map: GlMap, s: Shown) {
  for (const [layers, on] of [[['grid-wash', 'grid-line', 'grid-on', 'grid-name'], s.grids], [['many', 'one'], s.cases]] as const) {
    for (const id of layers) map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none')
  }
}
export const mark = (map: GlMap, grid: string) => map.setFilter('grid-on', ['==', ['get', 'id'], grid])
export const setPin = (map: GlMap, at: [number, number] | null) => source(map, 'pin').setData(at ? { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: {} }] } : none)
