import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { routes } from '../dev/early'
import { api, get } from '../src/api'
import { lang } from '../src/lang'
import { menuFor, spotOf } from '../src/resident/place'
import { tidyCode } from '../src/resident/draft'

const src = join(__dirname, '..', 'src')
const script = readFileSync(join(src, 'worker/early.js'), 'utf8')
const main = readFileSync(join(src, 'resident/main.ts'), 'utf8')

/** What the first script asks for at an address, on a device that keeps what is named. */
function early(address: string, kept: Record<string, string> = {}, language = 'zh-CN', pages: [string, string[]][] = []) {
  const at = new URL(address, 'https://example.test')
  const asked: { url: string; headers: Record<string, string> }[] = []
  const links: { rel: string; href: string }[] = []
  const self: Record<string, unknown> = { PAGES: pages }
  const fetch = (url: string, o: { headers: Record<string, string> }) => { asked.push({ url, headers: o.headers }); return Promise.resolve(new Response('{}')) }
  new Function('self', 'location', 'localStorage', 'navigator', 'document', 'fetch', script)(
    self, at, { getItem: (k: string) => kept[k.replace('sanzhi.', '')] ?? null }, { language },
    { createElement: () => ({}), head: { appendChild: (l: { rel: string; href: string }) => links.push(l) } }, fetch)
  return { asked, links, self }
}

describe('the first script', () => {
  afterEach(() => { vi.unstubAllGlobals(); lang.value = 'zh' })

  const point = '{"lon":101.7593426,"lat":36.6484989}'
  const place = '{"place":"01FR8KGA009J5NJJKRYB2ZJDP6","name":"x"}'
  const cases: [string, Record<string, string>, () => Promise<unknown>[]][] = [
    ['/?at=101.7593426,36.6484989', {}, () => [menuFor(spotOf({ at: '101.7593426,36.6484989' })!)]],
    ['/?at=101.50,36.0', { spot: place }, () => [menuFor(spotOf({ at: '101.50,36.0' })!)]],
    ['/?place=01FR8KGA009J5NJJKRYB2ZJDP6', { spot: point }, () => [menuFor(spotOf({ place: '01FR8KGA009J5NJJKRYB2ZJDP6' })!)]],
    ['/', { spot: point }, () => [menuFor(JSON.parse(point))]],
    ['/', {}, () => []],
    ['/', { spot: 'null' }, () => []],
    ['/', { spot: '{broken' }, () => []],
    ['/near', { spot: place }, () => [get('/neighbourhood', { place: '01FR8KGA009J5NJJKRYB2ZJDP6' }), menuFor(JSON.parse(place))]],
    ['/near', { spot: point }, () => [get('/neighbourhood', { lon: 101.7593426, lat: 36.6484989 }), menuFor(JSON.parse(point))]],
    ['/t/k7as 1agr-g8o2-7e3', {}, () => [api.track(tidyCode('k7as 1agr-g8o2-7e3'))]],
    ['/t/K7AS-1AGR-G802-7E3', {}, () => [api.track('K7AS-1AGR-G802-7E3')]],
    ['/t/%E0%A4%A', {}, () => []],
    ['/votes', { spot: point }, () => []],
  ]
  it.each(cases)('asks at %s for what the page asks for (%o)', async (address, kept, page) => {
    for (const l of ['zh', 'en'] as const) {
      const got = early(address, { ...kept, lang: l })
      lang.value = l
      const asked: { url: string; headers: Record<string, string> }[] = []
      vi.stubGlobal('fetch', (url: string, o: { headers: Record<string, string> }) => { asked.push({ url, headers: o.headers }); return Promise.resolve(new Response('{}')) })
      await Promise.all(page())
      expect(got.asked).toEqual(asked)
    }
  })

  it('is taken up once, in its language, and while it is fresh', async () => {
    const fetched: string[] = []
    vi.stubGlobal('fetch', (url: string) => { fetched.push(url); return Promise.resolve(new Response('{"from":"page"}')) })
    const url = '/api/v1/track/A'
    const offer = (l: string, at: number, got: Promise<Response>) => vi.stubGlobal('sanzhiEarly', { lang: l, at, got: { [url]: got } })
    const first = () => Promise.resolve(new Response('{"from":"early"}'))
    offer('zh', Date.now(), first())
    expect(await get('/track/A')).toEqual({ from: 'early' })
    expect(await get('/track/A')).toEqual({ from: 'page' })
    offer('en', Date.now(), first())
    expect(await get('/track/A')).toEqual({ from: 'page' })
    offer('zh', Date.now() - 60_000, first())
    expect(await get('/track/A')).toEqual({ from: 'page' })
    offer('zh', Date.now(), Promise.reject(new TypeError('no network')))
    expect(await get('/track/A')).toEqual({ from: 'page' })
    expect(fetched).toHaveLength(4)
  })

  it('brings the files of the page that stands at the address', () => {
    const pages = routes(main).map((r): [string, string[]] => [r.pattern, ['/assets/' + r.page, ...(r.worded ? ['/assets/more.css'] : [])]])
    const files = (address: string) => early(address, {}, 'en', pages).links
    expect(files('/t/ABCD').map((l) => l.href)).toEqual(['/assets/Track.vue'])
    expect(files('/t').map((l) => l.href)).toEqual(['/assets/Codes.vue'])
    expect(files('/mine').map((l) => [l.rel, l.href])).toEqual([['modulepreload', '/assets/MyInfo.vue'], ['preload', '/assets/more.css']])
    expect(files('/activities/mine/X').map((l) => l.href)[0]).toBe('/assets/activities/Mine.vue')
    expect(files('/votes/01FR8KGA009J5NJJKRYB2ZJDP6').map((l) => l.href)[0]).toBe('/assets/Vote.vue')
    expect(files('/nowhere')).toEqual([])
    expect(files('/')).toEqual([])
    expect(routes(main).length).toBeGreaterThan(20)
  })
})

