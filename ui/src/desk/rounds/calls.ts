import { call, enc, get, post } from '../../api'
import type { components } from '../../openapi'

type S = components['schemas']
export type Duty = S['RoundDuty']
export type Today = S['RoundToday']
export type Detail = S['RoundDetail']
export type Item = S['RoundItem']
export type Finding = S['RoundFinding']
export type Recorded = S['RoundRecorded']
export type Tally = S['RoundTally']
export type CarePerson = S['CarePerson']
export type Visitor = S['CareVisitor']
export type Shift = S['RoundShift']
export type ShiftDetail = S['ShiftDetail']
export type Template = S['RoundTemplate']
export type Checked = S['RoundChecked']

interface Page<T> { items: T[] | null; next?: string }
type Q = Record<string, string | number | boolean | undefined>

export interface Filled {
  answers: Record<string, unknown>
  photos: Record<string, string[]>
  notes: Record<string, string>
  urgent: Record<string, boolean>
}

export const calls = {
  today: (signal?: AbortSignal) => get<Today>('/rounds/today', undefined, signal),
  // Who makes rounds asks for a duty as such; who only oversees, for its result.
  duty: (id: string, does: boolean, signal?: AbortSignal) => get<Detail>(`/rounds/${does ? 'duties' : 'results'}/${enc(id)}`, undefined, signal),
  record: (id: string, body: unknown, key: string, signal?: AbortSignal) => call<Recorded>('POST', `/rounds/duties/${enc(id)}/result`, signal ? { body, key, signal } : { body, key }),
  duties: (q: Q) => get<Page<Duty>>('/rounds/duties', q),
  findings: (q: Q) => get<Page<Finding>>('/rounds/findings', q),
  stats: (q: Q) => get<S['RoundStats']>('/rounds/stats', q),
  pairs: (place: string) => get<S['RoundPairs']>('/rounds/pairs', { place }),
  templates: () => get<Page<Template>>('/rounds/templates'),
  template: (id: string) => get<Template>('/rounds/templates/' + enc(id)),
  check: (source: string) => post<Checked>('/rounds/templates?dry=true', { source }),
  publish: (source: string, key: string) => post<Checked>('/rounds/templates', { source }, key),
  stop: (id: string) => post<void>(`/rounds/templates/${enc(id)}/stop`, undefined),
  cares: (after: string) => get<Page<CarePerson>>('/rounds/care', { after }),
  consent: () => get<S['CareConsents']>('/rounds/care/consent'),
  visitors: (place: string, template: string) => get<Page<Visitor>>('/rounds/care/visitors', { place, template }),
  agree: (body: unknown, key: string) => post<S['CareAgreed']>('/rounds/care', body, key),
  withdraw: (id: string) => post<void>(`/rounds/care/${enc(id)}/withdraw`, undefined),
  unmask: (id: string, reason: string) => post<S['CareClear']>(`/rounds/care/${enc(id)}/unmask`, { reason }),
  shifts: (after: string) => get<Page<Shift>>('/rounds/shifts', { after, limit: 20 }),
  shift: (id: string) => get<ShiftDetail>('/rounds/shifts/' + enc(id)),
  planShift: (body: unknown, key: string) => post<Shift>('/rounds/shifts', body, key),
  shiftAct: (id: string, act: string) => post<Shift>(`/rounds/shifts/${enc(id)}/${act}`, undefined),
  measures: (after: string) => get<S['RoundMeasures']>('/rounds/measures', { after, limit: 12 }),
  addMeasure: (body: unknown, key: string) => post<S['MeasureRecord']>('/rounds/measures', body, key),
}
