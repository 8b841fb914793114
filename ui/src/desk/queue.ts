import { serverNow, type CaseQuery } from '../api'
import { daysFromNow, dueParts, stateNow } from '../time'
import type { CaseRow } from '../types'

export type Tab = 'mine' | 'all' | 'done'
export type Group = 'over' | 'today' | 'tomorrow' | 'later' | 'still'

/** In which of the queue's groups a row stands: by the running clock that ends first. */
export function groupOf(r: CaseRow, now = serverNow()): Group {
  if (!r.clock || r.end || r.clock.state === 'paused' || r.clock.state === 'stopped') return r.overdue && !r.end ? 'over' : 'still'
  if (stateNow(r.clock, now) === 'over') return 'over'
  // A deadline at midnight belongs to the day that ends.
  const n = dueParts(r.clock.due_at, now).today ? 0 : daysFromNow(new Date(Date.parse(r.clock.due_at) - 1000).toISOString(), now)
  return n <= 0 ? 'today' : n === 1 ? 'tomorrow' : 'later'
}

const order: Group[] = ['over', 'today', 'tomorrow', 'later', 'still']

/** Rows by group, groups in order, rows inside as the server gave them. */
export function grouped(rows: CaseRow[], now = serverNow()): { group: Group; rows: CaseRow[] }[] {
  const by = new Map<Group, CaseRow[]>()
  for (const r of rows) {
    const g = groupOf(r, now)
    by.set(g, [...(by.get(g) ?? []), r])
  }
  return order.filter((g) => by.has(g)).map((group) => ({ group, rows: by.get(group)! }))
}

const str = (v: unknown) => (typeof v === 'string' ? v : '')

/** The address is the view: every filter stands in it, so that a view can be sent to a colleague. */
export function queryOf(q: Record<string, unknown>, after = ''): CaseQuery {
  const tab = (str(q.tab) || 'mine') as Tab
  return {
    ...(tab === 'mine' ? { mine: true } : {}),
    state: tab === 'done' ? 'closed' : 'open',
    sort: tab === 'done' ? 'new' : 'due',
    step: str(q.step), flow: str(q.flow), place: str(q.place), unit: str(q.unit), item: str(q.item), strand: str(q.strand), q: str(q.q),
    ...(q.overdue === '1' ? { overdue: true } : {}),
    after,
  }
}
