// Registers and organisations at work: the calls of these pages, and their shapes.
import { enc, get, post } from '../../api'
import type { components } from '../../openapi'
import { day } from '../../time'

type S = components['schemas']
export type Register = S['RegisterInfo']
export type Column = S['SheetColumn']
export type Role = S['LinkRole']
export type Entry = S['Entry']
export type Detail = S['EntryDetail']
export type Totals = S['RegisterTotals']
export type Figures = S['RegisterFigures']
export type OrgNode = S['OrgNode']
export type OrgProfile = S['OrgProfile']
export type Chain = S['Chain']
export type ReportIn = S['ReportInRow']
export type Link = S['LinkIn']
type Page<T> = { items: T[] | null; next?: string }

/** A day as people write it; all else as it is. */
export const asSaid = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) ? day(text + 'T00:00:00+08:00') : text)

export interface EntryQuery { org?: string; place?: string; subject?: string; state?: string; facet?: string; q?: string; overdue?: boolean; after?: string; limit?: number }
export interface Draft { org?: string; place?: string; subject?: string; values: Record<string, string>; links?: Link[] }

export const calls = {
  registers: () => get<Page<Register>>('/registers').then((r) => r.items ?? []),
  entries: (key: string, q: EntryQuery) => get<Page<Entry>>('/registers/' + enc(key), { ...q }),
  totals: (key: string, q: EntryQuery) => get<Totals>(`/registers/${enc(key)}/totals`, { ...q }),
  figures: () => get<Figures>('/registers/figures'),
  entry: (id: string) => get<Detail>('/register-entries/' + enc(id)),
  add: (key: string, d: Draft, once: string) => post<S['EntryWritten']>('/registers/' + enc(key), d, once),
  change: (id: string, version: number, values: Record<string, string>, once: string) => post<S['EntryWritten']>(`/register-entries/${enc(id)}/change`, { version, values }, once),
  act: (id: string, act: string, version: number, note: string, once: string) => post<S['EntryWritten']>(`/register-entries/${enc(id)}/acts/${enc(act)}`, { version, note }, once),
  links: (id: string, version: number, add: Link[], remove: string[], once: string) => post<S['EntryWritten']>(`/register-entries/${enc(id)}/links`, { version, add, remove }, once),
  reveal: (id: string, reason: string, once: string) => post<S['Revealed']>(`/register-entries/${enc(id)}/reveal`, { reason }, once),
  checkIn: (id: string, once: string) => post<S['CheckedIn']>(`/register-entries/${enc(id)}/check-in`, undefined, once),
  orgTree: (parent: string, after = '') => get<Page<OrgNode>>('/orgs/tree', { parent, after, limit: 60 }),
  org: (id: string) => get<OrgProfile>(`/orgs/${enc(id)}/profile`),
  chain: () => get<Chain>('/orgs/chain'),
  reportIns: (q: { place?: string; unit?: string; after?: string }) => get<Page<ReportIn>>('/report-ins', q),
}
