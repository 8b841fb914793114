import type { MapFeature } from '../types'

// What small drawings of maps need to know of a shape.
export type Pt = [number, number]

/** The rings of an area or the courses of a line, whatever it is made of. */
export function ringsOf(f: MapFeature): Pt[][] {
  const c = f.geometry?.coordinates
  switch (f.geometry?.type) {
    case 'LineString': return [c as Pt[]]
    case 'MultiLineString': case 'Polygon': return c as Pt[][]
    case 'MultiPolygon': return (c as Pt[][][]).flat()
    default: return []
  }
}

/** How far a shape goes round, in degrees: enough to tell the larger from the smaller. */
export const lengthOf = (f: MapFeature) => ringsOf(f).reduce((sum, r) => sum + r.slice(1).reduce((n, p, i) => n + Math.hypot(p[0] - r[i]![0], p[1] - r[i]![1]), 0), 0)

/** Where the name of a shape stands: the middle of an area's largest ring, or the point halfway along the part of a line that lies in the box. */
export function middleOf(f: MapFeature, box: readonly [number, number, number, number]): Pt | null {
  const rings = ringsOf(f)
  if (/Line/.test(f.geometry?.type ?? '')) {
    const seen = rings.flat().filter((p) => p[0] >= box[0] && p[0] <= box[2] && p[1] >= box[1] && p[1] <= box[3])
    return seen[Math.floor(seen.length / 2)] ?? null
  }
  let best: { a: number; x: number; y: number } | null = null
  for (const r of rings) {
    let a = 0, x = 0, y = 0
    const o = r[0]!
    for (let i = 0; i + 1 < r.length; i++) {
      const [px, py, qx, qy] = [r[i]![0] - o[0], r[i]![1] - o[1], r[i + 1]![0] - o[0], r[i + 1]![1] - o[1]]
      const c = px * qy - qx * py
      a += c
      x += (px + qx) * c
      y += (py + qy) * c
    }
    if (a && (!best || Math.abs(a) > best.a)) best = { a: Math.abs(a), x: o[0] + x / (3 * a), y: o[1] + y / (3 * a) }
  }
  return best && [best.x, best.y]
}
