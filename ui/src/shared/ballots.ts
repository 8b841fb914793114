import { get, post, enc } from '../api'
import type { components } from '../openapi'

type S = components['schemas']
export type Ballot = S['BallotRow']
export type BallotDetail = S['BallotDetail']
export type BallotResult = S['BallotResult']
export type Post = S['BallotPost']
export type Award = S['AwardRow']
export type Nomination = S['NominationRow']
export type ConsentView = S['ConsentView']
export interface List<T> { items: T[] | null; next?: string }

/** The calls of ballots, awards and the board. */
export const civic = {
  ballots: (q: { place?: string; step?: string; after?: string; limit?: number }) => get<List<Ballot>>('/ballots', q),
  ballot: (id: string) => get<BallotDetail>('/ballots/' + enc(id)),
  propose: (b: { place: string; about: string; title: string; text: string }) => post<BallotDetail>('/ballots', b),
  act: (id: string, action: string, body: Record<string, unknown>) => post<BallotDetail>(`/ballots/${enc(id)}/${action}`, body),
  codes: (id: string, group: string, count: number, phones: string[]) => post<S['BallotCodes']>(`/ballots/${enc(id)}/codes`, phones.length ? { group, phones } : { group, count }),
  vote: (id: string, choice: string, code: string, key: string) => post<S['Cast']>(`/ballots/${enc(id)}/vote`, code ? { choice, code } : { choice }, key),
  posts: (id: string, after?: string) => get<List<Post>>(`/ballots/${enc(id)}/posts`, { after }),
  say: (id: string, text: string) => post<Post>(`/ballots/${enc(id)}/posts`, { text }),
  moderate: (id: string, show: boolean, reason: string) => post<Post>(`/ballot-posts/${enc(id)}/moderate`, show ? { show } : { show, reason }),
  awards: (q: { place?: string; after?: string }) => get<List<Award>>('/awards', q),
  award: (id: string) => get<Award>('/awards/' + enc(id)),
  begin: (b: unknown) => post<Award>('/awards', b),
  closeAward: (id: string) => post<Award>(`/awards/${enc(id)}/close`, {}),
  name: (award: string, name: string, why: string) => post<Nomination>(`/awards/${enc(award)}/nominations`, { name, why }),
  nominations: (q: { award?: string; place?: string; board?: boolean; after?: string }) => get<List<Nomination>>('/nominations', { ...q, board: q.board ? 'true' : undefined }),
  nomination: (id: string) => get<Nomination>('/nominations/' + enc(id)),
  slip: (id: string, version: number) => post<S['ConsentSlip']>(`/nominations/${enc(id)}/slip`, { version }),
  publish: (id: string, version: number, stars: string[]) => post<Nomination>(`/nominations/${enc(id)}/publish`, { version, stars }),
  decide: (id: string, version: number, granted: boolean, reason: string) => post<Nomination>(`/nominations/${enc(id)}/decide`, { version, granted, reason }),
  object: (id: string, text: string, key: string) => post<unknown>(`/nominations/${enc(id)}/objections`, { text }, key),
  answerObjection: (id: string, upheld: boolean, answer: string) => post<unknown>(`/objections/${enc(id)}/answer`, { upheld, answer }),
  consent: (code: string) => get<ConsentView>('/consent/' + enc(code)),
  agree: (code: string, b: { agree: boolean; by: string; show_name?: boolean; text?: number }) => post<ConsentView>('/consent/' + enc(code), b),
  withdraw: (code: string) => post<ConsentView>(`/consent/${enc(code)}/withdraw`, undefined),
  withdrawMine: (id: string) => post<unknown>(`/nominations/${enc(id)}/withdraw`, undefined),
}
