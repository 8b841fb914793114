import { reactive } from 'vue'
import { api, call, CallError, onceKey } from '../../api'
import { asFault } from '../../shared/load'
import type { Shelf } from '../../shared/photo'
import type { Created, NewCase } from '../../types'
import type { Slip } from '../draft'
import { isLocal, orders, photos, type Part, type Waiting } from './db'

/** What is not sent yet, for every page to say so, and what went out meanwhile. */
export const outbox = reactive<{ list: Waiting[]; sending: string; went: Slip[] }>({ list: [], sending: '', went: [] })

type Remember = (made: Created, w: Waiting) => Slip
let remember: Remember = () => { throw new Error('not begun') }

const byAge = (a: Waiting, b: Waiting) => (a.at < b.at ? -1 : 1)
export async function refresh() {
  try { outbox.list = (await orders.all()).sort(byAge) } catch { outbox.list = [] }
}

/** Writes an order down before it is sent, so that no ending of the page loses it or sends it twice. */
export async function keep(w: Waiting) {
  await orders.put(w)
  await refresh()
}
export async function giveUp(key: string) {
  await orders.drop(key)
  await refresh()
}

const upload = (blob: Blob, key: string) => {
  const f = new FormData()
  f.append('file', blob, 'photo.jpg')
  return call<{ id: string }>('POST', '/uploads', { body: f, key })
}

// The server keeps a photo that no order took for an hour.
const uploadLife = 50 * 60_000

/** Brings a photo of this device to the server. It has its own key, so that what was cut off is not there twice. */
async function bringPhoto(local: string): Promise<string | null> {
  const k = await photos.one(local)
  if (!k) return null
  if (k.up && Date.now() - (k.upAt ?? 0) < uploadLife) return k.up
  if (k.up) { k.key = onceKey(); await photos.write(k) }
  k.up = (await upload(k.blob, k.key)).id
  k.upAt = Date.now()
  await photos.write(k)
  return k.up
}

async function bring(w: Waiting) {
  for (const p of [...w.photos]) {
    if (p.id || !p.local) continue
    const id = await bringPhoto(p.local)
    if (id) p.id = id
    else w.photos = w.photos.filter((x) => x !== p)
  }
}

/** Photos of an order that is being written: safe here at once, sent ahead when there is a network. */
export const shelf: Shelf = { put: (b) => photos.put(b, onceKey()), get: (id) => photos.one(id).then((k) => k?.blob ?? null), has: isLocal, send: bringPhoto }

async function attempt(w: Waiting): Promise<Created> {
  if (!w.sent) {
    await bring(w)
    const ids = w.photos.map((p) => p.id).filter((id): id is string => !!id)
    w.sent = JSON.stringify({ ...w.body, ...(ids.length ? { photos: ids } : {}) })
    await orders.put(w)
  }
  return api.open(JSON.parse(w.sent) as NewCase, w.key)
}

/** The server forgets photos that no order took within the hour: they are uploaded anew, from here. */
async function forgotten(e: CallError, w: Waiting): Promise<boolean> {
  if (e.status !== 422 || !Object.keys(e.fields).some((f) => f.startsWith('photos')) || !w.photos.some((p) => p.local && p.id)) return false
  for (const p of w.photos) {
    const k = p.local ? await photos.one(p.local) : undefined
    if (k) await photos.write({ ...k, upAt: 0 })
  }
  w.photos = w.photos.filter((p) => p.local).map((p): Part => ({ local: p.local! }))
  delete w.sent
  return true
}

/** Whether to try again later: no network, a server that rests, too many at once. */
const later = (e: CallError) => e.offline || e.status >= 500 || e.status === 429 || e.status === 408 || e.status === -1

/** Sends one order. A refusal is thrown; when there is no way to the server it stays, and null comes back. */
export async function send(key: string): Promise<Slip | null> {
  const w = await orders.get(key)
  if (!w) return null
  outbox.sending = key
  try {
    for (let fresh = false; ; fresh = true) {
      try {
        const slip = remember(await attempt(w), w)
        await orders.drop(key)
        for (const p of w.photos) if (p.local) await photos.drop(p.local)
        return slip
      } catch (err) {
        const e = asFault(err)
        if (!fresh && (await forgotten(e, w))) { await orders.put(w); continue }
        if (later(e)) return null
        delete w.sent
        w.refused = e.message
        await orders.put(w)
        throw e
      }
    }
  } finally {
    outbox.sending = ''
    await refresh()
  }
}

let draining = false
/** Sends what waits, the oldest first, until the network is gone. One page of a browser does it at a time. */
export async function drain() {
  if (draining || !outbox.list.some((w) => !w.refused) || !navigator.onLine) return
  draining = true
  const work = async () => {
    for (const w of await orders.all().then((l) => l.sort(byAge), () => [])) {
      if (w.refused) continue
      try {
        const slip = await send(w.key)
        if (!slip) return
        outbox.went.push(slip)
      } catch { /* it stands in the list with the reason */ }
    }
  }
  try { await (navigator.locks ? navigator.locks.request('sanzhi-outbox', { ifAvailable: true }, (l) => (l ? work() : Promise.resolve())) : work()) } finally { draining = false }
}

/** Begins to watch for the network. */
export async function begin(r: Remember, draftPhotos: () => string[]) {
  remember = r
  await refresh()
  addEventListener('online', () => void drain())
  document.addEventListener('visibilitychange', () => { if (!document.hidden) void drain() })
  setInterval(() => void drain(), 30_000)
  void drain()
  const needed = new Set([...draftPhotos(), ...outbox.list.flatMap((w) => w.photos.map((p) => p.local ?? ''))].filter(isLocal))
  void photos.sweep(needed).catch(() => { /* no store, nothing to sweep */ })
}
