// The map library, in a chunk of its own: only pages with a large map load it. Tiles come from the program itself, letters are drawn
// by the browser, and the worker is a file of ours, so that the content security policy stays as it is.
import { addProtocol, Map as GlMap, setWorkerUrl, type LayerSpecification, type MapOptions, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { PMTiles, Protocol } from 'pmtiles'
import { glide, rendererOf, watchPace } from './glide'
import { isSoftware } from './shift'
import { layersOf, tokens, type Ink } from './style'

setWorkerUrl(workerUrl)
const protocol = new Protocol()
addProtocol('pmtiles', protocol.tile)

export type { GlMap }
export type View = [lon: number, lat: number, zoom: number]
export interface Start { box: HTMLElement; tenant: string; bounds: [number, number, number, number]; view?: View | undefined; words: Record<string, string> }

const archive = (tenant: string) => `${location.origin}/tiles/${tenant}.pmtiles`

function style(tenant: string, ink: Ink): StyleSpecification {
  return { version: 8, sources: { base: { type: 'vector', url: 'pmtiles://' + archive(tenant) } }, layers: layersOf(ink) }
}

/** Makes a map over the district's base map; it fails where the browser has no WebGL. */
export async function create(o: Start): Promise<GlMap> {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const [w, s, e, n] = o.bounds
  // Far enough that a wide window round a narrow district, with room around it, never pushes it nearer.
  const far: [number, number, number, number] = [w - 3 * (e - w), s - 3 * (n - s), e + 3 * (e - w), n + 3 * (n - s)]
  const options: MapOptions = {
    container: o.box, style: style(o.tenant, tokens()), attributionControl: false, maxBounds: far, minZoom: 7, maxZoom: 19, dragRotate: false, pitchWithRotate: false,
    fadeDuration: still ? 0 : 150, locale: o.words, cancelPendingTileRequestsWhileZooming: true,
    ...(o.view ? { center: [o.view[0], o.view[1]], zoom: o.view[2] } : { bounds: o.bounds, fitBoundsOptions: { padding: around } }),
  }
  const map = new GlMap(options)
  if (isSoftware(rendererOf(map))) glide(map)
  else watchPace(map, () => glide(map))
  if (!o.view) keepWhole(map, o.bounds)
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.on('error', () => { /* a tile that does not come leaves its paper blank */ })
  await new Promise<void>((done) => { map.once('style.load', () => done()) })
  return map
}

const around = 24 // pixels between the whole and the edge
/** Brings the whole into sight within ms. */
export const whole = (map: GlMap, bounds: Start['bounds'], ms: number) => map.fitBounds(bounds, { padding: around, duration: ms })

/** What stands around a map comes after it and takes of its height: until somebody moves it, the whole stays in sight. */
function keepWhole(map: GlMap, bounds: Start['bounds']) {
  const here = () => [map.getCenter().lng, map.getCenter().lat, map.getZoom()].map((v) => v.toFixed(6)).join()
  const fit = () => {
    whole(map, bounds, 0)
    return here()
  }
  let fitted = fit()
  map.on('resize', () => { if (here() === fitted) fitted = fit() })
}

/** Gives layers their colours anew when the page turns dark or light. */
export function repaint(map: GlMap, layers: LayerSpecification[]) {
  for (const l of layers) {
    if (!map.getLayer(l.id)) continue
    for (const [k, v] of Object.entries(l.paint ?? {})) map.setPaintProperty(l.id, k as never, v as never)
  }
}
export const rebase = (map: GlMap) => repaint(map, layersOf(tokens()))

/** Whom the map's data are to be thanked for; empty when there is no base map. */
export async function credit(tenant: string): Promise<string> {
  try {
    const meta = (await new PMTiles(archive(tenant)).getMetadata()) as { attribution?: string }
    return meta.attribution ?? ''
  } catch { return '' }
}
