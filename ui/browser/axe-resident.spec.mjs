// axe-core over every resident page: both languages, both widths, large edition, dark. Pages are found by following links, and those
// that need a state of their own are brought there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { carry, place } from './arrange.mjs'
import { routes, visit } from './every.mjs'
import { browse, centre, open, start } from './lib.mjs'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let server, browser, under, done
before(async () => {
  server = await start()
  browser = await browse()
  under = await place(server, '无障碍试一试')
  await carry(server, under.id, 'accepted')
  done = await place(server, '无障碍试一试，办完了')
  await carry(server, done.id, 'done')
})
after(async () => { await browser?.close(); await server?.stop() })

async function run(page, name) {
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(source)
  const r = await page.evaluate(() => {
    // What lies under the bar at the foot is scrolled up by whoever wants it; the check looks at one picture.
    for (const el of document.querySelectorAll('.tabs, .foot')) el.style.position = 'static'
    return window.axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } })
  })
  return r.violations.map((v) => `${name}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 140)).join(' | ')}`)
}

/** One page in every dress: both widths, light and dark. */
async function violations(page, name) {
  await page.evaluate(() => document.fonts.ready)
  const out = []
  for (const [width, scheme] of [[1440, 'light'], [390, 'light'], [390, 'dark']]) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 1024 })
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    out.push(...await run(page, `${name} ${width} ${scheme}`))
  }
  await page.emulateMedia({ colorScheme: 'light' })
  return out
}

/** The states that no link leads to: a refused form, an order step by step, a receipt, what waits, what is verified. */
async function states(p, bad, tag) {
  const { page } = p
  const look = async (name) => bad.push(...await violations(page, `${name} ${tag}`))
  await p.go('/?at=' + centre)
  const elder = await page.locator('.phone.elder').count() > 0
  await page.waitForSelector('.menu li button, .groups button')
  if (elder && await page.locator('.groups button').count()) { await look('kinds'); await page.click('.groups button >> nth=0'); await page.waitForSelector('.menu li button') }
  await page.click('.menu li button >> nth=0')
  await page.waitForSelector('#addr')
  await page.click('.whereis button')
  await page.waitForSelector('.pinmap')
  await look('where, with the map')
  await page.click('.foot .go')
  for (let i = 0; i < 8; i++) {
    await page.waitForSelector('.foot .go')
    await look('what ' + i)
    if (await page.locator('#text').count()) await page.fill('#text', '无障碍')
    const was = page.url()
    await page.click('.foot .go')
    await page.waitForURL((u) => u.href !== was)
    if (await page.locator('#tel').count()) break
  }
  await page.fill('#tel', '12')
  p.expect(422)
  await page.click('.foot .go')
  await page.waitForSelector('.foot .tell.bad')
  await look('send, refused')
  await page.fill('#tel', '')
  await page.click('.foot .go')
  await page.waitForSelector('.slip .code')
  await look('sent')
  await page.click('.fileSay a[href*="/verify"]')
  await page.waitForSelector('.verdict h2')
  await look('verified')
  await p.go('/waiting')
  await look('waiting')
  await p.go('/t')
  await page.fill('#code', 'ABC')
  await page.click('form .go')
  await page.waitForSelector('.wrong')
  await look('code, wrong')
  await p.go('/nowhere/at/all')
  await look('lost')
}

const least = 18 // patterns of routes that the links must lead to
for (const lang of ['zh', 'en']) for (const [name, o] of [['usual', {}], ['large', { store: { elder: '1' } }]]) {
  test(`no barrier on any resident page, ${lang}, ${name}`, async () => {
    const p = await open(browser, { url: server.url, lang, width: 390, ...o })
    const bad = []
    await p.go('/?at=' + centre)
    await p.page.waitForSelector('.menu li button, .groups button')
    const seen = await visit(p, 'resident', ['/', '/choose', '/near', '/district', '/t', '/t/' + under.track_code, '/t/' + done.track_code, '/mine', '/mine/' + under.track_code, '/consent', '/verify', '/plain-not-here'],
      async (q, pattern, path) => { bad.push(...await violations(q.page, `${path} ${lang} ${name}`), ...await q.faults(`${path} ${lang} ${name}`)) })
    await states(p, bad, `${lang} ${name}`)
    await p.close()
    assert.deepEqual([...new Set(bad)], [])
    assert.ok(seen.size >= least, `only ${seen.size} of ${routes('resident').length} kinds of page were seen: ${[...seen.keys()].join(' ')}`)
  })
}

test('pages without script have no barrier either', async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  const bad = []
  const menu = await (await fetch(server.url + '/api/v1/menu?lon=' + centre.split(',')[0] + '&lat=' + centre.split(',')[1])).json()
  for (const lang of ['zh', 'en']) for (const path of ['/plain', '/plain/place', '/plain/menu?place=' + menu.place.building.id, `/plain/order?place=${menu.place.building.id}&flow=menu&item=${menu.items[0].id}`,
    '/plain/track', '/plain/t/' + under.track_code, '/plain/t/' + done.track_code, '/plain/sent?code=' + done.track_code, '/plain/stations?place=' + menu.place.building.id, '/plain/t/AAAA-AAAA-AAAA-AAA', '/plain/nowhere']) {
    await page.goto(`${server.url}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
    bad.push(...await violations(page, `${path} ${lang}`))
  }
  await context.close()
  assert.deepEqual([...new Set(bad)], [])
})

test('the check sees a barrier where there is one', async () => {
  const p = await open(browser, { url: server.url, width: 390 })
  await p.go('/t')
  await p.page.waitForSelector('#code')
  assert.deepEqual(await violations(p.page, 'codes'), [])
  await p.page.evaluate(() => { document.querySelector('label[for=code]').remove(); document.querySelector('#code').removeAttribute('placeholder') })
  assert.match((await violations(p.page, 'codes')).join(), /label/)
  await p.close()
})
