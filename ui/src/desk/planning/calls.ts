import type { components } from '../../openapi'
import { enc, get, post } from '../../api'

type S = components['schemas']
export type Plan = S['PlanRow']
export type Params = S['PlanParams']
export type Detail = S['PlanDetail']
export type Lot = S['PlanLot']
export type Measures = S['PlanMeasures']

export const calls = {
  list: (q: { kind?: string; after?: string }) => get<S['PlanList']>('/plans', q),
  one: (id: string) => get<Plan>('/plans/' + enc(id)),
  result: (id: string) => get<Detail>(`/plans/${enc(id)}/result`),
  create: (b: { kind: string; name: string; place: string; params: Params }) => post<Plan>('/plans', b),
  cancel: (id: string) => post<Plan>(`/plans/${enc(id)}/cancel`, {}),
  adopt: (id: string) => post<Plan>(`/plans/${enc(id)}/adopt`, {}),
  undo: (adoption: string) => post<Plan>(`/plans/adoptions/${enc(adoption)}/undo`, {}),
}
