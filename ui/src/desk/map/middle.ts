type Pt = [number, number]

/** The centre of gravity of the largest part of an area, where its name stands; null for what is no area. */
export function middleOf(g: { type: string; coordinates?: unknown } | null | undefined): Pt | null {
  const rings = g?.type === 'Polygon' ? [(g.coordinates as Pt[][])[0]!] : g?.type === 'MultiPolygon' ? (g.coordinates as Pt[][][]).map((r) => r[0]!) : []
  let best: { at: Pt; a: number } | null = null
  for (const r of rings) {
    const [ox, oy] = r[0]!
    let a = 0, x = 0, y = 0
    for (let i = 0; i + 1 < r.length; i++) {
      const [px, py] = r[i]!, [qx, qy] = r[i + 1]!
      const c = (px - ox) * (qy - oy) - (qx - ox) * (py - oy)
      a += c
      x += (px + qx - 2 * ox) * c
      y += (py + qy - 2 * oy) * c
    }
    if (a && (!best || Math.abs(a) > best.a)) best = { at: [ox + x / (3 * a), oy + y / (3 * a)], a: Math.abs(a) }
  }
  return best ? best.at : null
}
