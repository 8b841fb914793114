/* Opens pages without a network. It keeps the pages' own files and, for residents, what is public about places; nothing of an order, of a
   code, of a round or of a person is ever kept here: what waits is kept and sent by the pages themselves. The build writes it twice:
   sw.js for the resident's pages, desk-sw.js for those of the desk that are used while walking about. */
'use strict'
const files = self.FILES // filled in by the build
const desk = self.DESK
const start = desk ? '/desk.html' : '/index.html'
const shells = desk ? 'sanzhi-desk-' : 'sanzhi-shell-'
const shell = shells + self.BUILD
const told = 'sanzhi-told'
const most = 120 // answers kept
const patience = 2500 // ms for a page's first byte before the kept one is shown

self.addEventListener('install', (e) => {
  e.waitUntil((async () => {
    const c = await caches.open(shell)
    await c.addAll(files.map((f) => new Request(f, { cache: f.startsWith('/assets/') ? 'default' : 'reload' })))
    await self.skipWaiting()
  })())
})

self.addEventListener('activate', (e) => {
  e.waitUntil((async () => {
    for (const k of await caches.keys()) if (k.startsWith(shells) && k !== shell) await caches.delete(k)
    await self.clients.claim()
  })())
})

// What anybody may read about places. Everything else goes to the network and is not looked at.
const open = /^\/api\/v1\/(?:config|menu|places|places\/at|map|stations|neighbourhood|public\/key)$/

self.addEventListener('fetch', (e) => {
  const { request } = e
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (!desk && /^\/(?:desk|api|plain|healthz|readyz|metrics)(?:\/|$)/.test(url.pathname)) return
    e.respondWith(page(request))
  } else if (url.pathname.startsWith('/assets/')) {
    e.respondWith(asset(request))
  } else if (!desk && open.test(url.pathname)) {
    e.respondWith(answer(request, url, e))
  }
})

const wait = (ms) => new Promise((ok) => setTimeout(ok, ms))

async function page(request) {
  const kept = () => caches.open(shell).then((c) => c.match(start))
  const got = fetch(request).catch(() => null)
  const first = await Promise.race([got, wait(patience).then(() => null)])
  // A server that rests does not take the pages away.
  if (first && first.status < 500) return first
  return (await kept()) ?? (await got) ?? Response.error()
}

async function asset(request) {
  return (await caches.match(request)) ?? fetch(request)
}

async function answer(request, url, e) {
  // One answer for each language.
  const name = new URL(url)
  name.searchParams.set('_lang', request.headers.get('Accept-Language') ?? '')
  const got = fetch(request).then((r) => {
    if (r.ok) { const copy = r.clone(); e.waitUntil(keep(name.href, copy)) }
    return r
  })
  try { return await got } catch (err) {
    const kept = await caches.open(told).then((c) => c.match(name.href))
    if (kept) return kept
    throw err
  }
}

async function keep(name, response) {
  const c = await caches.open(told)
  await c.put(name, response)
  const all = await c.keys()
  for (const old of all.slice(0, Math.max(0, all.length - most))) await c.delete(old)
}
