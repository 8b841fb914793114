import type { GlMap } from './engine'

/** The corners of what is in sight: west, south, east, north. The picture itself may reach further. */
export function sight(map: GlMap): [number, number, number, number] {
  const p = map.getPadding(), box = map.getContainer()
  const a = map.unproject([p.left ?? 0, box.clientHeight - (p.bottom ?? 0)]), b = map.unproject([box.clientWidth - (p.right ?? 0), p.top ?? 0])
  return [a.lng, a.lat, b.lng, b.lat]
}
