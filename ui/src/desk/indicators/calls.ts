import type { components } from '../../openapi'
import { enc, get, post } from '../../api'

type S = components['schemas']
export type Target = S['TargetRow']
export type Split = S['TargetSplit']
export type Alert = S['IndicatorAlert']
export type Constraint = S['ConstraintRow']
export type Contest = S['ContestRow']
export type Rule = S['RuleVersion']
export type Indicator = S['Indicator']
export interface Part { holder?: string; period?: string; amount?: string; weight?: number }

export const calls = {
  words: () => get<S['IndicatorWords']>('/indicators/words'),
  list: () => get<S['IndicatorList']>('/indicators', { limit: 200 }),
  targets: (after?: string) => get<S['TargetList']>('/indicators/targets', { after }),
  target: (id: string) => get<Target>('/indicators/targets/' + enc(id)),
  card: (holder: string, period: string) => get<S['Scorecard']>('/indicators/card', { holder, period }),
  set: (b: { indicator: string; holder: string; period: string; amount: string }) => post<Target>('/indicators/targets', b),
  split: (id: string, dry: boolean, b: { version: number; by: string; parts: Part[] }) => post<Split>(`/indicators/targets/${enc(id)}/split${dry ? '?dry=1' : ''}`, b),
  report: (id: string, b: { as_of: string; amount: string; n?: number; source: string }) => post<Target>(`/indicators/targets/${enc(id)}/values`, b),
  alerts: (after?: string) => get<S['IndicatorAlerts']>('/indicators/alerts', { after }),
  constraints: (after?: string) => get<S['ConstraintList']>('/indicators/constraints', { after }),
  find: (b: { org: string; factor: string; due?: string }) => post<Constraint>('/indicators/constraints', b),
  step: (id: string, step: string, text: string) => post<Constraint>('/indicators/constraints/' + enc(id), { step, text }),
  contests: (after?: string) => get<S['ContestList']>('/indicators/contests', { after }),
  rules: (after?: string) => get<S['RuleVersions']>('/indicators/rules', { after }),
  rule: (id: string) => get<S['RuleVersions']>('/indicators/rules/' + enc(id)),
}
