import { call, enc, get, post } from '../../api'
import type { components } from '../../openapi'

type S = components['schemas']
export type Text = S['Text']
export type Sheet = S['FlowSheet']
export type SheetAction = S['SheetAction']
export type Checked = S['FlowChecked']
export type Change = S['FlowChange']
export type Finding = S['FlowFinding']
export type Versions = S['FlowVersionList']
export type Played = S['PlayedCase']
export type PlayOption = S['PlayOption']
export type Act = S['PlayAct']
export type Item = S['Item']
export type KeptField = S['KeptField']
export type Rule = S['Rule']
export type Tried = S['Tried']
export type Account = S['AccountRow']
export type AccountSheet = S['AccountSheet']
export type Post = S['PostRow']
export type Held = S['HeldRow']
export type Role = S['RoleRow']
export type Settings = S['Settings']
export type Own = S['OwnDays']
export type Emergency = S['Emergency']
export type Year = S['CalendarYear']
export type Hook = S['HookRow']
export type Delivery = S['DeliveryRow']
export type Undelivered = S['OutboxRow']
export type Audit = S['AuditRow']
export type Look = S['LookRow']
export type Person = S['AuditPerson']
type Page<T> = { items: T[] | null; next?: string }

export const calls = {
  versions: (id: string) => get<Versions>(`/flows/${enc(id)}/versions`),
  sheet: (id: string, version: number) => get<Sheet>(`/flows/${enc(id)}/versions/${version}`),
  check: (source: string) => call<Checked>('POST', '/flows', { query: { dry: 'true' }, body: { source } }),
  publish: (source: string, key: string) => post<Checked>('/flows', { source }, key),
  restore: (id: string, version: number, key: string) => post<Checked>(`/flows/${enc(id)}/versions/${version}/restore`, undefined, key),
  play: (source: string, acts: Act[], urgent: boolean, until: string) => post<Played>('/flows/simulate', { source, acts, urgent, ...(until ? { until } : {}) }),

  items: () => get<S['MenuItems']>('/menu/items'),
  putItems: (items: Item[], mark: string) => call<S['MenuItems']>('PUT', '/menu/items', { body: { items, mark } }),
  rules: () => get<S['Rules']>('/routing/rules'),
  putRules: (rules: Rule[], mark: string) => call<S['Rules']>('PUT', '/routing/rules', { body: { rules, mark } }),
  tryRules: (rules: Rule[]) => post<Tried>('/routing/try', { rules }),

  accounts: (q: string, after?: string) => get<Page<Account>>('/accounts', { q, after }),
  account: (id: string) => get<AccountSheet>('/accounts/' + enc(id)),
  newAccount: (user: string, name: string, key: string) => post<S['NewAccountRow']>('/accounts', { user, name }, key),
  disable: (id: string, disabled: boolean) => call<Account>('PATCH', '/accounts/' + enc(id), { body: { disabled } }),
  password: (id: string, key: string) => post<S['OncePassword']>(`/accounts/${enc(id)}/password`, undefined, key),
  endAll: (id: string) => call<void>('DELETE', `/accounts/${enc(id)}/sessions`),
  endSession: (id: string, part: string) => call<void>('DELETE', `/accounts/${enc(id)}/sessions/${enc(part)}`),
  endToken: (id: string, part: string) => call<void>('DELETE', `/accounts/${enc(id)}/tokens/${enc(part)}`),
  givePost: (id: string, body: unknown, key: string) => post<Post>(`/accounts/${enc(id)}/posts`, body, key),
  endPost: (id: string, part: string) => call<void>('DELETE', `/accounts/${enc(id)}/posts/${enc(part)}`),
  posts: (q: { role?: string; org?: string; place?: string; after?: string }) => get<Page<Held>>('/posts', q),
  roles: () => get<{ items: Role[] | null }>('/roles'),
  keys: () => get<S['KeyState']>('/settings/keys'),

  settings: () => get<Settings>('/settings'),
  put: (body: Partial<Record<'mark' | 'office' | 'emergency' | 'calendar' | 'limits' | 'limits_default', unknown>>) => call<Settings>('PATCH', '/settings', { body }),
  year: (year: number) => get<Year>('/settings/calendar', { year }),
  purposes: () => get<{ items: S['PurposeRow'][] | null }>('/privacy/purposes'),
  hooks: (after?: string) => get<Page<Hook>>('/webhooks', { after }),
  addHook: (url: string, key: string) => post<S['NewHook']>('/webhooks', { url }, key),
  dropHook: (id: string) => call<void>('DELETE', '/webhooks/' + enc(id)),
  testHook: (id: string, key: string) => post<Delivery>(`/webhooks/${enc(id)}/test`, undefined, key),
  deliveries: (id: string, after?: string) => get<Page<Delivery>>(`/webhooks/${enc(id)}/deliveries`, { after }),
  undelivered: (after?: string) => get<Page<Undelivered>>('/outbox/given-up', { after }),
  retry: (id: string, key: string) => post<void>(`/outbox/${enc(id)}/retry`, undefined, key),

  audit: (q: Record<string, string | undefined>) => get<Page<Audit>>('/audit', q),
  looks: (after?: string) => get<Page<Look>>('/audit/looks', { after }),
  people: (q: string) => get<Page<Person>>('/audit/people', { q }),
  acts: () => get<{ items: S['AuditAct'][] | null }>('/audit/acts'),
  ledger: () => get<S['AuditLedger']>('/audit/ledger'),
  take: (filter: Record<string, string>, key: string) => post<S['AuditExport']>('/audit/exports', filter, key),
}
