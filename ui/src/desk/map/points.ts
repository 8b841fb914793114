import { get, type CaseQuery } from '../../api'
import type { components } from '../../openapi'

export type Points = components['schemas']['CasePoints']
/** A case on the map. */
export interface Spot { id: string; at: [number, number]; over: boolean; grid: string }
export interface Spots { spots: Spot[]; more: boolean }

/** The most cases that one page of the desk draws; beyond that the filters narrow. */
export const most = 20_000

/** Open cases as points, page by page. */
export async function spotsOf(q: Pick<CaseQuery, 'flow' | 'step' | 'place' | 'overdue' | 'mine'>): Promise<Spots> {
  const spots: Spot[] = []
  for (let after = ''; ;) {
    const p = await get<Points>('/cases/points', { ...q, after })
    const at = p.at ?? []
    ;(p.ids ?? []).forEach((id, i) => {
      const g = p.grids?.[i] ?? -1
      spots.push({ id, at: at[i] as [number, number], over: !!p.overdue?.[i], grid: g < 0 ? '' : p.grid_ids?.[g] ?? '' })
    })
    after = p.next ?? ''
    if (!after || spots.length >= most) return { spots, more: !!after }
  }
}

/** Five classes of the different values above nought, each a fifth of them; a class for each while there are five at most. Gives the lower bound of each. */
export function classes(values: number[]): number[] {
  const l = [...new Set(values.filter((v) => v > 0))].sort((a, b) => a - b)
  return l.length <= 5 ? l : [0, 1, 2, 3, 4].map((i) => l[Math.floor((i * l.length) / 5)]!)
}
export const classOf = (v: number, bounds: number[]) => (v > 0 ? bounds.filter((b) => v >= b).length : 0)

/** A position in an address: "101.76145,36.64623,14.2". */
export function viewOf(s: unknown): [number, number, number] | undefined {
  const v = typeof s === 'string' ? s.split(',').map(Number) : []
  return v.length === 3 && v.every(Number.isFinite) && Math.abs(v[0]!) <= 180 && Math.abs(v[1]!) <= 85 && v[2]! >= 0 && v[2]! <= 22 ? (v as [number, number, number]) : undefined
}
export const viewText = (v: [number, number, number]) => `${v[0].toFixed(5)},${v[1].toFixed(5)},${v[2].toFixed(1)}`
