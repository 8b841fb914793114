// What a telephone keeps of the rounds: the day's list and its duties (gone at sign-out and when the day is over), results that wait, and
// what is half written. Everything carries the account that it belongs to.
import { database, photoBox, plain } from '../../../shared/offline/db'
import type { Me } from '../../../types'
import type { Detail, Filled, Recorded, Today } from '../calls'

/** One answer in words, to show it beside another. */
export interface Said { label: string; said: string; bad: boolean; words: string; photos: number }
/** A result that is recorded here and not yet known to have arrived, or arrived today. Photos are named as they are kept here. */
export interface Kept {
  /** Given by the store: results go out in this order. */
  seq: number
  account: string
  duty: string
  /** The Idempotency-Key: however often it is sent, it counts once. */
  key: string
  title: string
  place: string
  at: string
  day: string
  state: 'waiting' | 'sent' | 'refused' | 'clash'
  body?: Filled
  said?: Said[]
  /** The very bytes that were sent: sent again they must be the same. */
  sent?: string
  why?: string
  fields?: Record<string, string>
  theirs?: Detail
  done?: Recorded
  sentAt?: number
}
export type Line =
  | { id: 'me'; day: string; account: string; me: Me }
  | { id: 'today'; day: string; account: string; lang: string; at: string; today: Today }
  | { id: `duty:${string}`; day: string; account: string; lang: string; duty: Detail }

const run = database('sanzhi-patrol', 1, (db) => {
  db.createObjectStore('day', { keyPath: 'id' })
  // One result of a duty at a time, in however many pages it is written.
  db.createObjectStore('results', { keyPath: 'seq', autoIncrement: true }).createIndex('duty', ['account', 'duty'], { unique: true })
  db.createObjectStore('drafts', { keyPath: ['account', 'duty'] })
  db.createObjectStore('photos', { keyPath: 'id' })
})
export const photos = photoBox(run)

export const day = {
  get: <L extends Line>(id: L['id']) => run<L | undefined>('day', 'readonly', (s) => s.get(id) as IDBRequest<L | undefined>),
  all: () => run<Line[]>('day', 'readonly', (s) => s.getAll() as IDBRequest<Line[]>),
  put: (l: Line) => run('day', 'readwrite', (s) => s.put(plain(l))),
  drop: (id: string) => run('day', 'readwrite', (s) => s.delete(id)),
  clear: () => run('day', 'readwrite', (s) => s.clear()),
}

export interface Draft { account: string; duty: string; day: string; filled: Record<string, unknown>; photos: string[] }
export const drafts = {
  get: (account: string, duty: string) => run<Draft | undefined>('drafts', 'readonly', (s) => s.get([account, duty]) as IDBRequest<Draft | undefined>),
  all: () => run<Draft[]>('drafts', 'readonly', (s) => s.getAll() as IDBRequest<Draft[]>),
  put: (d: Draft) => run('drafts', 'readwrite', (s) => s.put(plain(d))),
  drop: (account: string, duty: string) => run('drafts', 'readwrite', (s) => s.delete([account, duty])),
  clear: () => run('drafts', 'readwrite', (s) => s.clear()),
}

/** The duty is recorded here already and waits. */
export class Already extends Error {}

export const results = {
  all: () => run<Kept[]>('results', 'readonly', (s) => s.getAll() as IDBRequest<Kept[]>),
  get: (seq: number) => run<Kept | undefined>('results', 'readonly', (s) => s.get(seq) as IDBRequest<Kept | undefined>),
  /** Writes one down, in the place of one that arrived before; Already when another waits. */
  async add(k: Omit<Kept, 'seq'>): Promise<number> {
    let taken = false
    const seq = await run<IDBValidKey>('results', 'readwrite', (s) => {
      const look = s.index('duty').get([k.account, k.duty])
      look.onsuccess = () => {
        const had = look.result as Kept | undefined
        if (had && had.state !== 'sent') { taken = true; return }
        if (had) s.delete(had.seq)
        s.add(plain(k))
      }
      return look as IDBRequest<IDBValidKey>
    }).then(() => results.of(k.account, k.duty)).then((x) => x?.seq ?? 0)
    if (taken || !seq) throw new Already()
    return seq
  },
  of: (account: string, duty: string) => run<Kept | undefined>('results', 'readonly', (s) => s.index('duty').get([account, duty]) as IDBRequest<Kept | undefined>),
  /** Changes one if it is still there, looked at and written in one transaction. */
  change: (seq: number, to: (k: Kept) => Kept) => run('results', 'readwrite', (s) => {
    const r = s.get(seq)
    r.onsuccess = () => { if (r.result) s.put(plain(to(r.result as Kept))) }
    return r
  }),
  drop: (seq: number) => run('results', 'readwrite', (s) => s.delete(seq)),
}
