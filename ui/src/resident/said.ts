import type { MenuItem } from '../types'

/** How well an item's title meets what somebody said: pieces of two characters weigh more than characters that stand anywhere. */
function meets(title: string, said: string): number {
  if (title.includes(said)) return 1000
  const c = [...said.toLowerCase()]
  const in_ = title.toLowerCase()
  let n = 0
  c.forEach((x, i) => {
    if (in_.includes(x)) n++
    // A place says where, not what: 楼道 is in the name of a light and is said of a leak as well.
    if (i + 1 < c.length && in_.includes(x + c[i + 1]!)) n += where.has(x + c[i + 1]!) ? 1 : 10
  })
  return n
}
const where = new Set(['楼道', '单元', '小区', '门口', '院里', '院子', '楼里', '家里', '楼上', '楼下'])

/** The items that meet the words best come first; what meets them alike stays in its order. */
export function nearest<T extends Pick<MenuItem, 'title'>>(items: T[], said: string): T[] {
  return items.map((i, n) => ({ i, n, m: meets(i.title, said) })).sort((a, b) => b.m - a.m || a.n - b.n).map((x) => x.i)
}
