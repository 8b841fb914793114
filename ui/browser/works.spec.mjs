// A register of works is tried and imported when it adds up, refused with the difference when it does not; and a target is split
// until nothing is left.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

const register = (total) => `记录,类型,状态,个数
合计,,建成,${total}
类型,城镇,建成,3
类型,社区,建成,8
类型,乡村,建成,16
类型,交通,建成,13
类型,河湖,建成,1
类型,校园,建成,3
类型,景区,建成,6
合计,,计划,18
类型,社区,计划,18
`

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`a register of works, ${lang}, ${width} px`, async () => {
    const faults = []
    const p = await open(browser, { url: server.url, width, lang })
    await signIn(p, of(server.accounts, 'planner'))
    await p.go('/desk/works/import')
    await p.page.fill('#in', `绿美先进示范点 ${lang}`)
    await p.page.fill('#ic', register(49))
    p.expect(422)
    await p.page.click('.importform .do button')
    await p.page.waitForSelector('.tell.bad')
    const refused = await p.page.innerText('.tell.bad')
    assert.match(refused, lang === 'zh' ? /各类相加是 50，申报合计是 49，多 1/ : /the types add up to 50, the declared total is 49: 1 more/)
    faults.push(...await p.faults('refused'))
    p.expect()
    await p.page.fill('#ic', register(50))
    await p.page.click('.importform .do button')
    await p.page.waitForSelector('.tell[role=status]')
    faults.push(...await p.faults('tried'))
    await p.page.click('.importform .do button.go')
    await p.page.waitForFunction(() => !document.querySelector('.importform .do'))
    await p.go('/desk/works/sites')
    await p.page.waitForSelector('.twofigs')
    assert.deepEqual(await p.page.locator('.twofigs b').allInnerTexts(), ['50', '18'])
    faults.push(...await p.faults('sites'))
    await p.close()
    assert.deepEqual(faults, [])
  })
}

test('a target is split until nothing is left', async () => {
  const faults = []
  const p = await open(browser, { url: server.url })
  await signIn(p, of(server.accounts, 'supervisor'))
  await p.go('/desk/indicators')
  await p.page.waitForSelector('.root')
  await p.page.locator('.root a', { hasText: '办结件数' }).first().click()
  await p.page.waitForSelector('.ttree .tline')
  faults.push(...await p.faults('target'))
  await p.page.locator('.tline .do button').last().click()
  await p.page.locator('.splitform .seg button').nth(1).click()
  const parts = p.page.locator('.splitform input.part')
  assert.equal(await parts.count(), 4)
  const whole = Number(/(\d+) 件/.exec(await p.page.innerText('.splitform h2'))[1])
  for (const [i, n] of [1, 2, 3, whole - 7].entries()) await parts.nth(i).fill(String(n))
  assert.match(await p.page.innerText('.leftover'), /还差 1 件/)
  assert.equal(await p.page.locator('.splitform button[type=submit]').isDisabled(), true)
  await parts.nth(3).fill(String(whole - 6))
  assert.match(await p.page.innerText('.leftover'), /相加正好/)
  faults.push(...await p.faults('split'))
  await p.page.locator('.splitform button[type=submit]').click()
  await p.page.waitForFunction(() => document.querySelectorAll('.ttree .tline').length >= 5)
  faults.push(...await p.faults('split, stored'))
  await p.close()
  assert.deepEqual(faults, [])
})
