import { kept } from '../../lang'

/** A set of filters with a name. Kept in this browser, for one account. */
export interface View { name: string; query: Record<string, string> }
export const columns = ['number', 'where', 'unit', 'opened', 'note', 'strands'] as const
export type Column = (typeof columns)[number]
const usual: Column[] = ['where', 'note', 'strands']
const mostViews = 12

/** What of an address makes the view: which case stands open beside it does not. */
export function filtersOf(q: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(['tab', 'place', 'in', 'item', 'step', 'flow', 'strand', 'overdue', 'q'].flatMap((k) => (typeof q[k] === 'string' && q[k] ? [[k, q[k] as string]] : [])))
}
export const same = (a: Record<string, string>, b: Record<string, string>) => JSON.stringify(filtersOf(a)) === JSON.stringify(filtersOf(b))

function stored(key: string): unknown[] {
  try { const v: unknown = JSON.parse(kept.get(key) ?? '[]'); return Array.isArray(v) ? v : [] } catch { return [] }
}

export function readViews(user: string): View[] {
  return (stored('views.' + user) as Partial<View>[]).flatMap((v) => (v && typeof v.name === 'string' && v.name && v.query && typeof v.query === 'object' ? [{ name: v.name, query: filtersOf(v.query) }] : [])).slice(0, mostViews)
}
/** Adds a view in front of the others, or puts it in the place of the one of the same name. */
export function saveView(user: string, name: string, q: Record<string, unknown>): View[] {
  const v = { name: name.trim().slice(0, 20), query: filtersOf(q) }
  const l = readViews(user)
  const at = l.findIndex((x) => x.name === v.name)
  const out = at < 0 ? [v, ...l].slice(0, mostViews) : l.map((x, i) => (i === at ? v : x))
  kept.set('views.' + user, JSON.stringify(out))
  return out
}
export function dropView(user: string, name: string): View[] {
  const out = readViews(user).filter((v) => v.name !== name)
  kept.set('views.' + user, JSON.stringify(out))
  return out
}

export function readColumns(): Column[] {
  if (kept.get('columns') === null) return [...usual]
  const l = stored('columns')
  return columns.filter((c) => l.includes(c))
}
export function saveColumns(l: readonly Column[]) { kept.set('columns', JSON.stringify(l)) }
