// Pictures of every page, 390 and 1440 px, both languages, and the dark ones of the first; large type for the resident.
// They go to ../docs/screens, which is not committed. ONLY=desk-1440-zh,resident-390-zh-elder makes these sets; OUT=DIR puts them elsewhere.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { desk } from './arrange.mjs'
import { arrange } from './arranged.mjs'
import { visit } from './every.mjs'
import { browse, open, start } from './lib.mjs'
import { order } from './walk.mjs'

const out = process.env.OUT ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'screens')
mkdirSync(out, { recursive: true })
if (!process.env.OUT) writeFileSync(join(out, '.gitignore'), '*\n')
const server = await start()
const browser = await browse()
let n = 0

/** Takes the pictures of one set; prints what lib.mjs finds wrong with a page. */
const shooting = (set, had = new Map()) => async (p, _pattern, path) => {
  // A map is drawn a moment after its page: without waiting, its picture is an empty sheet on a busy machine.
  if (await p.page.$('.mappage')) await p.page.waitForSelector('.mappage .glmap canvas', { timeout: 15_000 }).catch(() => {})
  if (await p.page.$('.mappage .glmap canvas')) await p.page.waitForFunction(() => !window.__map || (window.__map.loaded() && window.__map.areTilesLoaded()), null, { timeout: 30_000 }).catch(() => console.log(`  ${set} ${path}: the map is not drawn`))
  for (const bad of await p.faults(path)) console.log(`  ${set} ${bad}`)
  await p.page.waitForTimeout(300)
  const name = path.replace(/^\/(desk\/)?/, '').replace(/[0-9A-Z]{26}|[0-9A-Z]{4}(-[0-9A-Z]{3,4}){3}/g, 'one').replace(/[^\w]+/g, '-') || 'begin'
  // Two pages of one kind are two pictures.
  const nth = (had.get(name) ?? 0) + 1
  had.set(name, nth)
  // A window as tall as the page: a foot that stays at the bottom would else stand across the middle of the picture.
  const { width, height } = p.page.viewportSize()
  const whole = await p.page.evaluate(() => document.documentElement.scrollHeight)
  if (whole > height) await p.page.setViewportSize({ width, height: whole })
  await p.page.screenshot({ path: join(out, `${set}-${name}${nth > 1 ? '-' + nth : ''}.png`), fullPage: true })
  if (whole > height) await p.page.setViewportSize({ width, height })
  n++
}

const sets = []
for (const lang of ['zh', 'en']) for (const width of [390, 1440]) for (const face of ['resident', 'desk']) sets.push({ face, lang, width })
sets.push({ face: 'desk', lang: 'zh', width: 1440, dark: true })
for (const lang of ['zh', 'en']) for (const width of [390, 1440]) sets.push({ face: 'resident', lang, width, dark: true }, { face: 'resident', lang, width, elder: true })
for (const lang of ['zh', 'en']) for (const width of [390, 1440]) for (const dark of [false, true]) sets.push({ face: 'plain', lang, width, dark })
const wanted = process.env.ONLY?.split(',')
try {
  const begun = await arrange(server)
  for (const { face, elder, ...o } of sets) {
    const set = [face, o.width, o.lang, o.dark ? 'dark' : '', elder ? 'elder' : ''].filter(Boolean).join('-')
    if (wanted && !wanted.includes(set)) continue
    const look = shooting(set)
    const store = elder ? { elder: '1' } : {}
    const seen = new Map()
    if (face === 'resident') {
      const p = await open(browser, { url: server.url, ...o, store })
      // In large type the first page asks one thing after the other: order() walks the usual one.
      if (!elder) await order(p, '楼道灯不亮', (name) => look(p, '', 'order/' + name))
      await visit(p, face, begun.resident, look, seen)
      await p.close()
      continue
    }
    if (face === 'plain') {
      const p = await open(browser, { url: server.url, ...o })
      for (const path of begun.plain) {
        await p.go(path + (path.includes('?') ? '&' : '?') + 'lang=' + o.lang)
        await look(p, '', path)
      }
      await p.close()
      continue
    }
    for (const role of begun.roles.filter((r) => server.accounts.some((a) => a.role === r))) {
      const p = await desk(browser, server, role, o)
      await p.page.addInitScript(() => { window.__watchMap = 1 })
      await visit(p, face, begun.desk[role] ?? ['/desk/'], look, seen)
      await p.close()
    }
  }
  console.log(`${n} pictures`)
} finally {
  await browser.close()
  await server.stop()
}
