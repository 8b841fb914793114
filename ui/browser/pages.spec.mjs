// What each page must do beside the loop: deep links, the back button, the keyboard, drafts, errors in words.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, centre, of, open, signIn, start } from './lib.mjs'
import { order, openCase } from './walk.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })
const make = (o = {}) => open(browser, { url: server.url, width: 390, ...o })

test('a draft survives a reload and a lost connection, and is sent once', async () => {
  const p = await make()
  await p.go('/?at=' + centre)
  await p.page.click('.menu li button >> nth=0')
  await p.page.waitForSelector('#addr')
  await p.page.click('.foot .go')
  await p.page.fill('#text', '断网试一试')
  await p.page.reload()
  assert.equal(await p.page.inputValue('#text'), '断网试一试')
  for (const set of await p.page.$$('fieldset.q')) { const x = await set.$('.pick input'); if (x) await x.check() }
  await p.page.click('.foot .go')
  await p.page.waitForSelector('#tel')
  await p.page.waitForLoadState('networkidle')
  // The answer of the first attempt is lost on its way; the second must not make a second order.
  let posts = 0
  const keys = new Set()
  await p.page.route('**/api/v1/cases', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    keys.add(route.request().headers()['idempotency-key'])
    if (posts++ === 0) { await route.fetch(); await route.abort('connectionreset'); return }
    await route.continue()
  })
  await p.page.click('.foot .go')
  // It waits on this phone, and says so.
  await p.page.waitForSelector('.waitlist .tell.warn')
  await p.page.click('.waitlist .btn.go')
  await p.page.waitForSelector('.slip .code')
  assert.equal(posts, 2)
  assert.equal(keys.size, 1)
  await p.go('/')
  assert.equal(await p.page.locator('.resume').count(), 0)
  await p.close()
})

test('back goes one question back and loses nothing', async () => {
  const p = await make()
  await p.go('/?at=' + centre)
  await p.page.click('.menu li button >> nth=0')
  await p.page.fill('#addr', '2 单元')
  await p.page.click('.foot .go')
  await p.page.waitForSelector('#text')
  await p.page.goBack()
  assert.equal(await p.page.inputValue('#addr'), '2 单元')
  await p.page.goBack()
  await p.page.waitForSelector('.menu')
  await p.close()
})

test('emergency words show the number at once', async () => {
  const p = await make()
  await p.go('/?at=' + centre)
  await p.page.waitForSelector('.menu li button')
  await p.page.fill('#say', '楼下着火了')
  await p.page.waitForSelector('.alarm a[href="tel:119"]')
  assert.deepEqual(await p.faults('door with an alarm'), [])
  await p.close()
})

test('a wrong code, a wrong address and a wrong password say what to do', async () => {
  const p = await make()
  p.expect(401, 404)
  await p.go('/t/AAAA-AAAA-AAAA-AAA')
  await p.page.waitForSelector('h1')
  assert.deepEqual(await p.faults('no such code'), [])
  await p.go('/no/such/page')
  await p.page.waitForSelector('h1')
  assert.deepEqual(await p.faults('no such page'), [])
  await p.go('/desk/stats')
  await p.page.waitForSelector('#user')
  await p.page.fill('#user', 'nobody')
  await p.page.fill('#pw', 'wrong')
  await p.page.click('button[type=submit]')
  await p.page.waitForSelector('.tell.bad')
  assert.deepEqual(await p.faults('wrong password'), [])
  await p.close()
})

test('the desk by keyboard: down, open beside the list, close, keys', async () => {
  const p = await make({ width: 1440 })
  await signIn(p, of(server.accounts, 'community_clerk'))
  await p.go('/desk/queue?tab=all')
  await p.page.waitForSelector('.row')
  await p.page.keyboard.press('j')
  await p.page.keyboard.press('Enter')
  await p.page.waitForSelector('.pane .case .str')
  assert.match(p.page.url(), /case=[0-9A-Z]{26}/)
  await p.page.keyboard.press('Escape')
  await p.page.waitForSelector('.pane', { state: 'detached' })
  await p.page.keyboard.press('x')
  await p.page.waitForSelector('.bulk')
  await p.page.keyboard.press('?')
  await p.page.waitForSelector('dialog[open] .keylist')
  await p.page.keyboard.press('Escape')
  await p.page.waitForSelector('dialog[open]', { state: 'detached' })
  assert.deepEqual(await p.faults('keyboard'), [])
  await p.close()
})

test('a full number is shown for a reason only, and the resident sees who looked', async () => {
  const r = await make()
  const { code, number } = await order(r, '看号试一试')
  const p = await make({ width: 1440 })
  await signIn(p, of(server.accounts, 'community_clerk'))
  await openCase(p, number)
  assert.ok(!(await p.page.innerText('.contact')).includes('13812345678'))
  await p.page.click('.contact .link')
  assert.ok(await p.page.isDisabled('dialog .go'))
  await p.page.fill('#why', '上门前约时间')
  await p.page.click('dialog .go')
  await p.page.waitForFunction(() => document.querySelector('.contact')?.textContent?.includes('13812345678'))
  await r.go('/t/' + code)
  await r.page.click('.end .link')
  assert.match(await r.page.innerText('.seen'), /上门前约时间/)
  await p.close()
  await r.close()
})

test('a new order appears on an open queue by itself', async () => {
  const p = await make({ width: 1440 })
  await signIn(p, of(server.accounts, 'community_clerk'))
  await p.go('/desk/queue?q=' + encodeURIComponent('自己出现'))
  await p.page.waitForSelector('.none, .row')
  const before = await p.page.locator('.row').count()
  const r = await make()
  await order(r, '自己出现的一件')
  await p.page.waitForFunction((n) => document.querySelectorAll('.row').length > n, before)
  await p.close()
  await r.close()
})

for (const lang of ['zh', 'en']) {
  for (const width of [390, 1440]) {
    test(`every page of the desk stands, ${lang}, ${width} px`, async () => {
      const p = await make({ width, lang })
      await signIn(p, of(server.accounts, 'community_clerk'))
      const faults = []
      for (const path of ['/desk/queue', '/desk/queue?tab=all', '/desk/queue?tab=done', '/desk/new', '/desk/places', '/desk/stats', '/desk/me', '/desk/nowhere']) {
        await p.go(path)
        await p.page.waitForSelector('h1')
        faults.push(...await p.faults(path))
      }
      assert.deepEqual(faults, [])
      await p.close()
    })
  }
}
