import { onScopeDispose, ref } from 'vue'
import { refreshQueue } from './session'

// One event stream a browser tab: HTTP/1.1 allows six connections to a host, so all pages of the desk share it.
export interface Changed { id: string; step: string; version: number; place?: string }
type Hear = (c: Changed) => void

interface Listener { hear: Hear; again: () => void; missed: boolean }

const listeners = new Set<Listener>()
let met = false
let source: EventSource | null = null
let queueTimer: ReturnType<typeof setTimeout> | undefined
let retry: ReturnType<typeof setTimeout> | undefined
export const live = ref(false)

function queueSoon() {
  clearTimeout(queueTimer)
  queueTimer = setTimeout(() => void refreshQueue(), 400)
}

export function connect() {
  if (source || !('EventSource' in window)) return
  source = new EventSource('/api/v1/stream')
  source.onopen = () => { live.value = true }
  source.onerror = () => {
    live.value = false
    // A closed stream means that the right to it ended or the server went; ask again, slowly.
    if (source?.readyState === EventSource.CLOSED) {
      disconnect()
      retry = setTimeout(connect, 15_000)
    }
  }
  source.addEventListener('queue', queueSoon)
  // What moved while the stream was cut off is told by nobody: after each new beginning the pages look again.
  source.addEventListener('hello', () => {
    if (met) { for (const l of listeners) l.missed = true; catchUp(); queueSoon() }
    met = true
  })
  source.addEventListener('case', (e) => {
    try {
      const c = JSON.parse((e as MessageEvent<string>).data) as Changed
      for (const l of listeners) { if (document.hidden) l.missed = true; else l.hear(c) }
    } catch { /* a broken line is not worth a broken page */ }
    queueSoon()
  })
}

export function disconnect() {
  clearTimeout(retry)
  source?.close()
  source = null
  live.value = false
}

function catchUp() {
  if (document.hidden) return
  for (const l of listeners) if (l.missed) { l.missed = false; l.again() }
}
document.addEventListener('visibilitychange', catchUp)

/** Hears of changed cases while the page is open and looked at; `again` catches up with what moved while it was not, or the line was cut. */
export function onCase(hear: Hear, again: () => void) {
  const l: Listener = { hear, again, missed: false }
  listeners.add(l)
  onScopeDispose(() => listeners.delete(l))
}
