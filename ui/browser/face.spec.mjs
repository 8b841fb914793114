// What a page owes to whoever reads it: another language, large letters, a keyboard, little motion, no script, long words.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { carry, desk, hand, openAt, place } from './arrange.mjs'
import { browse, centre, open, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })
const phone = (o = {}) => open(browser, { url: server.url, width: 390, ...o })
const clean = async (p, name) => assert.deepEqual(await p.faults(name), [])
const english = (p) => p.page.waitForFunction(() => document.documentElement.lang === 'en')

test('the other language keeps what is half written', async () => {
  const { id, track_code } = await place(server, '换语言试一试')
  await carry(server, id, 'accepted')
  const p = await desk(browser, server, 'cadre')
  await openAt(p, id)
  await p.page.fill('.act textarea', '写到一半')
  await p.page.click('.rail .me button[lang=en]')
  await english(p)
  await p.page.waitForFunction(() => document.querySelector('.case .acts h3')?.textContent === 'Finish')
  assert.equal(await p.page.inputValue('.act textarea'), '写到一半')
  await p.page.click('.rail .me button[lang=zh-CN]')
  await p.page.waitForFunction(() => document.querySelector('.case .acts h3')?.textContent === '办结')
  assert.equal(await p.page.inputValue('.act textarea'), '写到一半')

  await p.go('/desk/new')
  await p.page.fill('#nt', '电话里说的')
  await p.page.fill('#na', '3 单元')
  await p.page.click('.rail .me button[lang=en]')
  await english(p)
  await p.page.waitForFunction(() => [...document.querySelectorAll('.seg label')].some((l) => l.textContent === 'Hazard rectification'))
  assert.deepEqual([await p.page.inputValue('#nt'), await p.page.inputValue('#na')], ['电话里说的', '3 单元'])
  await clean(p, 'new, in the other language')

  await (await hand(server, 'cadre')).act(id, 'finish', { result: '好了' })
  const r = await phone()
  await r.go('/t/' + track_code)
  await r.page.click('.yn button >> nth=0')
  await r.page.click('.five label >> nth=3')
  await r.page.fill('#rt', '来得快')
  await r.page.click('.top nav button[lang=en]')
  await r.page.waitForFunction(() => /says it is done/.test(document.querySelector('.sayline')?.textContent ?? ''))
  assert.equal(await r.page.inputValue('#rt'), '来得快')
  assert.equal(await r.page.isChecked('.five input >> nth=3'), true)
  await clean(r, 'rating, in the other language')
  await p.close()
  await r.close()
})

test('what somebody else does meanwhile does not empty an open form', async () => {
  const { id, track_code } = await place(server, '写到一半有人补话')
  await carry(server, id, 'accepted')
  const p = await desk(browser, server, 'cadre')
  await openAt(p, id)
  await p.page.fill('.act textarea', '写到一半')
  const r = await phone()
  await r.go('/t/' + track_code)
  await r.page.click('.state .acts button:not(.go)')
  await r.page.fill('dialog[open] textarea', '门开着')
  await r.page.click('dialog[open] .go')
  await p.page.waitForFunction(() => document.querySelector('.case ol.line')?.textContent?.includes('门开着'))
  assert.equal(await p.page.inputValue('.act textarea'), '写到一半')
  await p.page.click('.act button.go[type=submit]')
  await p.page.waitForSelector('.case .tell[role=status]')
  assert.equal((await (await hand(server, 'cadre')).one(id)).step, 'done')
  await p.close()
  await r.close()
})

test('a promise is said with one time on one page', async () => {
  const { id, track_code } = await place(server, '时限试一试')
  const r = await phone()
  for (const to of ['', 'done']) {
    if (to) await carry(server, id, to)
    await r.go('/t/' + track_code)
    await r.page.waitForSelector(to ? '.state .calm' : '.state .num')
    const say = /(\d{1,2}:\d\d)/.exec(await r.page.innerText('.sayline'))[1]
    // A rating is asked for, not owed: its hour is said once, and only the days left stand below.
    if (to) {
      assert.equal(await r.page.locator('.state .num').count(), 0)
      assert.match(await r.page.innerText('.state .calm'), /^还剩 \d+ 天/)
    } else assert.equal(await r.page.innerText('.state .num'), say)
  }
  await r.close()
})

