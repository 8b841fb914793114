import { computed, ref, type Ref } from 'vue'
import type { CallError } from '../../api'
import { asFault, load } from '../../shared/load'
import { copy } from './both'
import { calls, type Settings } from './calls'

// Marks that this page itself moved on. What stands beside the part that was saved was read before, and is not out of date by that.
const moved = new Map<string, string>()
function now(mark: string) {
  let m = mark
  for (let next = moved.get(m); next !== undefined; next = moved.get(m)) m = next
  return m
}

/** The district's own settings with one part of them under change. */
export function own<T>(part: (s: Settings) => T, body: (v: T) => Parameters<typeof calls.put>[0]) {
  const value = ref<T | null>(null) as Ref<T | null>
  const kept = ref('')
  const fault = ref<CallError | null>(null)
  const saved = ref(false)
  const busy = ref(false)
  const dirty = computed(() => kept.value !== '' && JSON.stringify(value.value) !== kept.value)
  let mark = ''
  function take(s: Settings) { value.value = copy(part(s)); kept.value = JSON.stringify(value.value); mark = s.mark }
  const page = load(async () => { const s = await calls.settings(); if (!dirty.value) take(s); return s })
  void page.run()
  async function save(other?: Parameters<typeof calls.put>[0]) {
    busy.value = true
    fault.value = null
    const was = now(mark)
    try { const s = await calls.put({ mark: was, ...(other ?? body(value.value as T)) }); moved.delete(s.mark); if (s.mark !== was) moved.set(was, s.mark); take(s); page.data.value = s; saved.value = true } catch (e) { fault.value = asFault(e); saved.value = false } finally { busy.value = false }
  }
  async function undo() { kept.value = ''; fault.value = null; saved.value = false; await page.run() }
  return { value, page, fault, saved, busy, dirty, save, undo }
}
