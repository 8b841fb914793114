// The pictures of the read-me files: the desk with a case beside the list, and three of the resident's pages. PNG, below 200 kB each.
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { carry, desk, hand, picture, place } from './arrange.mjs'
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

  for (const [lang, tail] of [['zh', ''], ['en', '.en']]) {
    const d = await desk(browser, server, 'community_clerk', { lang })
    await d.page.setViewportSize({ width: 1240, height: 680 })
    await d.go('/desk/queue?case=' + fresh.id)
    await d.page.waitForSelector('.pane .case .str')
    await still(d)
    await save(d.page, `desk${tail}.png`)
    await d.close()

    // Three telephones side by side, each with its own page.
    const width = 390
    const height = 844
    const pages = [`/?at=${centre}`, '/t/' + under.track_code, '/t/' + done.track_code]
    const shots = []
    const r = await open(browser, { url: server.url, width, lang })
    for (const path of pages) {
      await r.go(path)
      await r.page.waitForSelector('h1')
      await still(r)
      shots.push((await r.page.screenshot({ animations: 'disabled' })).toString('base64'))
    }
    await r.close()
    const sheet = await browser.newPage({ viewport: { width: pages.length * (width + 24) + 24, height: height + 48 } })
    await sheet.setContent(`<body style="margin:24px;display:flex;gap:24px;background:#F1EEE6">${shots.map((s) => `<img width="${width}" height="${height}" src="data:image/png;base64,${s}" style="border-radius:6px">`).join('')}</body>`)
    await sheet.waitForFunction(() => [...document.images].every((i) => i.complete && i.naturalWidth))
    await save(sheet, `resident${tail}.png`)
    await sheet.close()
  }
} finally {
  await browser.close()
  await server.stop()
}
