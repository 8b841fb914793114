import { ref, watchEffect } from 'vue'

export type Lang = 'zh' | 'en'

/** localStorage, or nothing where it is switched off. */
export const kept = {
  get: (k: string) => { try { return localStorage.getItem('sanzhi.' + k) } catch { return null } },
  set: (k: string, v: string) => { try { localStorage.setItem('sanzhi.' + k, v) } catch { /* private window: keep going */ } },
  drop: (k: string) => { try { localStorage.removeItem('sanzhi.' + k) } catch { /* same */ } },
}

function first(): Lang {
  const asked = new URLSearchParams(location.search).get('lang') ?? kept.get('lang') ?? navigator.language
  return asked.toLowerCase().startsWith('en') ? 'en' : 'zh'
}

export const lang = ref<Lang>(first())
export const theme = ref<'auto' | 'light' | 'dark'>((kept.get('theme') as 'light' | 'dark' | null) ?? 'auto')
export const elder = ref(kept.get('elder') === '1')

export function setLang(l: Lang) { lang.value = l; kept.set('lang', l) }
export function setTheme(v: 'auto' | 'light' | 'dark') {
  theme.value = v
  if (v === 'auto') kept.drop('theme')
  else kept.set('theme', v)
}
export function setElder(v: boolean) { elder.value = v; kept.set('elder', v ? '1' : '0') }

/** Keeps the document's own language and theme in step. */
export function dress() {
  watchEffect(() => {
    const d = document.documentElement
    d.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
    if (theme.value === 'auto') delete d.dataset.theme
    else d.dataset.theme = theme.value
  })
}
