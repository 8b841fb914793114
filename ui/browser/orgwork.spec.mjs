// A resident finds a station by need on the phone; a clerk enters a pledge and records it as fulfilled, and the resident sees it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { desk } from './arrange.mjs'
import { browse, centre, open, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

for (const [width, lang, words] of [[390, 'zh', { need: '法律援助', fn: '法律援助', far: /米|公里/ }], [1440, 'en', { need: 'lawyer', fn: 'Legal', far: /\d (m|km)/ }]]) {
  test(`a station is found by need at ${width} in ${lang}`, async () => {
    const p = await open(browser, { url: server.url, width, lang })
    const faults = []
    await p.go('/?at=' + centre)
    await p.page.click('a[href="/stations"]')
    await p.page.waitForSelector('.stations li')
    const before = await p.page.locator('.stations li').allInnerTexts()
    assert.ok(before.some((r) => !r.includes(words.fn)), 'not every station does it')
    await p.page.fill('#need', words.need)
    await p.page.waitForFunction((w) => { const l = [...document.querySelectorAll('.stations li')]; return l.length && l.every((x) => x.textContent.includes(w)) }, words.fn)
    const metres = (await p.page.locator('.stations .far').allInnerTexts()).map((s) => { assert.match(s, words.far); return parseFloat(s) * (/公里|km/.test(s) ? 1000 : 1) })
    assert.deepEqual(metres, [...metres].sort((a, b) => a - b), 'the nearest first')
    assert.equal((await p.page.locator('.stations .opening').allInnerTexts()).filter((s) => !s.trim()).length, 0, 'every station says when it is open')
    faults.push(...await p.faults('stations'))
    // The need stands in the address, so that the page can be passed on.
    await p.page.reload()
    await p.page.waitForSelector('.stations li')
    assert.equal(await p.page.inputValue('#need'), words.need)
    await p.close()
    assert.deepEqual(faults, [])
  })
}

test('a clerk enters a pledge and records it as fulfilled; the resident sees both', async () => {
  const faults = []
  const what = '把门口的台阶改成坡道 ' + Date.now()
  const p = await desk(browser, server, 'community_clerk')
  await p.go('/desk/registers/pledge')
  await p.page.click('.chips .btn.go')
  await p.page.waitForSelector('dialog[open] form')
  await p.page.fill('dialog[open] .combo input', '小桥社区居民')
  await p.page.click('dialog[open] .combo [role=option]')
  await p.page.click('dialog[open] .do .go') // not all is told yet
  await p.page.waitForSelector('dialog[open] .wrong')
  assert.equal(await p.page.locator('dialog[open] .wrong').count(), 2, 'what and when are asked for')
  p.expect(422)
  await p.page.fill('dialog[open] textarea', what)
  await p.page.fill('dialog[open] input[type=date]', '2099-12-31')
  faults.push(...(await p.faults('form')).filter((f) => !/status of 422/.test(f)))
  await p.page.click('dialog[open] .do .go')
  await p.page.waitForURL(/\/registers\/pledge\/[0-9A-Z]{26}$/)
  await p.page.waitForSelector('.sheetpage h1')
  assert.equal(await p.page.innerText('.sheetpage h1'), what)

  const resident = await open(browser, { url: server.url, width: 390 })
  await resident.go('/?at=' + centre)
  await resident.page.waitForSelector('.menu')
  await resident.go('/pledges')
  await resident.page.waitForSelector('.stations li')
  assert.ok((await resident.page.locator('.stations li').first().innerText()).includes('2099年12月31日前兑现'))

  await p.page.click('.sheetpage .do .btn:text-is("兑现了")')
  await p.page.fill('#rnote', '坡道修好了，轮椅试过')
  await p.page.click('dialog[open] .go')
  await p.page.waitForSelector('.standing:has-text("已兑现")')
  assert.equal(await p.page.locator('.sheetpage .do .btn:text-is("兑现了")').count(), 0, 'once')
  faults.push(...await p.faults('fulfilled'))
  await resident.page.reload()
  await resident.page.waitForSelector('.stations li')
  const seen = await resident.page.locator('.stations li').first().innerText()
  assert.ok(seen.includes('已兑现') && seen.includes('坡道修好了'), seen)
  faults.push(...await resident.faults('pledges'))
  await resident.close()

  // The organisation's own page shows it too, beside what else it keeps.
  await p.go('/desk/orgs?q=' + encodeURIComponent('小桥社区居民'))
  await p.page.click('.tree .node')
  await p.page.waitForSelector('.orgsheet .kept .entry')
  assert.ok((await p.page.innerText('.orgsheet')).includes(what))
  await p.page.click('.chainbox .link')
  await p.page.waitForFunction(() => document.querySelector('.chainbox')?.textContent.includes('没有断的'))
  faults.push(...await p.faults('organisation'))
  await p.close()
  assert.deepEqual(faults, [])
})
