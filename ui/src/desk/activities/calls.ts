import { enc, get, post, call } from '../../api'
import type { components } from '../../openapi'
import type { Named } from '../../types'

type S = components['schemas']
type Nullable<T, K extends keyof T> = Omit<T, K> & { [P in K]: Named | null }
export type ActivityRow = Nullable<S['ActivityRow'], 'host' | 'series'>
export type Activity = Nullable<S['ActivityDetail'], 'host' | 'series' | 'venue'>
export type Post = S['ActivityPost']
export type PostIn = S['ActivityPostIn']
export type ActivityIn = S['ActivityIn']
export type SignupRow = S['SignupRow']
export type Programme = S['ProgrammeRow']
export type Programmes = S['ProgrammeList']
export type Matched = S['Matched']
export type Wages = S['WageList']
export type Series = S['SeriesRow']
export type Venue = S['VenueRow']
export type Team = S['TeamRow']
export type TeamDetail = S['TeamDetail']
export type PersonRow = S['PersonRow']
export type PersonIn = S['PersonIn']
export type Certificate = S['CertificateView']
export type CertificateRow = S['CertificateRow']
export type MyRecord = S['MyRecord']
export type Code = S['ActivityCode']
export type MySignup = Omit<S['MySignup'], 'activity'> & { activity: ActivityRow }
export interface Page<T> { items: T[] | null; next?: string }
export type Turn = 'in' | 'out'

const at = (id: string) => '/activities/' + enc(id)

/** Every call of the pages of activities, one line each. */
export const acts = {
  list: (q: { stage?: string; programme?: string; series?: string; venue?: string; place?: string; from?: string; newest?: boolean; mine?: boolean; after?: string; limit?: number }) =>
    get<Page<ActivityRow>>('/activities', { ...q }),
  near: (q: { lon?: number; lat?: number; place?: string; after?: string }) => get<Page<ActivityRow>>('/activities/near', q),
  programmes: () => get<Programmes>('/activities/programmes'),
  one: (id: string) => get<Activity>(at(id)),
  create: (a: ActivityIn, key: string) => post<Activity>('/activities', a, key),
  edit: (id: string, version: number, a: ActivityIn) => call<Activity>('PUT', at(id), { body: { ...a, version } }),
  act: (id: string, act: string, body: Record<string, unknown>) => post<Activity>(`${at(id)}/${act}`, body),
  signups: (id: string, after?: string) => get<Page<SignupRow>>(at(id) + '/signups', { after }),
  code: (id: string, turn: Turn) => get<Code>(at(id) + '/code', { turn, origin: location.origin }),
  turn: (id: string, body: { turn: Turn; code?: string; signup?: string }) => post<{ who: string }>(at(id) + '/turns', body),
  remove: (id: string, signup: string) => post<{ moved_up?: string }>(at(id) + '/removals', { signup }),
  match: (id: string, body: { deadline?: string; apply?: boolean }) => post<Matched>(at(id) + '/matching', body),
  wages: (id: string) => get<Wages>(at(id) + '/wages'),
  weigh: (id: string, signup: string, grams: number) => post<Wages>(at(id) + '/weighings', { signup, grams }),
  series: () => get<Page<Series>>('/activity-series'),
  addSeries: (b: { title: string; programme: string; place: string; planned: number }) => post<Series>('/activity-series', b),
  venues: () => get<Page<Venue>>('/activity-venues'),
  addVenue: (b: { title: string; kind: string; place: string; seats: number }) => post<Venue>('/activity-venues', b),
  teams: () => get<Page<Team>>('/activity-teams'),
  addTeam: (b: { title: string; kind: string; place: string; parent?: string }) => post<Team>('/activity-teams', b),
  team: (id: string, after?: string) => get<TeamDetail>('/activity-teams/' + enc(id), { after }),
  join: (id: string, people: string[], kind: string) => post<TeamDetail>(`/activity-teams/${enc(id)}/members`, { people, ...(kind ? { post: kind } : {}) }),
  leave: (id: string, person: string) => post<TeamDetail>(`/activity-teams/${enc(id)}/leavers`, { person }),
  putGrid: (id: string, grid: number, groups: string[]) => post<TeamDetail>(`/activity-teams/${enc(id)}/grids`, { grid, groups }),
  people: (kind: string, after?: string) => get<Page<PersonRow>>('/activity-people', { kind, after }),
  register: (b: PersonIn & { place: string; contact: { name: string; phone: string } }) => post<PersonRow>('/activity-people', b),
  record: (id: string) => get<MyRecord>(`/activity-people/${enc(id)}/record`),
  certify: (b: { person: string; place: string; issuer: string; in_charge: string; handler: string; contact: string }) => post<Certificate>('/activity-certificates', b),
  certificate: (id: string) => get<Certificate>('/activity-certificates/' + enc(id)),
  // Of the reader; of whoever holds the code of a sign-up; of a volunteer whose registration the reader keeps.
  proofs: (code: string, after?: string) => get<Page<CertificateRow>>(code ? `/activity-signups/${enc(code)}/certificates` : '/activity-certificates', { after }),
  proofsOf: (person: string, after?: string) => get<Page<CertificateRow>>(`/activity-people/${enc(person)}/certificates`, { after }),
  proof: (code: string, id: string, phone: string) => post<Certificate>(`/activity-signups/${enc(code)}/certificates/${enc(id)}/open`, phone ? { phone } : {}),

  signUp: (id: string, body: { post: string; contact?: { name: string; phone: string } }, key: string) =>
    post<S['SignedUp']>(at(id) + '/signups', body, key),
  mine: (code: string) => get<MySignup>('/activity-signups/' + enc(code)),
  pass: (code: string) => get<Code>(`/activity-signups/${enc(code)}/pass`, { origin: location.origin }),
  withdraw: (code: string) => post<MySignup>(`/activity-signups/${enc(code)}/withdraw`, undefined),
  myTurn: (code: string, turn: Turn, host: string) => post<MySignup>(`/activity-signups/${enc(code)}/turns`, { turn, code: host }),
}

/** An image of a square code that the server drew. */
export const picture = (svg: string) => 'data:image/svg+xml,' + encodeURIComponent(svg)
