// Help and the tour: what a newcomer meets first.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })
const make = (o = {}) => open(browser, { url: server.url, width: 1440, ...o })

/** Takes the tour to its end by the keyboard and gives its stops; each must stand within the screen and point at something. */
async function walk(p) {
  const seen = []
  for (let i = 0; i < 8; i++) {
    await p.page.waitForFunction((had) => { const c = document.querySelector('.tour .card'); return c && c.style.top && !had.includes(c.dataset.stop) }, seen)
    await p.page.waitForTimeout(250)
    const at = await p.page.evaluate(() => {
      const c = document.querySelector('.tour .card'), r = c.getBoundingClientRect(), h = document.querySelector('.tour .hole').getBoundingClientRect()
      return { stop: c.dataset.stop, title: c.querySelector('h2').textContent, in: r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight, hole: h.width > 8 && h.height > 8, focus: document.activeElement?.closest('.tour') !== null, last: !c.querySelector('.quiet') }
    })
    assert.ok(at.in && at.hole && at.focus, JSON.stringify(at))
    seen.push(at.stop)
    assert.deepEqual(await p.faults('tour ' + at.stop), [])
    await p.page.keyboard.press(i % 2 ? 'ArrowRight' : 'Enter')
    if (at.last) break
  }
  await p.page.waitForSelector('.tour', { state: 'detached' })
  return seen
}

for (const [role, own] of [['community_clerk', 'acts'], ['grid_worker', 'rounds'], ['district_leader', 'bulletins']]) {
  for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
    test(`the tour of ${role}, ${lang}, ${width}`, async () => {
      const p = await make({ tour: true, lang, width })
      await signIn(p, of(server.accounts, role))
      await p.page.waitForSelector('.tour .card')
      const seen = await walk(p)
      assert.ok(seen.length >= 4 && seen.length <= 6, seen.join())
      assert.equal(seen[0], 'rail')
      assert.ok(seen.includes(own), seen.join())
      assert.equal(seen.at(-1), 'help')
      // Once is enough, until it is asked for.
      await p.go('/desk/queue')
      await p.page.waitForSelector('h1')
      await p.page.waitForTimeout(800)
      assert.equal(await p.page.locator('.tour').count(), 0)
      await p.go('/desk/help')
      await p.page.click('.helppage .btn')
      await p.page.waitForSelector('.tour .card')
      await p.page.keyboard.press('Escape')
      await p.page.waitForSelector('.tour', { state: 'detached' })
      await p.close()
    })
  }
}

test('a deep link is not disturbed by the tour', async () => {
  const p = await make({ tour: true })
  await p.go('/desk/sign-in?next=/places')
  await p.page.fill('#user', of(server.accounts, 'community_clerk').user)
  await p.page.fill('#pw', of(server.accounts, 'community_clerk').password)
  await p.page.click('button[type=submit]')
  await p.page.waitForURL('**/desk/places')
  await p.page.waitForTimeout(800)
  assert.equal(await p.page.locator('.tour').count(), 0)
  await p.close()
})

for (const [lang, width] of [['zh', 390], ['en', 1440]]) {
  test(`each room leads to its help, ${lang}, ${width}`, async () => {
    const p = await make({ lang, width })
    await signIn(p, of(server.accounts, 'community_clerk'))
    for (const [path, id] of [['/desk/queue?tab=all', 'queue'], ['/desk/rounds', 'rounds'], ['/desk/reports', 'reports'], ['/desk/sheets', 'sheets'], ['/desk/me', 'me']]) {
      await p.go(path)
      await p.page.waitForSelector('h1')
      assert.deepEqual(await p.faults(path), [])
      await p.page.click('.helplink:visible')
      await p.page.waitForURL('**/desk/help/' + id)
      await p.page.waitForSelector('.helppage ol')
      assert.equal(await p.page.locator('.helppage ol li').count(), 3)
      assert.deepEqual(await p.faults('help of ' + id), [])
    }
    await p.go('/desk/help/nothing')
    await p.page.waitForSelector('.helps a')
    assert.deepEqual(await p.faults('no such help'), [])
    await p.close()
  })
}

test('the finder finds what help says', async () => {
  const p = await make()
  await signIn(p, of(server.accounts, 'community_clerk'))
  await p.page.keyboard.press('Control+k')
  await p.page.fill('#finder', '不归我办')
  await p.page.waitForSelector('.finder [role=option]:has-text("说明：待办")')
  await p.page.click('.finder [role=option]:has-text("说明：待办")')
  await p.page.waitForURL('**/desk/help/queue')
  await p.close()
})
