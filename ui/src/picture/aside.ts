type Spot = { x: number; y: number }

/** Half a mark of something overdue, and half a name's letter, in units of the drawing. */
const mark = 6, em = 15

/** How wide a name stands: letters of Latin script are about half as wide as characters. */
const width = (name: string) => [...name].reduce((w, c) => w + (c.charCodeAt(0) < 0x2e80 ? 0.55 : 1), 0) * em

/**
 * How far each name moves up or down from the middle of its area, that no mark stands on its letters and no other name crosses it: the nearest
 * of some lines, or the one with the fewest marks where all are taken. Names stand on their baseline, in the middle of the text.
 */
export function aside(names: (Spot & { name: string })[], marks: Spot[], height: number): number[] {
  const lines = [0, 1, -1, 2, -2, 3, -3].map((n) => n * (mark + 2))
  const put: { l: number; r: number; y: number }[] = []
  return names.map((n) => {
    const half = width(n.name) / 2
    const l = n.x - half, r = n.x + half
    // The middle of letters lies a third of an em above the baseline.
    const taken = (by: number) => {
      const y = n.y + by - em / 3
      if (y < em || y > height - em / 2) return Infinity
      return marks.filter((m) => m.x > l - mark && m.x < r + mark && Math.abs(m.y - y) < mark + em / 2).length
        + put.filter((p) => p.l < r && p.r > l && Math.abs(p.y - y) < em * 1.2).length * 3
    }
    let best = 0, least = taken(0)
    for (const by of lines) { const k = taken(by); if (k < least) { best = by; least = k } }
    put.push({ l, r, y: n.y + best - em / 3 })
    return best
  })
}
