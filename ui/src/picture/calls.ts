import { get } from '../api'
import type { components } from '../openapi'

type S = components['schemas']
export type Dash = S['Dashboard']
export type Area = S['DashArea']
export type Unit = S['DashUnit']

export const dashboard = (place?: string) => get<Dash>('/dashboard', { place })
export const publicDashboard = () => get<Dash>('/public/dashboard')

/** Wilson's interval at 95 %: what a rate from so many cases can tell. */
export function interval(r: { num: number; den: number }): { lo: number; hi: number } {
  const z = 1.96
  const n = r.den
  const p = r.num / n
  const mid = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return { lo: Math.max(0, mid - half), hi: Math.min(1, mid + half) }
}

export const percent = (r: { rate: number | null }) => (r.rate === null ? '—' : (Math.round(r.rate * 1000) / 10).toFixed(1))
