import type { components } from '../../openapi'
import { enc, get, post } from '../../api'

type S = components['schemas']
export type WorkRow = S['WorkRow']
export type Work = S['WorkDetail']
export type WorkItem = S['WorkItem']
export type WorkPhoto = S['WorkPhoto']
export type WorkTotal = S['WorkTotal']
export type WorkWords = S['WorkWords']
export type Flag = S['WorkFlag']
export type Site = S['SiteRow']
export type Imported = S['WorksImported']
export type Draft = S['WorkDraft']
export type ItemDraft = S['WorkItemDraft']

export type Stage = S['WorkStage']
export type Programme = S['WorkProgramme']

export interface Register { name: string; as_of: string; csv: string }

export const calls = {
  words: () => get<WorkWords>('/works/words'),
  list: (q: { kind?: string; state?: string; q?: string; case?: string; programme?: string; after?: string; limit?: number }) => get<S['WorkList']>('/works', q),
  totals: () => get<S['WorkTotals']>('/works/totals'),
  one: (id: string) => get<Work>('/works/' + enc(id)),
  create: (d: Draft) => post<Work>('/works', d),
  change: (id: string, d: Draft) => post<Work>('/works/' + enc(id), d),
  programmes: (after?: string) => get<S['WorkProgrammes']>('/works/programmes', { after }),
  addProgramme: (p: { name: string; level: string; from_year: number; to_year: number; support: string[] }) => post<Programme>('/works/programmes', p),
  changeItem: (id: string, item: string, version: number, d: ItemDraft) => post<Work>(`/works/${enc(id)}/items/${enc(item)}/change`, { version, item: d }),
  dropItem: (id: string, item: string, version: number, reason: string) => post<Work>(`/works/${enc(id)}/items/${enc(item)}/drop`, { version, reason }),
  dropPhoto: (id: string, photo: string) => post<Work>(`/works/${enc(id)}/photos/${enc(photo)}/drop`, undefined),
  linkCase: (id: string, c: string) => post<Work>(`/works/${enc(id)}/cases`, { case: c }),
  addSite: (b: { type: string; name: string; state: string; place: string; as_of?: string; source?: string; methods?: string[]; uses?: string[] }) => post<Site>('/sites', b),
  publish: (id: string, version: number, published: boolean) => post<Work>(`/works/${enc(id)}/publish`, { version, published }),
  stages: (id: string, version: number, stages: S['WorkStage'][]) => post<Work>(`/works/${enc(id)}/stages`, { version, stages }),
  addItems: (id: string, items: ItemDraft[]) => post<Work>(`/works/${enc(id)}/items`, { items }),
  addPhotos: (id: string, b: { photos: string[]; spot: string; moment: string; taken?: string; caption?: string }) => post<Work>(`/works/${enc(id)}/photos`, b),
  flags: (state: string, after?: string) => get<S['WorkFlags']>('/works/flags', { state, after }),
  settle: (id: string, was: string, state: string, reason: string) => post<Flag>(`/works/flags/${enc(id)}/settle`, { was, state, reason }),
  siteTotals: () => get<S['SiteTotals']>('/sites/totals'),
  sites: (q: { type?: string; state?: string; after?: string }) => get<S['SiteList']>('/sites', q),
  moveSite: (id: string, version: number, state: string) => post<Site>(`/sites/${enc(id)}/state`, { version, state }),
  tryImport: (r: Register) => post<Imported>('/works/import?dry=1', r),
  doImport: (r: Register) => post<Imported>('/works/import', r),
}
