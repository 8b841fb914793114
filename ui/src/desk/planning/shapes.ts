/** Drawing of GeoJSON coordinates into a frame, north up, true to scale in the middle. */
export type Ring = number[][]
export type Shape = Ring[][]

/** A place may have no shape, and a grid without people no ground: there is nothing to draw of them. */
export type Drawn = Shape | null | undefined

export interface Frame { path: (s: Drawn) => string; at: (p: number[]) => [number, number]; from: (p: [number, number]) => [number, number]; w: number; h: number }

export function frame(shapes: Drawn[], w = 520, most = 560): Frame {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const s of shapes) for (const poly of s ?? []) for (const [x = 0, y = 0] of poly[0] ?? []) { x0 = Math.min(x0, x); x1 = Math.max(x1, x); y0 = Math.min(y0, y); y1 = Math.max(y1, y) }
  if (!(x1 > x0)) return { path: () => '', at: () => [0, 0], from: () => [0, 0], w, h: w }
  const k = Math.cos((y0 + y1) / 2 * Math.PI / 180)
  const pad = 10
  const scale = Math.min((w - 2 * pad) / ((x1 - x0) * k), (most - 2 * pad) / (y1 - y0))
  const h = Math.round((y1 - y0) * scale + 2 * pad)
  const dx = (w - (x1 - x0) * k * scale) / 2
  const at = ([x = 0, y = 0]: number[]): [number, number] => [Math.round(((x - x0) * k * scale + dx) * 10) / 10, Math.round(((y1 - y) * scale + pad) * 10) / 10]
  const path = (s: Drawn) => (s ?? []).map((poly) => poly.map((r) => 'M' + r.map((p) => at(p).join(' ')).join('L') + 'Z').join('')).join('')
  const from = ([px, py]: [number, number]): [number, number] => [x0 + (px - dx) / (k * scale), y1 - (py - pad) / scale]
  return { path, at, from, w, h }
}
