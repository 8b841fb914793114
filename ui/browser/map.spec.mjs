// The desk's map leads from a diamond to a case; Ctrl-K finds by initials; the tree opens level by level.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'
import { patience } from './slow.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

const settled = (p) => p.page.waitForFunction(() => window.__map?.loaded() && window.__map.queryRenderedFeatures({ layers: ['many', 'one'] }).length > 0, null, { timeout: patience(60_000) })

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`the map shows grids and diamonds and leads to a case, ${lang}, ${width} px`, async () => {
    const p = await open(browser, { url: server.url, width, lang })
    await p.page.addInitScript(() => { window.__watchMap = 1 })
    const faults = []
    await signIn(p, of(server.accounts, 'district_leader'))
    await p.go('/desk/map')
    await settled(p)
    faults.push(...await p.faults('map'))
    // Grids, washes and the map below come one after the other.
    const look = () => {
      const m = window.__map
      const grids = new Set(m.querySourceFeatures('grids').map((f) => f.properties.id))
      const under = new Set(m.queryRenderedFeatures().filter((f) => f.source === 'base').map((f) => f.sourceLayer))
      return { grids: grids.size, under: [...under], washes: [...grids].filter((id) => m.getFeatureState({ source: 'grids', id }).w > 0).length }
    }
    let seen = await p.page.evaluate(look)
    for (const late = Date.now() + patience(); Date.now() < late && !(seen.grids === 638 && seen.washes > 20 && seen.under.includes('water') && seen.under.includes('road')); seen = await p.page.evaluate(look)) await p.page.waitForTimeout(250)
    assert.equal(seen.grids, 638)
    assert.ok(seen.washes > 20, `${seen.washes} grids are washed`)
    assert.ok(seen.under.includes('water') && seen.under.includes('road'), 'the base map has ' + seen.under)
    // The largest diamond holds its cases.
    const at = await p.page.evaluate(() => {
      const m = window.__map
      const f = m.queryRenderedFeatures({ layers: ['many'] }).sort((a, b) => b.properties.point_count - a.properties.point_count)[0]
      const q = m.project(f.geometry.coordinates)
      return { x: q.x, y: q.y, n: f.properties.point_count }
    })
    await p.page.locator('.glbox canvas').click({ position: { x: at.x, y: at.y } })
    await p.page.waitForSelector('.mapcases li a')
    assert.ok((await p.page.innerText('.mapcases h2')).includes(String(at.n)), 'the list tells how many')
    assert.equal(await p.page.locator('.mapcases li').count(), Math.min(30, at.n))
    faults.push(...await p.faults('list'))
    await p.page.click('.mapcases li a >> nth=0')
    await p.page.waitForSelector('.case')
    // The way back is the view one came from.
    await p.page.goBack()
    await settled(p)
    await p.page.evaluate(() => window.__map.jumpTo({ center: [101.7614, 36.6462], zoom: 15 }))
    await p.page.waitForFunction(() => /at=101\.7614/.test(location.search))
    await p.page.reload()
    await p.page.waitForFunction(() => window.__map?.loaded() && window.__map.querySourceFeatures('cases').length > 0)
    assert.ok(Math.abs(await p.page.evaluate(() => window.__map.getZoom()) - 15) < 0.01, 'the address keeps the position')
    // Overdue alone.
    const before = await p.page.evaluate(() => window.__map.querySourceFeatures('cases').length)
    await p.page.click('.chips button[aria-pressed] >> nth=0')
    await p.page.waitForFunction(() => /overdue=1/.test(location.search))
    await p.page.waitForFunction((n) => window.__map.querySourceFeatures('cases').length < n && window.__map.querySourceFeatures('cases').every((f) => f.properties.over >= 1), before)
    faults.push(...await p.faults('overdue'))
    await p.close()
    assert.deepEqual(faults, [])
  })
}

test('the whole district is in sight from the beginning, also on a low wide screen, though what stands below the map comes after it', async () => {
  for (const [width, height] of [[1440, 1024], [1240, 680], [390, 844]]) {
    const p = await open(browser, { url: server.url, width })
    await p.page.setViewportSize({ width, height })
    await p.page.addInitScript(() => { window.__watchMap = 1 })
    await signIn(p, of(server.accounts, 'district_leader'))
    await p.go('/desk/map')
    await settled(p)
    const zoom = () => p.page.evaluate(() => window.__map.getZoom())
    const begun = await zoom()
    await p.page.click('.glctl button >> nth=2')
    await p.page.waitForFunction(() => !window.__map.isMoving())
    assert.ok(Math.abs(begun - await zoom()) < 0.01, `${width} × ${height}: it begins at ${begun}, the whole is at ${await zoom()}`)
    await p.close()
  }
})

