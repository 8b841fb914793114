import { call, CallError, onceKey } from '../../api'
import { t } from '../../words'
import type { Shelf } from '../photo'
import { database, isLocal, type PhotoBox } from './db'

/** Whether to try again later: no network, a server that rests, too many at once. */
export const later = (e: CallError) => e.offline || e.status >= 500 || e.status === 429 || e.status === 408 || e.status === -1

/** A request that is not waited for longer than this: it may have arrived, and its key makes it safe to ask again. */
export async function within<R>(ms: number, ask: (signal: AbortSignal) => Promise<R>): Promise<R> {
  const c = new AbortController()
  const timer = setTimeout(() => c.abort(), ms)
  try { return await ask(c.signal) } catch (e) {
    if (c.signal.aborted) throw new CallError(0, t('offline'))
    throw e
  } finally { clearTimeout(timer) }
}

const upload = (blob: Blob, key: string) => {
  const f = new FormData()
  f.append('file', blob, 'photo.jpg')
  return within(120_000, (signal) => call<{ id: string }>('POST', '/uploads', { body: f, key, signal }))
}

// The server keeps a photo that nothing took for an hour.
const uploadLife = 50 * 60_000

/** Brings the photos of a box to the server. */
export function carrier(photos: PhotoBox) {
  /** Each photo has its own key, so that what was cut off is not there twice. */
  async function carry(local: string): Promise<string | null> {
    const k = await photos.one(local)
    if (!k) return null
    if (k.up && Date.now() - (k.upAt ?? 0) < uploadLife) return k.up
    if (k.up) { k.key = onceKey(); await photos.write(k) }
    k.up = (await upload(k.blob, k.key)).id
    k.upAt = Date.now()
    await photos.write(k)
    return k.up
  }
  // Sent ahead while it is sent with what it belongs to: it goes once.
  const flying = new Map<string, Promise<string | null>>()
  function bring(local: string): Promise<string | null> {
    const on = flying.get(local) ?? carry(local).finally(() => flying.delete(local))
    flying.set(local, on)
    return on
  }
  /** The server forgot them: the next time they are uploaded anew. */
  async function anew(locals: string[]) {
    for (const l of locals) {
      const k = await photos.one(l)
      if (k) await photos.write({ ...k, upAt: 0 })
    }
  }
  /** Photos of what is being written: safe here at once, sent ahead when there is a network. */
  const shelf: Shelf = { put: (b) => photos.put(b, onceKey()), get: (id) => photos.one(id).then((k) => k?.blob ?? null), has: isLocal, send: bring }
  return { bring, anew, shelf }
}

/**
 * Does something in one page of the browser at a time; with wait it comes after the other, without it is left out and false comes back.
 * Locks are there on safe addresses only; elsewhere a lease that runs out stands in for them.
 */
export async function alone(name: string, work: () => Promise<void>, wait = false): Promise<boolean> {
  if (navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: !wait }, async (l) => {
      if (!l) return false
      await work()
      return true
    })
  }
  const me = onceKey()
  while (!(await lease(name, me))) {
    if (!wait) return false
    await new Promise((ok) => setTimeout(ok, 500))
  }
  const keep = setInterval(() => void lease(name, me), 4000)
  try { await work(); return true } finally {
    clearInterval(keep)
    await lease(name, me, Date.now(), 0).catch(() => false)
  }
}

const turns = database('sanzhi-turns', 1, (db) => { db.createObjectStore('turns', { keyPath: 'name' }) })
const leaseLife = 15_000

/** Takes, renews or (with no life) gives back a lease: looked at and written in one transaction, and those follow one another. */
export async function lease(name: string, who: string, now = Date.now(), life = leaseLife): Promise<boolean> {
  let mine = false
  await turns('turns', 'readwrite', (s) => {
    const r = s.get(name)
    r.onsuccess = () => {
      const held = r.result as { who: string; until: number } | undefined
      mine = !held || held.who === who || held.until <= now
      if (mine) s.put({ name, who, until: now + life })
    }
    return r
  })
  return mine
}
