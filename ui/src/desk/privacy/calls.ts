import { call, enc, get, post } from '../../api'
import type { components } from '../../openapi'

type S = components['schemas']
export type Purpose = S['PurposeRow']
export type Request = S['PrivacyRequest']
export type File = S['PrivacyFile']
export type Hit = S['CounterHit']

export const privacy = {
  purposes: () => get<{ items: Purpose[] | null }>('/privacy/purposes'),
  setTerm: (id: string, version: number, months: number, reason: string) => call<{ items: Purpose[] | null }>('PUT', '/privacy/purposes/' + enc(id), { body: { version, months, reason } }),
  requests: (state: string, after?: string) => get<{ items: Request[] | null; next?: string }>('/privacy/requests', { state, after }),
  find: (phone: string, reason: string) => post<S['CounterHits']>('/privacy/find', { phone, reason }),
  person: (kind: string, id: string) => get<File>(`/privacy/people/${enc(kind)}/${enc(id)}`),
  openPerson: (kind: string, id: string, reason: string) => post<File>(`/privacy/people/${enc(kind)}/${enc(id)}/open`, { reason }),
  askFor: (kind: string, id: string, b: { kind: string; text?: string; changes?: Record<string, string> }) => post<Request>(`/privacy/people/${enc(kind)}/${enc(id)}/requests`, b),
  answer: (id: string, version: number, done: boolean, answer: string) => post<Request>(`/privacy/requests/${enc(id)}/answer`, { version, done, answer }),
}
