import { reactive } from 'vue'
import { api, type CallError } from '../../api'
import { asFault } from '../../shared/load'
import { isLocal } from '../../shared/offline/db'
import { alone, carrier, later } from '../../shared/offline/send'
import type { Created, NewCase } from '../../types'
import type { Slip } from '../draft'
import { orders, photos, type Part, type Waiting } from './db'

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

const { bring: bringPhoto, anew, shelf } = carrier(photos)
export { shelf }

async function bring(w: Waiting) {
  for (const p of [...w.photos]) {
    if (p.id || !p.local) continue
    const id = await bringPhoto(p.local)
    if (id) p.id = id
    else w.photos = w.photos.filter((x) => x !== p)
  }
}

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
  await anew(w.photos.map((p) => p.local ?? '').filter(isLocal))
  w.photos = w.photos.filter((p) => p.local).map((p): Part => ({ local: p.local! }))
  delete w.sent
  return true
}

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
  try { await alone('sanzhi-outbox', work) } finally { draining = false }
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
