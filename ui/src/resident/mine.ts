import { enc, get, post } from '../api'
import type { components } from '../openapi'

type S = components['schemas']
export type File = S['PrivacyFile']
export interface Asking { kind: string; text?: string; changes?: Record<string, string> }

/** What is kept about the reader: by the code of an order, or by the account when the code is empty. */
export const mine = {
  file: (code: string) => get<File>(code ? '/privacy/track/' + enc(code) : '/privacy/mine'),
  open: (code: string, phone: string) => post<File>(`/privacy/track/${enc(code)}/open`, phone ? { phone } : {}),
  ask: (code: string, a: Asking, key: string) => post<S['PrivacyRequest']>(code ? `/privacy/track/${enc(code)}/requests` : '/privacy/mine/requests', a, key),
}
