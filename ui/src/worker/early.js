/* Runs before the page's own scripts are here, and asks at once for what this address will need: the chunk of the page and its first
   answers. The page takes them up (api.ts); whatever it does not find here it asks for itself. The build fills in the pages. */
(function () {
  'use strict'
  const pages = self.PAGES // [pattern of the path, files] filled in by the build
  const kept = (k) => { try { return localStorage.getItem('sanzhi.' + k) } catch { return null } }
  const query = new URLSearchParams(location.search)
  const path = location.pathname

  for (const [pattern, files] of pages) {
    if (!new RegExp(pattern).test(path)) continue
    for (const f of files) {
      const link = document.createElement('link')
      const style = f.endsWith('.css')
      link.rel = style ? 'preload' : 'modulepreload'
      if (style) link.as = 'style'
      link.crossOrigin = ''
      link.href = f
      document.head.appendChild(link)
    }
    break
  }

  const lang = (query.get('lang') ?? kept('lang') ?? navigator.language).toLowerCase().startsWith('en') ? 'en' : 'zh'
  const early = self.sanzhiEarly = { lang, at: Date.now(), got: {} }
  const ask = (address) => {
    const got = early.got[address] = fetch(address, { headers: { Accept: 'application/json', 'Accept-Language': lang }, credentials: 'same-origin' })
    got.catch(() => { /* the page asks again */ })
  }
  /** Where the reader stands: what the door's code says, else what this device keeps. */
  const spot = () => {
    const at = /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/.exec(query.get('at') ?? '')
    const place = /^[0-9A-Z]{26}$/.exec(query.get('place') ?? '')
    if (path === '/' && (at || place)) return { place: place?.[0], lon: at && Number(at[1]), lat: at && Number(at[2]) }
    try { return JSON.parse(kept('spot')) } catch { return null }
  }
  const where = (s) => (typeof s?.lon === 'number' && typeof s.lat === 'number' ? 'lon=' + s.lon + '&lat=' + s.lat : s?.place ? 'place=' + encodeURIComponent(s.place) : '')
  const code = /^\/t\/([^/]+)$/.exec(path)?.[1]
  if (code) {
    let raw = ''
    try { raw = decodeURIComponent(code) } catch { return }
    raw = raw.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1').replace(/(.{4})(?=.)/g, '$1-')
    if (raw) ask('/api/v1/track/' + raw)
  } else if (path === '/' || path === '/near') {
    const w = where(spot())
    if (w && path === '/near') ask('/api/v1/neighbourhood?' + w)
    if (w) ask('/api/v1/menu?' + w)
  }
})()
