import { onScopeDispose, ref, watch } from 'vue'
import { lang } from '../lang'

/** The words of a page in the order in which they are seen, with a pause after each piece. What is hidden or drawn is left out. */
export function wordsOf(root: Element): string[] {
  const out: string[] = []
  for (const el of root.querySelectorAll('h1, h2, h3, p, li, dt, dd, label, legend, button, a, summary, th, td')) {
    if (el.closest('[aria-hidden="true"], [hidden], dialog:not([open]), .sr, svg') || el.matches('[data-quiet]')) continue
    // What stands inside another piece is read there.
    if (el.parentElement?.closest('p, label, legend, button, a, summary, dt, dd, th, td') && root.contains(el.parentElement)) continue
    // A list's line that holds pieces of its own is read piece by piece.
    if (el.matches('li') && el.querySelector('h2, h3, p, button, a, li, label')) continue
    const clone = el.cloneNode(true) as Element
    for (const x of clone.querySelectorAll('[aria-hidden="true"], svg, [hidden]')) x.remove()
    const text = [...clone.childNodes].map((n) => n.textContent?.replace(/\s+/g, ' ').trim()).filter(Boolean).join(' ')
    if (text && !/^[›‹·\s]*$/.test(text) && out[out.length - 1] !== text) out.push(text)
  }
  return out
}

const speech = typeof speechSynthesis === 'undefined' ? null : speechSynthesis
const tongue = () => (lang.value === 'zh' ? 'zh' : 'en')

/** The voice for the reader's language; undefined when the device has none. Some browsers know their voices only after a moment. */
async function voice(): Promise<SpeechSynthesisVoice | undefined> {
  if (!speech) return undefined
  const find = () => speech.getVoices().find((v) => v.lang.toLowerCase().startsWith(tongue()))
  for (let i = 0; i < 10 && !find(); i++) {
    if (i > 2 && speech.getVoices().length) break
    await new Promise((ok) => setTimeout(ok, 100))
  }
  return find()
}

/** Reads a page aloud, piece by piece; `none` is true when this device has no voice for it. */
export function aloud(page: () => Element | null) {
  const on = ref(false)
  const none = ref(false)
  let turn = 0
  function stop() {
    turn++
    on.value = false
    speech?.cancel()
  }
  async function go() {
    if (on.value) { stop(); return }
    const mine = ++turn
    none.value = false
    const v = await voice()
    if (mine !== turn) return
    if (!v || !speech) { none.value = true; return }
    speech.cancel()
    on.value = true
    const say = (rest: string[]) => {
      if (mine !== turn || !rest.length) { if (mine === turn) on.value = false; return }
      // One piece at a time: long ones are cut off by some browsers.
      const u = new SpeechSynthesisUtterance(rest[0])
      u.lang = lang.value === 'zh' ? 'zh-CN' : 'en-GB'
      u.voice = v
      u.rate = 0.85
      u.onend = () => say(rest.slice(1))
      u.onerror = () => { if (mine === turn) on.value = false }
      speech.speak(u)
    }
    const root = page()
    say(root ? wordsOf(root) : [])
  }
  watch(lang, stop)
  onScopeDispose(stop)
  return { on, none, go, stop }
}
