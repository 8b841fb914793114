import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { CallError } from '../api'
import { lang } from '../lang'
import { t } from '../words'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  fault: Ref<CallError | null>
  busy: Ref<boolean>
  run: () => Promise<void>
}

/** Any thrown thing as something to show. */
export const asFault = (e: unknown) => (e instanceof CallError ? e : new CallError(-1, t('err.page')))

/**
 * Loads something that a page shows; a later run overtakes an earlier one. The last answer stays while a new one is fetched.
 * Answers carry words, so a change of language fetches anew; what is half written on the page stays.
 */
export function load<T>(fetcher: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const fault = ref<CallError | null>(null) as Ref<CallError | null>
  const busy = ref(false)
  let turn = 0
  async function run() {
    const mine = ++turn
    busy.value = true
    try {
      const got = await fetcher()
      if (mine === turn) { data.value = got; fault.value = null }
    } catch (e) {
      if (mine === turn) fault.value = asFault(e)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  watch(lang, () => { if (turn) void run() })
  onScopeDispose(() => { turn++ })
  return { data, fault, busy, run }
}

/** A number that changes now and then, so that what is left on clocks is told anew. */
export const tick = ref(0)
setInterval(() => { if (!document.hidden) tick.value++ }, 20_000)
document.addEventListener('visibilitychange', () => { if (!document.hidden) tick.value++ })

/** Waits until the typing pauses. */
export function pause<A extends unknown[]>(fn: (...a: A) => void, ms = 220) {
  let timer: ReturnType<typeof setTimeout> | undefined
  return (...a: A) => { clearTimeout(timer); timer = setTimeout(() => fn(...a), ms) }
}
