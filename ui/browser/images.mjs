// The pictures of the read-me files and of the guides, in both languages: what each role meets first. PNG, below 200 kB each.
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { carry, desk, hand, picture, place } from './arrange.mjs'
import { order } from './walk.mjs'
import { browse, centre, open, start } from './lib.mjs'

const out = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'images')
const most = 200_000
mkdirSync(out, { recursive: true })
const server = await start()
const browser = await browse()
const save = async (page, name, o = {}) => {
  const path = join(out, name)
  await page.screenshot({ path, animations: 'disabled', ...o })
  const { size } = statSync(path)
  console.log(`docs/images/${name} ${(size / 1000).toFixed(0)} kB`)
  if (size > most) { console.error(`${name} is larger than ${most / 1000} kB`); process.exitCode = 1 }
}
/** Nothing waits, fonts are there, every picture is drawn. */
const still = async (p) => {
  const bad = await p.faults('picture')
  if (bad.length) throw new Error(bad.join('\n'))
  await p.page.evaluate(() => document.fonts.ready)
  await p.page.waitForLoadState('networkidle').catch(() => {})
}
const upload = async (name, colour) => {
  const { buffer, mimeType } = picture(name, 800, 600, colour)
  const form = new FormData()
  form.append('file', new Blob([buffer], { type: mimeType }), name)
  const r = await fetch(server.url + '/api/v1/uploads', { method: 'POST', body: form, headers: { 'Idempotency-Key': crypto.randomUUID() } })
  return (await r.json()).id
}
try {
  const contact = { name: '张三', phone: '13812345678' }
  const fresh = await place(server, '三层到五层都黑，我妈晚上不敢下楼', { contact, photos: [await upload('dark.png', [44, 46, 54])] })
  const under = await place(server, '下楼摸黑，扶手也松了', { contact })
  await carry(server, under.id, 'accepted')
  const done = await place(server, '二层的灯一闪一闪', { contact, photos: [await upload('flicker.png', [52, 50, 60])] })
  await carry(server, done.id, 'accepted')
  await (await hand(server, 'cadre')).act(done.id, 'finish', { result: '换灯 3 盏、线 12 米，不收钱', photos: [await upload('light.png', [214, 196, 150])] })

  // A plan of grids, drawn once: the studio shows it in both languages.
  const planner = await hand(server, 'planner')
  const town = (await planner.get('/places?kind=subdistrict&q=' + encodeURIComponent('朝阳街道'))).items[0]
  const plan = await planner.post('/plans', { kind: 'partition', name: '朝阳街道的网格', place: town.id, params: { tolerance: 15 } })

  for (const [lang, tail] of [['zh', ''], ['en', '.en']]) {
    /** One page of somebody at the desk, in a window of its own size. */
    const at = async (role, path, ready, name, { width = 1240, height = 680, before = async () => {} } = {}) => {
      const d = await desk(browser, server, role, { lang, width })
      await d.page.setViewportSize({ width, height })
      await d.page.addInitScript(() => { window.__watchMap = 1 })
      await d.go(path)
      await d.page.waitForSelector(ready, { timeout: 90_000 })
      await before(d.page)
      await still(d)
      await save(d.page, name + tail + '.png')
      await d.close()
    }
    await at('community_clerk', '/desk/queue?case=' + fresh.id, '.pane .case .str', 'desk')
    await at('district_leader', '/desk/map', 'canvas', 'map', { before: (page) => page.waitForFunction(() => window.__map?.loaded() && window.__map.queryRenderedFeatures({ layers: ['many', 'one'] }).length > 0, null, { timeout: 60_000 }) })
    await at('district_leader', '/desk/picture', '.funnel', 'dashboard', { height: 860 })
    await at('planner', '/desk/plans/' + plan.id, '.gridmap', 'studio', { width: 1080, height: 700 })
    await at('system_admin', '/desk/settings/flows/menu', '.chain .bead', 'flow', { height: 860 })
    await at('grid_worker', '/desk/rounds/today', '.stops a', 'patrol', { width: 390, height: 844 })

    // A telephone: from the door to what happens next, as somebody meets it, and three of its pages side by side.
    const width = 390
    const height = 844
    const shots = []
    const r = await open(browser, { url: server.url, width, lang })
    const pages = [[`/?at=${centre}`, 'door'], ['/t/' + under.track_code, 'track'], ['/t/' + done.track_code, ''], ['/near', 'near']]
    for (const [path, name] of pages) {
      await r.go(path)
      await r.page.waitForSelector('h1')
      await still(r)
      if (name) await save(r.page, name + tail + '.png')
      if (shots.length < 3) shots.push((await r.page.screenshot({ animations: 'disabled' })).toString('base64'))
    }
    await r.go('/verify?code=' + done.track_code)
    await r.page.click('main form .go:enabled').catch(() => {}) // the receipt of the address may be checked by itself
    await r.page.waitForSelector('.verdict .yes li')
    await still(r)
    await save(r.page, 'verify' + tail + '.png')
    await order(r, lang === 'zh' ? '三楼到五楼都黑' : 'Dark from the third floor up', async (name) => { if (name === 'what') { await r.page.evaluate(() => scrollTo(0, 0)); await save(r.page, 'order' + tail + '.png') } })
    await r.close()
    const e = await open(browser, { url: server.url, width, lang, store: { elder: '1' } })
    await e.go('/t/' + under.track_code)
    await e.page.waitForSelector('.hang')
    await still(e)
    await save(e.page, 'elder' + tail + '.png')
    await e.close()

    const sheet = await browser.newPage({ viewport: { width: shots.length * (width + 24) + 24, height: height + 48 } })
    await sheet.setContent(`<body style="margin:24px;display:flex;gap:24px;background:#F1EEE6">${shots.map((s) => `<img width="${width}" height="${height}" src="data:image/png;base64,${s}" style="border-radius:6px">`).join('')}</body>`)
    await sheet.waitForFunction(() => [...document.images].every((i) => i.complete && i.naturalWidth))
    await save(sheet, `resident${tail}.png`)
    await sheet.close()
  }
} finally {
  await browser.close()
  await server.stop()
}
