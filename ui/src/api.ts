import { lang } from './lang'
import { t } from './words'
import type * as T from './types'

/** What a call failed with, in words for the reader. `fields` holds what is wrong with single answers. */
export class CallError extends Error {
  constructor(
    readonly status: number, // 0: the server was not reached
    message: string,
    readonly fields: Record<string, string> = {},
    readonly trace = '',
  ) {
    super(message)
  }
  get offline() { return this.status === 0 }
}

const base = '/api/v1'
let skew = 0

/** The server's present time: clocks count by it, however wrong the device's own clock is. */
export const serverNow = () => Date.now() + skew

/** A key that lets the same request be sent twice and be done once. WebCrypto's UUID is absent on plain HTTP. */
export function onceKey(): string {
  const b = new Uint8Array(16)
  crypto.getRandomValues(b)
  return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')
}

type Query = Record<string, string | number | boolean | undefined | null>

function address(path: string, query?: Query): string {
  const q = new URLSearchParams()
  for (const [k, v] of Object.entries(query ?? {})) if (v !== undefined && v !== null && v !== '' && v !== false) q.set(k, v === true ? '1' : String(v))
  const s = q.toString()
  return base + path + (s ? '?' + s : '')
}

/** What the page's first script has asked for already (worker/early.js): each answer is taken once, and while it is fresh. */
interface Early { lang: string; at: number; got: Record<string, Promise<Response>> }
function asked(url: string): Promise<Response | null> | null {
  const early = (globalThis as { sanzhiEarly?: Early }).sanzhiEarly
  const got = early?.got[url]
  if (!early || !got) return null
  delete early.got[url]
  return early.lang === lang.value && Date.now() - early.at < 15_000 ? got.catch(() => null) : null
}

interface Options { query?: Query; body?: unknown; key?: string; signal?: AbortSignal }

export async function call<R>(method: string, path: string, o: Options = {}): Promise<R> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang.value }
  let body: BodyInit | undefined
  if (o.body instanceof FormData) body = o.body
  else if (o.body !== undefined) {
    body = JSON.stringify(o.body)
    headers['Content-Type'] = 'application/json'
  }
  if (method === 'POST') headers['Idempotency-Key'] = o.key ?? onceKey()
  let res: Response
  try {
    const url = address(path, o.query)
    res = (method === 'GET' && await asked(url)) || await fetch(url, { method, headers, body, credentials: 'same-origin', signal: o.signal ?? null })
  } catch (e) {
    if ((e as Error).name === 'AbortError') throw e
    throw new CallError(0, t('offline'))
  }
  const date = Date.parse(res.headers.get('Date') ?? '')
  if (date && Math.abs(date - serverNow()) > 2000) skew = date - Date.now()
  if (!res.ok) throw await failure(res)
  return (res.status === 204 ? undefined : await res.json().catch(() => undefined)) as R
}

export async function failure(res: Response): Promise<CallError> {
  const p = (await res.json().catch(() => ({}))) as T.Problem
  const fields: Record<string, string> = {}
  for (const e of p.errors ?? []) {
    const name = e.field.replace(/^(body\.)?(form\.)?/, '')
    if (name) fields[name] = e.message
  }
  const first = p.errors?.[0]?.message
  const said = p.detail || first || p.title
  const plain = res.status === 409 ? t('err.conflict') : res.status === 429 ? t('err.tooMany')
    : res.status === 401 ? t('err.unsigned') : res.status === 404 ? t('err.notFound') : t('err.server')
  return new CallError(res.status, said || plain, fields, p.trace)
}

// The pages of a room keep their calls beside them and make them with these.
export const get = <R>(path: string, query?: Query, signal?: AbortSignal) => call<R>('GET', path, signal ? { query, signal } : { query })
export const post = <R>(path: string, body: unknown, key?: string) => call<R>('POST', path, key ? { body, key } : { body })
export const enc = encodeURIComponent

export interface CaseQuery {
  mine?: boolean; step?: string; flow?: string; place?: string; unit?: string; q?: string; overdue?: boolean
  item?: string; strand?: string; state?: 'open' | 'closed' | 'all'; sort?: 'due' | 'new'; after?: string; limit?: number
}

/** Every call that the pages make, one line each. */
export const api = {
  config: () => get<T.Config>('/config'),
  menuAt: (lon: number, lat: number) => get<T.Menu>('/menu', { lon, lat }),
  menuOf: (place: string) => get<T.Menu>('/menu', { place }),
  places: (q: { parent?: string; q?: string; kind?: string; after?: string; limit?: number }, signal?: AbortSignal) => get<T.PlaceList>('/places', q, signal),
  placesAt: (lon: number, lat: number) => get<T.At>('/places/at', { lon, lat }),
  similar: (c: { item?: string; text: string; lon: number; lat: number }) => post<T.CaseList>('/cases/similar', c),
  open: (c: T.NewCase, key: string) => post<T.Created>('/cases', c, key),
  upload: (photo: Blob) => {
    const f = new FormData()
    f.append('file', photo, 'photo.jpg')
    return call<{ id: string }>('POST', '/uploads', { body: f })
  },
  track: (code: string) => get<T.Track>('/track/' + enc(code)),
  trackAct: (code: string, action: string, body: unknown, key?: string) => post<T.Acted>(`/track/${enc(code)}/${enc(action)}`, body, key),
  signIn: (user: string, password: string) => post<T.Me>('/sessions', { user, password }),
  signOut: () => call<void>('DELETE', '/sessions/current'),
  me: () => get<T.Me>('/me'),
  queue: () => get<T.QueueSummary>('/cases/queue'),
  cases: (q: CaseQuery, signal?: AbortSignal) => get<T.CaseList>('/cases', { ...q }, signal),
  case: (id: string) => get<T.CaseDetail>('/cases/' + enc(id)),
  events: (id: string) => get<{ items: T.CaseEvent[] | null }>(`/cases/${enc(id)}/events`),
  act: (id: string, action: string, version: number, form: Record<string, unknown>, key?: string) =>
    post<T.Acted>(`/cases/${enc(id)}/${enc(action)}`, { version, form }, key),
  tag: (id: string, version: number, strands: string[], key?: string) => post<T.Acted>(`/cases/${enc(id)}/strands`, { version, strands }, key),
  unmask: (id: string, fields: string[], reason: string) => post<T.Contact>(`/cases/${enc(id)}/unmask`, { fields, reason }),
  orgs: (q: { q?: string; kind?: string; place?: string; after?: string; can_take?: boolean; case?: string; action?: string }, signal?: AbortSignal) =>
    get<{ items: T.Org[] | null; next?: string }>('/orgs', q, signal),
  staff: (org: string, caseId: string) => get<{ items: T.Staff[] | null }>(`/orgs/${enc(org)}/staff`, { case: caseId }),
  flows: () => get<T.FlowInfo[] | { items: T.FlowInfo[] }>('/flows').then((r) => (Array.isArray(r) ? r : r.items)),
  rates: (q: { place?: string; unit?: string; from?: string; to?: string }) => get<T.Rates>('/stats/rates', q),
  map: (w: number, s: number, e: number, n: number, kinds?: string) => get<T.MapFeatures>('/map', { w, s, e, n, kinds }),
}