describe('words of the first pages', () => {
  const keysOf = (file: string) => new Set([...readFileSync(join(src, `words/${file}.ts`), 'utf8').matchAll(/^ {2}'([\w.-]+)'/gm)].map((m) => m[1]!))
  const parts = (file: string) => [...readFileSync(join(src, `words/${file}.ts`), 'utf8').matchAll(/from '\.\/(\w+)'/g)].map((m) => m[1]!)
  const first = new Set(parts('resident-face').flatMap((p) => [...keysOf(p)]))
  const later = new Set(parts('resident-more').flatMap((p) => [...keysOf(p)]))
  const file = (from: string, name: string) => [name, name + '.ts', name + '.vue'].map((n) => resolve(dirname(from), n)).find((f) => existsSync(f) && statSync(f).isFile())
  function closure(f: string, seen = new Set<string>()): Set<string> {
    if (seen.has(f) || /\/words\//.test(f) || !/\.(ts|vue)$/.test(f)) return seen
    seen.add(f)
    for (const m of readFileSync(f, 'utf8').matchAll(/^\s*(?:import|export)\s+(?!type\b)(?:[^'"\n]*?\sfrom\s+)?['"](\.[^'"]+)['"]/gm)) {
      const next = file(f, m[1]!)
      if (next) closure(next, seen)
    }
    return seen
  }
  /** Words of the later parts that a file and all it stands on say. */
  const missing = (f: string) => [...closure(f)].flatMap((g) => {
    const text = readFileSync(g, 'utf8')
    return [...later].filter((k) => !first.has(k) && (text.includes(`'${k}'`) || text.includes('`' + k.replace(/[^.]+$/, '') + '${'))).map((k) => g.slice(src.length) + ' ' + k)
  })

  it('are there before any other part', () => {
    expect(first.size).toBeGreaterThan(100)
    expect(later.size).toBeGreaterThan(200)
    expect(missing(join(src, 'resident/main.ts'))).toEqual([])
    // Another page brings the rest with it.
    expect(missing(join(src, 'resident/Vote.vue')).length).toBeGreaterThan(20)
  })
  it.each(routes(main).filter((r) => !r.worded))('are enough for $page', ({ page }) => { expect(missing(join(src, 'resident', page))).toEqual([]) })
})
