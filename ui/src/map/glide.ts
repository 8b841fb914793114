import { MercatorCoordinate, type Map as GlMap } from 'maplibre-gl'
import { fills, paceOf, roomOf, shiftOf, type Shift, type Spot } from './shift'

/**
 * Without a graphics card a browser draws WebGL with the processor and then copies the picture back: a tenth of a second and more for
 * each. There the map is drawn with room around what is in sight, and while it moves the picture is shifted and scaled as one piece,
 * which costs next to nothing; it is drawn anew when it stops, or when the room is used up.
 */

/** What draws the map, by its own name. */
export function rendererOf(map: GlMap): string {
  const gl = map.painter.context.gl
  const named = gl.getExtension('WEBGL_debug_renderer_info')
  return String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? '')
}

/** Where the card's name does not tell: a map that moves at fewer than 30 frames a second is let glide from then on. */
export function watchPace(map: GlMap, slow: () => void) {
  let last = 0, times: number[] = []
  const begin = () => { last = 0 }
  const frame = () => {
    const now = performance.now()
    if (!map.isMoving()) { last = 0; return }
    if (last) times.push(now - last)
    last = now
    const pace = paceOf(times)
    if (!pace) return
    times = []
    if (pace <= 33.4) return
    map.off('movestart', begin)
    map.off('render', frame)
    map.once('moveend', () => setTimeout(slow))
  }
  map.on('movestart', begin)
  map.on('render', frame)
}

const still = 200 // ms without movement after which the picture is drawn anew, whether or not the hand has let go
const gap = 250 // ms at least between pictures while the map moves
const spare = 16 // pixels of room at which they are drawn anew

export function glide(map: GlMap) {
  const box = map.getContainer(), canvas = map.getCanvas()
  let w = box.clientWidth, h = box.clientHeight
  const room = roomOf(w, h)
  box.classList.add('glides')
  box.style.inset = `${-room}px`
  map.resize()
  map.setPadding({ top: room, right: room, bottom: room, left: room })
  // The library reads the hand's position from the canvas, which is not where it seems while it glides.
  canvas.getBoundingClientRect = () => box.getBoundingClientRect()

  let drawn: Spot | null = null, at: Shift = { dx: 0, dy: 0, k: 1 }, last = 0, moved = -Infinity, cost = 0, timer = 0, due = false
  const where = (): Spot => { const c = map.getCenter(), m = MercatorCoordinate.fromLngLat(c); return { x: m.x, y: m.y, zoom: map.getZoom() } }
  const lay = (s: Shift) => {
    const dpr = window.devicePixelRatio || 1, whole = (v: number) => (s.k === 1 ? Math.round(v * dpr) / dpr : v)
    canvas.style.transform = s.dx || s.dy || s.k !== 1 ? `translate(${whole(s.dx)}px, ${whole(s.dy)}px) scale(${s.k})` : ''
    at = s
  }
  const later = () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => { due = true; map.triggerRepaint() }, still)
  }
  /** Lays the last picture where the map is now; false when it must be drawn. */
  function shifted(): boolean {
    if (!drawn || due) return false
    const s = shiftOf(drawn, where()), now = performance.now(), moving = map.isMoving(), full = fills(s, w, h, room, spare)
    if (moving) {
      if ((!full || s.k > 4) && now - last > Math.max(gap, 4 * cost)) return false
    } else if (!full || s.k !== 1 || now - moved > still) return false // What was only moved is right as it lies: no haste to draw it.
    if (!moving || s.dx !== at.dx || s.dy !== at.dy || s.k !== at.k) {
      lay(s)
      later()
    }
    if (moving) moved = now
    return true
  }
  function take() {
    const painter = map.painter, paint = painter.render
    painter.render = (...a: Parameters<typeof paint>) => {
      if (shifted()) return
      clearTimeout(timer)
      const begun = performance.now()
      paint.apply(painter, a)
      drawn = where()
      due = false
      last = begun
      lay({ dx: 0, dy: 0, k: 1 })
      requestAnimationFrame(() => requestAnimationFrame(() => { cost = performance.now() - begun }))
    }
    drawn = null
  }
  take()
  map.on('webglcontextrestored', take)
  map.on('resize', () => { w = box.clientWidth - 2 * room; h = box.clientHeight - 2 * room; drawn = null })
  // Names come and go without a fade, which would be drawn many times; while the map moves they are not arranged anew each frame.
  map._fadeDuration = 0
  map.on('movestart', () => { map._fadeDuration = 400 })
  map.on('moveend', () => { map._fadeDuration = 0 })
  map.once('remove', () => clearTimeout(timer))
}