test('long words stay inside: nothing is cut off at the side', async () => {
  const long = '楼道里的灯一直不亮老人孩子上下楼都要摸着墙走'.repeat(60) + 'http' + 'x'.repeat(600)
  const { id, track_code } = await place(server, long, { address: '二单元'.repeat(60), contact: { name: '欧阳'.repeat(20), phone: '13812345678' } })
  for (const width of [390, 1440]) {
    const p = await desk(browser, server, 'community_clerk', { width })
    await openAt(p, id)
    await clean(p, `long case ${width}`)
    await p.go('/desk/queue?q=' + encodeURIComponent('老人孩子上下楼'))
    await p.page.waitForSelector('.row')
    await clean(p, `long row ${width}`)
    await p.close()
  }
  const r = await phone({ store: { elder: '1' } })
  await r.go('/t/' + track_code)
  await r.page.waitForSelector('.hang')
  await clean(r, 'long order, large')
  await r.close()
})

test('at 200 % and on the smallest phone everything is still there', async () => {
  const { id, track_code } = await place(server, '放大试一试')
  for (const width of [320, 720]) {
    const p = await desk(browser, server, 'community_clerk', { width })
    for (const path of ['/desk/queue?tab=all', '/desk/cases/' + id, '/desk/new', '/desk/places', '/desk/stats', '/desk/me']) {
      await p.go(path)
      await p.page.waitForSelector('h1')
      await clean(p, `${path} at ${width}`)
    }
    for (const path of ['/?at=' + centre, '/choose', '/t', '/t/' + track_code]) {
      await p.go(path)
      await p.page.waitForSelector('h1')
      await clean(p, `${path} at ${width}`)
    }
    await p.close()
  }
  const e = await phone({ width: 320, lang: 'en', store: { elder: '1' } })
  for (const path of ['/?at=' + centre, '/choose', '/t', '/t/' + track_code]) {
    await e.go(path)
    await e.page.waitForSelector('h1, .hang')
    await clean(e, `${path}, large, English`)
  }
  await e.close()
})

test('an order by keyboard alone', async () => {
  const p = await phone({ width: 1440 })
  const { keyboard } = p.page
  // Tab until the focus stands where it is wanted; every stop on the way must be visible.
  const tabTo = async (selector) => {
    for (let i = 0; i < 60; i++) {
      await keyboard.press('Tab')
      const at = await p.page.evaluate((s) => {
        const el = document.activeElement
        const styled = el.closest('label, .add, li') ?? el
        const shown = [el, styled, el.nextElementSibling].some((x) => x && getComputedStyle(x).outlineStyle !== 'none')
        return { hit: el.matches(s), ringed: el === document.body || shown, what: el.outerHTML.slice(0, 80) }
      }, selector)
      assert.ok(at.ringed, 'no focus to be seen on ' + at.what)
      if (at.hit) return
    }
    assert.fail('the keyboard does not reach ' + selector)
  }
  await p.go('/?at=' + centre)
  await p.page.waitForSelector('.menu li button')
  await tabTo('.menu li button')
  await keyboard.press('Enter')
  await p.page.waitForSelector('#addr')
  await tabTo('#addr')
  await keyboard.type('2-301')
  await tabTo('.foot .go')
  await keyboard.press('Enter')
  await p.page.waitForSelector('#text')
  for (let i = 0, n = await p.page.locator('fieldset.q .picks').count(); i < n; i++) {
    await tabTo(`.pick input`)
    await keyboard.press('Space')
  }
  await tabTo('#text')
  await keyboard.type('用键盘点的')
  await tabTo('.foot .go')
  await keyboard.press('Enter')
  await p.page.waitForSelector('#tel')
  await tabTo('.foot .go')
  await keyboard.press('Enter')
  await p.page.waitForSelector('.slip .code')
  await clean(p, 'sent by keyboard')
  await p.close()
})

test('the map draws the streets and houses around, and marks the one house', async () => {
  const p = await phone()
  await p.go('/?at=' + centre)
  await p.page.click('.menu li button >> nth=0')
  await p.page.waitForSelector('.minimap .house.here')
  const n = (c) => p.page.locator('.minimap .' + c).count()
  assert.equal(await n('here'), 1)
  assert.ok(await n('house') > 3 && await n('road') + await n('lane') > 0 && await n('grid') > 0)
  await clean(p, 'where, with a map')
  await p.close()
})

