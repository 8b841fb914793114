// The first minutes of those who keep something: each begins where the post's work is, and nothing passes for saved that is not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

const by = async (role, o = {}) => {
  const p = await open(browser, { url: server.url, ...o })
  await signIn(p, of(server.accounts, role))
  return p
}

const homes = { planner: '/desk/plans', system_admin: '/desk/settings/menu', security_admin: '/desk/settings/accounts', auditor: '/desk/audit', district_leader: '/desk/picture' }
for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`each begins where the work is, ${lang}, ${width} px`, async () => {
    const faults = []
    for (const [role, home] of Object.entries(homes)) {
      const p = await by(role, { lang, width })
      await p.page.waitForURL((u) => u.pathname === home)
      await p.page.waitForSelector('h1')
      faults.push(...await p.faults(role))
      await p.close()
    }
    assert.deepEqual(faults, [])
  })
}

test('a switch that was not saved is asked about on the way out', async () => {
  const p = await by('system_admin', { width: 1440 })
  const { page } = p
  await page.waitForSelector('.setlist .switch')
  await page.click('.setlist .switch')
  await page.click('.rail a[href$="/settings/system"]')
  await page.waitForSelector('dialog .do')
  assert.equal(new URL(page.url()).pathname, '/desk/settings/menu')
  assert.deepEqual(await p.faults('asked'), [])
  await page.click('dialog .btn.go')
  await page.waitForSelector('dialog', { state: 'detached' })
  assert.ok(await page.isVisible('.savebar.on .btn.go'), 'what was pressed is still there to be saved')
  await page.click('.rail a[href$="/settings/system"]')
  await page.click('dialog .btn:not(.go)')
  await page.waitForURL((u) => u.pathname === '/desk/settings/system/office')

  // A holiday that was filled in but not added does not pass for saved.
  await page.click('section:nth-of-type(2) > p > .btn')
  const year = await page.inputValue('#calyear')
  await page.fill('#calfrom', `${year}-12-31`)
  let wrote = 0
  page.on('request', (r) => { if (r.method() !== 'GET') wrote++ })
  await page.click('section:nth-of-type(2) .savebar .go')
  await page.waitForSelector('section:nth-of-type(2) > .wrong')
  assert.equal(wrote, 0, 'nothing is written while a day waits to be added')
  await page.click('section:nth-of-type(2) .do .btn >> nth=0')
  await page.click('section:nth-of-type(2) .savebar .go')
  await page.waitForSelector('section:nth-of-type(2) .savebar .tell:not(.bad)')
  assert.match(await page.innerText('section:nth-of-type(2) .callists'), /12月31日/)

  // The year as it was, for whoever comes next.
  await page.click('section:nth-of-type(2) .do .btn.quiet')
  await page.click('section:nth-of-type(2) .savebar .go')
  await page.waitForSelector('section:nth-of-type(2) > p > .btn')
  await page.waitForSelector('section:nth-of-type(2) .savebar:not(.on)')
  await p.close()
})

test('a post is held where its organisation is, unless one says otherwise', async () => {
  const p = await by('security_admin', { width: 1440 })
  const { page } = p
  await page.click('main .btn.go')
  await page.fill('dialog input >> nth=0', 'li.' + Date.now().toString(36))
  await page.fill('dialog input >> nth=1', '李晓燕')
  await page.click('dialog .btn.go')
  await page.waitForSelector('dialog .once code')
  await page.click('dialog .btn.go')
  await page.click('section .btn.go')
  await page.selectOption('#prole', 'community_clerk')
  const box = (n) => page.locator('dialog [role=combobox]').nth(n)
  await box(0).fill('小桥社区居民委员会')
  await page.click('dialog [role=option]')
  await page.waitForFunction(() => document.querySelectorAll('dialog [role=combobox]')[1].value === '小桥社区')
  assert.deepEqual(await p.faults('post'), [])
  await page.click('dialog .btn.go')
  await page.waitForSelector('.settable tbody tr')
  assert.match(await page.innerText('.settable tbody tr'), /小桥社区/)
  await p.close()
})

test('a bulletin begins with the monthly one, and this month is one press', async () => {
  const p = await by('supervisor', { width: 1440 })
  const { page } = p
  await p.go('/desk/reports')
  await page.click('.bar .btn.go')
  await page.waitForSelector('dialog input[name=template]:checked')
  assert.ok(await page.locator('dialog .pick:has(input:checked) small').count(), 'the one that is made each month')
  await page.click('dialog .do.start .btn >> nth=1')
  assert.match(await page.inputValue('#rfrom'), /-01$/)
  assert.equal((await page.inputValue('#rfrom')).slice(0, 7), (await page.inputValue('#rto')).slice(0, 7))
  assert.equal(await page.getAttribute('dialog .do.start .btn >> nth=1', 'aria-pressed'), 'true')
  assert.deepEqual(await p.faults('new'), [])
  await p.close()
})
