import { getCurrentScope, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { CallError } from '../api'
import { lang } from '../lang'
import { t } from '../words'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  fault: Ref<CallError | null>
  busy: Ref<boolean>
  /** Asks anew. It is over when the newest answer is there, also where a later run overtook this one. */
  run: () => Promise<void>
  /**
   * Asks for what follows what is there. Null where it is not wanted any more: the list was asked anew meanwhile, with other
   * filters or after a change, and this would be the end of another list; or it is being asked for already.
   */
  more: <R>(following: () => Promise<R>) => Promise<R | null>
}

/** Any thrown thing as something to show. */
export const asFault = (e: unknown) => (e instanceof CallError ? e : new CallError(-1, t('err.page')))

/**
 * Loads something that a page shows; a later run overtakes an earlier one. The last answer stays while a new one is fetched.
 * Answers carry words, so a change of language fetches anew; what is half written on the page stays. `took` is called with each answer
 * that is shown: what a page keeps beside it is set there and not in the fetcher, which an overtaken answer comes through too.
 */
export function load<T>(fetcher: () => Promise<T>, took?: (got: T) => void): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const fault = ref<CallError | null>(null) as Ref<CallError | null>
  const busy = ref(false)
  let turn = 0
  let newest: Promise<void> | null = null
  let following: number | null = null
  async function ask() {
    const mine = ++turn
    busy.value = true
    try {
      const got = await fetcher()
      if (mine === turn) { data.value = got; fault.value = null; took?.(got) }
    } catch (e) {
      if (mine === turn) fault.value = asFault(e)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  async function run() {
    newest = ask()
    for (let seen: Promise<void> | null = null; seen !== newest;) await (seen = newest)
  }
  async function more<R>(next: () => Promise<R>): Promise<R | null> {
    const mine = turn
    if (following === mine) return null
    following = mine
    try {
      const got = await next()
      return mine === turn ? got : null
    } catch (e) {
      if (mine === turn) throw e
      return null
    } finally { if (following === mine) following = null }
  }
  watch(lang, () => { if (turn) void run() })
  onScopeDispose(() => { turn++ })
  return { data, fault, busy, run, more }
}

/** A number that changes now and then, so that what is left on clocks is told anew. */
export const tick = ref(0)
setInterval(() => { if (!document.hidden) tick.value++ }, 20_000)
document.addEventListener('visibilitychange', () => { if (!document.hidden) tick.value++ })

/** Waits until the typing pauses; nothing comes of it any more once the page is left. */
export function pause<A extends unknown[]>(fn: (...a: A) => void, ms = 220) {
  let timer: ReturnType<typeof setTimeout> | undefined
  if (getCurrentScope()) onScopeDispose(() => clearTimeout(timer))
  return (...a: A) => { clearTimeout(timer); timer = setTimeout(() => fn(...a), ms) }
}