test('Ctrl-K finds a place by initials, a page, a case by the end of its number', async () => {
  const p = await open(browser, { url: server.url })
  await signIn(p, of(server.accounts, 'district_leader'))
  await p.page.waitForSelector('h1')
  const ask = async (q) => {
    await p.page.keyboard.press('Control+k')
    await p.page.waitForSelector('dialog.finder[open]')
    await p.page.fill('#finder', q)
  }
  await ask('cbq')
  await p.page.waitForFunction(() => document.querySelector('#finderlist [role=option][aria-selected=true] b')?.textContent === '城北区')
  const faults = await p.faults('finder')
  await p.page.keyboard.press('Enter')
  await p.page.waitForURL((u) => u.pathname === '/desk/places')
  await p.page.waitForFunction(() => document.querySelector('.sheet h2')?.textContent === '城北区')
  await ask('dt')
  await p.page.waitForSelector('#finderlist [role=option]')
  assert.match(await p.page.innerText('#finderlist [role=option] >> nth=0'), /地图/)
  await p.page.keyboard.press('Escape')
  await p.page.waitForSelector('dialog.finder', { state: 'detached' })
  const number = await p.page.evaluate(async () => (await (await fetch('/api/v1/cases?limit=1')).json()).items[0].number)
  await ask(number.slice(-5))
  await p.page.waitForFunction((n) => document.querySelector('#finderlist')?.textContent.includes(n), number)
  // Asked for again in the very frame in which it closes, it opens.
  await p.page.evaluate(() => {
    const press = (key, more) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
    press('Escape')
    press('k', { ctrlKey: true })
  })
  await p.page.waitForTimeout(100) // and stays open: the word of its closing comes a frame later
  await p.page.waitForSelector('dialog.finder[open]')
  await p.page.waitForFunction((n) => document.querySelector('#finderlist')?.textContent.includes(n), number)
  await p.page.keyboard.press('Enter')
  await p.page.waitForSelector('.case')
  faults.push(...await p.faults('case'))
  await p.close()
  assert.deepEqual(faults, [])
})

test('the tree is walked with keys and keeps few rows on the page', async () => {
  const p = await open(browser, { url: server.url })
  await signIn(p, of(server.accounts, 'district_leader'))
  await p.go('/desk/places')
  await p.page.waitForFunction(() => document.querySelectorAll('[role=treeitem]').length > 7)
  await p.page.focus('[role=tree]')
  for (const k of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await p.page.keyboard.press(k)
  await p.page.waitForSelector('[role=treeitem][aria-level="3"]')
  const first = await p.page.innerText('.sheet h2')
  await p.page.keyboard.press('End')
  await p.page.keyboard.press('Enter')
  await p.page.waitForFunction((was) => { const on = document.querySelector('.node.on b')?.textContent; return on && on !== was && document.querySelector('.sheet h2')?.textContent !== was }, first)
  const last = await p.page.evaluate(() => ({ on: document.querySelector('.node.on b').textContent, sheet: document.querySelector('.sheet h2').textContent, rows: document.querySelectorAll('.vtree .node').length }))
  assert.equal(last.on, last.sheet)
  assert.ok(last.rows < 80, `${last.rows} rows`)
  const faults = await p.faults('tree')
  await p.close()
  assert.deepEqual(faults, [])
})

test('without WebGL a plain drawing stands in', async () => {
  const p = await open(browser, { url: server.url })
  await p.page.addInitScript(() => { const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return /webgl/.test(kind) ? null : get.call(this, kind, ...more) } })
  await signIn(p, of(server.accounts, 'district_leader'))
  await p.go('/desk/map')
  await p.page.waitForSelector('.flatmap path.g.w1')
  assert.equal(await p.page.locator('.flatmap path.g').count(), 638)
  await p.page.locator('.flatmap path.g.w1').first().click()
  await p.page.waitForSelector('.mapcases li a')
  const faults = await p.faults('plain')
  await p.close()
  assert.deepEqual(faults, [])
})
