import { reactive } from 'vue'
import { api, onceKey, serverNow, type CallError } from '../../../api'
import { asFault } from '../../../shared/load'
import { isLocal } from '../../../shared/offline/db'
import { alone, carrier, later, within } from '../../../shared/offline/send'
import { t } from '../../../words'
import { me } from '../../session'
import { calls, type Detail, type Filled, type Item } from '../calls'
import { drafts, photos, results, type Kept, type Said } from './box'
import { dayNow, finished } from './day'

/** What was recorded on this device: what waits, what was sent today, what was not taken. `halt` says why nothing goes. */
export const queue = reactive<{ list: Kept[]; sending: number; halt: '' | 'unsigned' | 'offline' | 'elsewhere' }>({ list: [], sending: 0, halt: '' })
export const of = (duty: string) => queue.list.find((k) => k.duty === duty)
export const waiting = () => queue.list.filter((k) => k.state === 'waiting')
export const toLook = () => queue.list.filter((k) => k.state === 'refused' || k.state === 'clash')

const { bring, anew, shelf } = carrier(photos)
export { shelf }

const pages = 'BroadcastChannel' in window ? new BroadcastChannel('sanzhi-patrol') : null
if (pages) pages.onmessage = () => void refresh(false)
/** Reads the list anew, and lets the other pages do so. */
export async function refresh(tell = true) {
  const who = me.value?.id
  try { queue.list = (await results.all()).filter((k) => k.account === who) } catch { queue.list = [] }
  if (tell) pages?.postMessage('changed')
}

function saidOf(items: readonly Item[], b: Filled, bad: (it: Item) => boolean): Said[] {
  return items.filter((it) => b.answers[it.id] !== undefined).map((it) => {
    const a = b.answers[it.id]
    const said = typeof a === 'boolean' ? t(a ? 'yes' : 'no') : it.type === 'choice' ? it.choices?.find((c) => c.id === a)?.label ?? '' : it.type === 'text' ? '' : String(a)
    return { label: it.label, said, bad: bad(it), words: it.type === 'text' ? String(a) : b.notes[it.id] ?? '', photos: b.photos[it.id]?.length ?? 0 }
  })
}

/** Writes a result down before it is sent, so that no ending of the page loses it or sends it twice. */
export async function record(d: Detail, body: Filled, bad: (it: Item) => boolean): Promise<number> {
  const account = me.value!.id
  const seq = await results.add({
    account, duty: d.id, key: onceKey(), title: d.title, place: d.subject || d.place.name, at: new Date(serverNow()).toISOString(), day: dayNow(),
    state: 'waiting', body, said: saidOf(d.items ?? [], body, bad),
  })
  await drafts.drop(account, d.id).catch(() => undefined)
  await refresh()
  return seq
}

/** The body as it goes out: the photos of this device have come to the server by then. */
async function bytes(k: Kept): Promise<string> {
  if (k.sent) return k.sent
  const out: Record<string, string[]> = {}
  for (const [item, ids] of Object.entries(k.body!.photos)) {
    const there: string[] = []
    for (const id of ids) {
      const up = isLocal(id) ? await bring(id) : id
      if (up) there.push(up)
    }
    if (there.length) out[item] = there
  }
  const sent = JSON.stringify({ ...k.body, photos: out })
  await results.change(k.seq, (x) => ({ ...x, sent }))
  return sent
}
const locals = (k: Kept) => Object.values(k.body?.photos ?? {}).flat().filter(isLocal)

async function arrived(k: Kept, done: Kept['done']) {
  for (const p of locals(k)) await photos.drop(p)
  // What was written is at the server now: here only that it went stays, and only today.
  await results.change(k.seq, ({ body: _b, said: _s, sent: _t, why: _w, fields: _f, theirs: _th, ...x }) => ({ ...x, state: 'sent', done: done!, sentAt: Date.now() }))
  await finished(k.duty)
}

/** What becomes of a result that somebody else's came before, or that is no longer wanted. */
async function late(k: Kept, e: CallError): Promise<'on' | 'stop'> {
  let d: Detail | null = null
  try { d = await within(30_000, (signal) => calls.duty(k.duty, true, signal)) } catch (x) { if (later(asFault(x))) return 'stop' }
  await results.change(k.seq, (x) => (d?.state === 'done' ? { ...x, state: 'clash', theirs: d, why: e.message } : { ...x, state: 'refused', why: e.message }))
  return 'on'
}

