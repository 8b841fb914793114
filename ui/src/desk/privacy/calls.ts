import { call, enc, get, post } from '../../api'
import type { components } from '../../openapi'

type S = components['schemas']
export type Purpose = S['PurposeRow']
export type Request = S['PrivacyRequest']

export const privacy = {
  purposes: () => get<{ items: Purpose[] | null }>('/privacy/purposes'),
  setTerm: (id: string, version: number, months: number, reason: string) => call<{ items: Purpose[] | null }>('PUT', '/privacy/purposes/' + enc(id), { body: { version, months, reason } }),
  requests: (state: string, after?: string) => get<{ items: Request[] | null; next?: string }>('/privacy/requests', { state, after }),
  answer: (id: string, version: number, done: boolean, answer: string) => post<Request>(`/privacy/requests/${enc(id)}/answer`, { version, done, answer }),
}