test('back closes the case beside the list and keeps the filters', async () => {
  const p = await desk(browser, server, 'community_clerk')
  await p.go('/desk/queue?tab=all')
  await p.page.click('.row a.what >> nth=0')
  await p.page.waitForSelector('.pane .case .str')
  const first = p.page.url()
  await p.page.click('.row a.what >> nth=1')
  await p.page.waitForURL((u) => u.href !== first)
  await p.page.waitForFunction(() => document.querySelectorAll('.row[aria-current]').length === 1)
  await p.page.goBack()
  await p.page.waitForSelector('.pane .case .str')
  await p.page.goBack()
  await p.page.waitForSelector('.pane', { state: 'detached' })
  assert.match(p.page.url(), /tab=all/)
  await p.page.selectOption('.chip:has(.sr:text-is("事项")) select', { index: 1 }) // which comes with the menu, before others
  await p.page.waitForURL(/item=/)
  await p.page.reload()
  await p.page.waitForSelector('.row, .none')
  assert.match(p.page.url(), /tab=all.*item=|item=.*tab=all/)
  await p.close()
})

test('who asks for little motion gets none', async () => {
  const p = await phone()
  await p.page.emulateMedia({ reducedMotion: 'reduce' })
  await p.go('/t')
  await p.page.waitForSelector('.btn')
  const moving = () => p.page.evaluate(() => [...document.querySelectorAll('*')].filter((el) => {
    const c = getComputedStyle(el)
    return c.animationName !== 'none' || c.transitionDuration.split(',').some((d) => parseFloat(d) > 0)
  }).length)
  assert.equal(await moving(), 0)
  await p.page.emulateMedia({ reducedMotion: 'no-preference' })
  assert.ok(await moving() > 0, 'the check sees motion where there is some')
  await p.close()
})

test('on paper stands the order with its receipt, and nothing that can only be pressed', async () => {
  const { track_code } = await place(server, '印一张收据')
  const r = await phone()
  await r.go('/t/' + track_code)
  await r.page.waitForSelector('.slip .code')
  await r.page.emulateMedia({ media: 'print' })
  for (const part of ['.tabs', '.top', '.foots', '.skip', '.slip .acts']) assert.equal(await r.page.locator(part).isVisible(), false, part)
  for (const part of ['.head h1', '.sayline', '.slip .code', '.slip .qr']) assert.equal(await r.page.locator(part).isVisible(), true, part)
  await r.close()
})

test('in large type a title is larger than the text', async () => {
  const r = await open(browser, { url: server.url, width: 390, store: { elder: '1' } })
  await r.go('/t')
  await r.page.waitForSelector('h1')
  const [title, text] = await r.page.evaluate(() => ['h1', '.phone'].map((s) => parseFloat(getComputedStyle(document.querySelector(s)).fontSize)))
  assert.ok(title > text * 1.2, `${title} px over ${text} px`)
  await r.close()
})

test('without script the page says what to do', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  for (const path of ['/', '/t/AAAA-AAAA-AAAA-AAA', '/desk/']) {
    await page.goto(server.url + path)
    const text = await page.innerText('body')
    assert.match(text, /脚本/, path)
    assert.match(text, /scripts/, path)
    if (path !== '/desk/') assert.match(text, /119/)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path)
  }
  await context.close()
})

test('when the program does not answer, the page says so and goes on when it does', async () => {
  const p = await desk(browser, server, 'community_clerk')
  p.expect(503, 500)
  let down = true
  await p.page.route('**/api/v1/cases?**', (r) => (down ? r.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ title: '稍后再试', status: 503 }) }) : r.continue()))
  await p.go('/desk/queue?tab=all')
  await p.page.waitForSelector('.fault')
  await clean(p, 'queue without answer')
  down = false
  await p.page.click('.fault button')
  await p.page.waitForSelector('.row')
  await p.go('/desk/queue?tab=all&q=nothingatall')
  await p.page.waitForSelector('.none')
  await clean(p, 'nothing found')
  await p.close()
})