/** Sends one result: on to the next, or stop until there is a way to the server again. */
async function one(k: Kept): Promise<'on' | 'stop'> {
  for (let again = false; ; again = true) {
    try {
      const sent = await bytes(k)
      const r = await within(60_000, (signal) => calls.record(k.duty, JSON.parse(sent), k.key, signal))
      if (r?.id !== k.duty) { queue.halt = 'offline'; return 'stop' } // somebody between here and the server answered
      await arrived(k, r)
      return 'on'
    } catch (err) {
      const e = asFault(err)
      if (e.status === 401) { queue.halt = 'unsigned'; return 'stop' }
      if (later(e)) { queue.halt = 'offline'; return 'stop' }
      if (e.status === 422 && !again && k.sent && locals(k).length) {
        // Photos that nothing took within the hour are gone there: they come anew from here.
        await anew(locals(k))
        delete k.sent
        await results.change(k.seq, ({ sent: _, ...x }) => x)
        continue
      }
      if (e.status === 409) return late(k, e)
      await results.change(k.seq, ({ sent: _, ...x }) => ({ ...x, state: 'refused', why: e.message, fields: e.fields }))
      return 'on'
    }
  }
}

/** Sends what waits, the oldest first, one page of the browser at a time. */
async function work() {
  const account = me.value?.id
  if (!account || !(await results.all()).some((k) => k.account === account && k.state === 'waiting')) return
  // Another page may have signed somebody else in: a result goes out only in the name of whoever recorded it.
  try {
    const who = await within(15_000, () => api.me())
    if (who?.id !== account) { queue.halt = who?.id ? 'unsigned' : 'offline'; return }
  } catch (e) { queue.halt = asFault(e).status === 401 ? 'unsigned' : 'offline'; return }
  queue.halt = ''
  for (let after = -1; ;) {
    const next = (await results.all()).find((k) => k.account === account && k.state === 'waiting' && k.seq > after)
    if (!next) return
    after = next.seq
    queue.sending = next.seq
    const what = await one(next)
    await refresh()
    if (what === 'stop') return
  }
}

let going: Promise<void> | null = null
let misses = 0
let soon: ReturnType<typeof setTimeout> | undefined
/** After a miss it is tried again, later each time. */
function followUp() {
  clearTimeout(soon)
  misses = queue.halt ? misses + 1 : 0
  if (waiting().length && queue.halt !== 'unsigned') soon = setTimeout(() => void drain(), Math.min(30_000, 1000 * 2 ** Math.min(misses, 5)))
}
export function drain(): Promise<void> {
  going ??= (async () => {
    try {
      if (!waiting().length || !navigator.onLine) return
      if (!(await alone('sanzhi-patrol', work))) queue.halt = 'elsewhere'
    } catch { /* no store: nothing waits */ } finally {
      queue.sending = 0
      await refresh()
      going = null
      followUp()
    }
  })()
  return going
}

/** Takes a result out of the list, when no page sends. */
export async function giveUp(k: Kept) {
  await alone('sanzhi-patrol', async () => {
    const now = await results.get(k.seq)
    if (!now || now.state === 'sent') return
    for (const p of locals(now)) await photos.drop(p)
    await results.drop(k.seq)
    if (now.state === 'clash') await finished(now.duty)
  }, true)
  await refresh()
}
/** Sends one that was refused once more, as it is. */
export async function retry(k: Kept) {
  await results.change(k.seq, ({ why: _w, fields: _f, sent: _s, ...x }) => ({ ...x, state: 'waiting', key: onceKey() }))
  await refresh()
  await drain()
}
/** Goes back to a refused one as something half written. */
export async function reopen(k: Kept, items: readonly Item[]) {
  const b = k.body!
  const filled = Object.fromEntries(items.map((it) => [it.id, { answer: b.answers[it.id], note: b.notes[it.id] ?? '', photos: b.photos[it.id] ?? [], urgent: !!b.urgent[it.id] }]))
  await drafts.put({ account: k.account, duty: k.duty, day: dayNow(), filled, photos: Object.values(b.photos).flat() })
  await results.drop(k.seq)
  await refresh()
  return filled
}

let begun = false
/** Begins to watch for the network, for somebody who makes rounds. */
export async function begin() {
  await refresh(false)
  for (const k of queue.list) if (k.state === 'sent' && k.day !== dayNow()) await results.drop(k.seq)
  const needed = new Set([...(await results.all().catch(() => [])).flatMap(locals), ...(await drafts.all().catch(() => [])).flatMap((d) => d.photos)])
  await photos.sweep(needed).catch(() => { /* no store, nothing to sweep */ })
  await refresh(false)
  if (!begun) {
    begun = true
    addEventListener('online', () => { misses = 0; void drain() })
    document.addEventListener('visibilitychange', () => { if (!document.hidden) void drain() })
    setInterval(() => void drain(), 60_000)
  }
  void drain()
}
