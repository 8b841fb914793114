import { ref } from 'vue'
import { kept, lang } from '../../../lang'
import { asFault } from '../../../shared/load'
import { later, within } from '../../../shared/offline/send'
import type { Me } from '../../../types'
import { loadDesk, loadMe, may, me } from '../../session'
import { calls, type Detail, type Today } from '../calls'
import { day, drafts, type Line } from './box'

/** The calendar day here, by which what is kept of a round goes. */
export const dayNow = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
const mine = () => me.value?.id ?? ''
const patience = 3500

/** How much of today's list is kept, so that one can set out. */
export const readiness = ref({ have: 0, of: 0 })

/** Clears what belongs to another day or another account. */
export async function tidy(account = mine()) {
  const today = dayNow()
  for (const l of await day.all()) if (l.day !== today || l.account !== account) await day.drop(l.id)
  for (const d of await drafts.all()) if (d.day !== today) await drafts.drop(d.account, d.duty)
}
// What was asked for before a sign-out and comes after it is not kept: it would stand here without an owner.
let left = 0
/** At sign-out nothing of the rounds stays but what could not be sent yet. */
export async function forget() {
  left++
  try { await day.clear(); await drafts.clear() } catch { /* no store, nothing kept */ }
}

const sleep = (ms: number) => new Promise<null>((ok) => setTimeout(() => ok(null), ms))

/** Who is signed in; without a network whoever was on this day, for the pages of the rounds. */
export async function arrive(): Promise<void> {
  const was = kept.get('in') === '1' ? await day.get<Line & { id: 'me' }>('me').catch(() => undefined) : undefined
  const stand = (): boolean => {
    if (!was || was.day !== dayNow()) return false
    me.value ??= was.me
    return true
  }
  const asked = loadMe().then(async () => { if (me.value) await loadDesk() })
  try {
    if (was) { await Promise.race([asked, sleep(patience)]) } else await asked
    if (me.value === undefined) stand()
  } catch { if (!stand()) me.value = undefined }
  asked.catch(() => { /* stood in for */ })
}

export async function remember(who: Me) {
  try {
    await tidy(who.id)
    await day.put({ id: 'me', day: dayNow(), account: who.id, me: who })
  } catch { /* no store: a network is needed */ }
}

export interface Listed { today: Today; at: string; old: boolean }
/** Today's list as it is kept here, to show at once. */
export async function keptToday(): Promise<Listed | null> {
  const l = await day.get<Line & { id: 'today' }>('today').catch(() => undefined)
  return l && l.day === dayNow() && l.account === mine() ? { today: l.today, at: l.at, old: true } : null
}
/** Today's list from the server, kept for later; without a network as it was kept. */
export async function today(): Promise<Listed> {
  const was = await keptToday()
  const since = left
  try {
    const got = await within(was ? 10_000 : 60_000, calls.today)
    const at = new Date().toISOString()
    if (since === left) void keep(got, at).catch(() => { /* no store: a network is needed */ })
    return { today: got, at, old: false }
  } catch (e) {
    if (was && later(asFault(e))) return was
    throw e
  }
}

let keeping = 0
/** Keeps the list and what each duty asks for. */
async function keep(t: Today, at: string) {
  const turn = ++keeping
  const since = left
  const account = mine()
  const items = t.items ?? []
  await day.put({ id: 'today', day: dayNow(), account, lang: lang.value, at, today: t })
  const wanted = new Set(items.map((d) => `duty:${d.id}`))
  const had = new Set<string>()
  for (const l of await day.all()) {
    if (!l.id.startsWith('duty:')) continue
    if (wanted.has(l.id) && l.account === account && l.day === dayNow() && (l as Line & { lang: string }).lang === lang.value) had.add(l.id)
    else if (!wanted.has(l.id)) await day.drop(l.id)
  }
  const missing = items.filter((d) => !had.has(`duty:${d.id}`))
  readiness.value = { have: items.length - missing.length, of: items.length }
  const some = async () => {
    for (let d = missing.shift(); d && turn === keeping && since === left && account === mine(); d = missing.shift()) {
      const got = await calls.duty(d.id, true).catch((e) => { if (later(asFault(e))) throw e; return null })
      if (got && since === left && account === mine()) await keepDuty(got)
      if (turn === keeping) readiness.value = { ...readiness.value, have: readiness.value.have + 1 }
    }
  }
  await Promise.all([some(), some(), some()])
}

async function keepDuty(d: Detail) {
  if (d.state !== 'open' || !d.mine) return
  await day.put({ id: `duty:${d.id}`, day: dayNow(), account: mine(), lang: lang.value, duty: d })
}

/** One duty: from the server, else as it is kept here. Names in it are masked by the server before they come. */
export async function duty(id: string): Promise<Detail> {
  const does = may('round.do')
  const l = does ? await day.get<Line & { id: `duty:${string}` }>(`duty:${id}`).catch(() => undefined) : undefined
  const was = l && l.account === mine() && l.day === dayNow() ? l.duty : null
  if (was && !navigator.onLine) return was
  const since = left
  try {
    const got = await within(was ? patience : 60_000, (signal) => calls.duty(id, does, signal))
    if (does && since === left) void keepDuty(got).catch(() => { /* no store */ })
    return got
  } catch (e) {
    if (was && later(asFault(e))) return was
    throw e
  }
}
/** A duty that was recorded: nothing of it is needed any more. */
export async function finished(id: string) {
  await day.drop(`duty:${id}`).catch(() => undefined)
  await drafts.drop(mine(), id).catch(() => undefined)
}
