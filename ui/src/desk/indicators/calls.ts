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
export type IndicatorWords = S['IndicatorWords']
export type Draft = S['IndicatorDraft']
export type Tried = S['FormulaTried']
export interface Part { holder?: string; period?: string; amount?: string; weight?: number }

export const calls = {
  words: () => get<S['IndicatorWords']>('/indicators/words'),
  list: () => get<S['IndicatorList']>('/indicators', { limit: 200 }),
  define: (d: Draft) => post<Indicator>('/indicators', d),
  tryOut: (b: { formula: string; sample?: string; by_unit?: boolean; places?: number; holder: string; period: string }) => post<Tried>('/indicators/trial', b),
  targets: (after?: string) => get<S['TargetList']>('/indicators/targets', { after }),
  target: (id: string) => get<Target>('/indicators/targets/' + enc(id)),
  card: (holder: string, period: string) => get<S['Scorecard']>('/indicators/card', { holder, period }),
  set: (b: { indicator: string; holder: string; period: string; amount: string; weight?: number }) => post<Target>('/indicators/targets', b),
  split: (id: string, dry: boolean, b: { version: number; by: string; parts: Part[] }) => post<Split>(`/indicators/targets/${enc(id)}/split${dry ? '?dry=1' : ''}`, b),
  report: (id: string, b: { as_of: string; amount: string; n?: number; source: string }) => post<Target>(`/indicators/targets/${enc(id)}/values`, b),
  alerts: (after?: string) => get<S['IndicatorAlerts']>('/indicators/alerts', { after }),
  constraints: (step: string, after?: string) => get<S['ConstraintList']>('/indicators/constraints', { step, after }),
  find: (b: { org: string; factor: string; due?: string; target?: string }) => post<Constraint>('/indicators/constraints', b),
  step: (id: string, step: string, text: string) => post<Constraint>('/indicators/constraints/' + enc(id), { step, text }),
  contests: (after?: string) => get<S['ContestList']>('/indicators/contests', { after }),
  openContest: (b: { title: string; period: string; min_n: number; entries: { indicator: string; theme: string; weight: number }[]; orgs: string[] }) => post<Contest>('/indicators/contests', b),
  revise: (b: { of?: string; was?: number; code: string; kind: string; title: string; change: string; source?: string; org: string; from: string }) => post<Rule>('/indicators/rules', b),
  rules: (after?: string) => get<S['RuleVersions']>('/indicators/rules', { after }),
  rule: (id: string) => get<S['RuleVersions']>('/indicators/rules/' + enc(id)),
}
