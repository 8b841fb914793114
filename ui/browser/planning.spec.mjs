// A planner draws grids, compares them with today's, locks one and draws the rest anew, adopts the plan and takes it back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'
import { patience } from './slow.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`the studio, ${lang}, ${width} px`, async () => {
    const faults = []
    const p = await open(browser, { url: server.url, width, lang })
    await signIn(p, of(server.accounts, 'planner'))
    await p.go('/desk/plans')
    await p.page.waitForSelector('.plans .btn.go')
    faults.push(...await p.faults('list'))
    await p.page.click('.plans .btn.go')
    await p.page.fill('.combo input', '朝阳街道')
    await p.page.locator('.combo li[role=option]').first().click()
    faults.push(...await p.faults('new'))
    await p.page.click('.planform .btn.go')
    await p.page.waitForSelector('.gridmap', { timeout: patience(120_000) })
    faults.push(...await p.faults('result'))
    assert.equal(await p.page.locator('.gridmap').count(), 2)
    const row = async (id) => p.page.locator(`.fly tr[data-row=${id}] td`).allInnerTexts()
    assert.match((await row('broken'))[1], /^0/)
    const within = (s) => Number(s.split('÷')[0]) / Number(s.split('÷')[1])
    const [was, is] = (await row('within')).map(within)
    assert.ok(is >= was, `${was} → ${is}`)
    if (process.env.SHOTS) await p.page.screenshot({ path: `${process.env.SHOTS}/plan-${lang}-${width}.png`, fullPage: true })

    await p.page.locator('.lockbtn').first().click()
    const first = p.page.url()
    await p.page.locator('.planhead .btn').first().click()
    await p.page.waitForURL((u) => u.href !== first) // the plan of its own, not the one that stands here
    await p.page.waitForSelector('.running, .fly')
    await p.page.waitForFunction(() => document.querySelectorAll('.gridmap .lockmark').length === 1, null, { timeout: patience(120_000) })
    faults.push(...await p.faults('locked'))
    // Beside the first plan.
    await p.page.waitForFunction(() => document.querySelectorAll('.pair select option').length > 1)
    await p.page.selectOption('.pair select', { index: 1 })
    await p.page.waitForURL(/with=/)
    faults.push(...await p.faults('compared'))

    await p.page.locator('.planhead .btn.go').click()
    await p.page.waitForSelector('dialog .btn.go')
    faults.push(...await p.faults('asked'))
    await p.page.click('dialog .btn.go')
    await p.page.waitForSelector('.tell[role=status]')
    assert.match(await p.page.innerText('.tell[role=status]'), lang === 'zh' ? /采用了/ : /Adopted/)
    await p.page.locator('.planhead .btn').last().click()
    await p.page.click('dialog .btn.go')
    await p.page.waitForFunction((w) => document.querySelector('.tell[role=status]')?.textContent?.includes(w), lang === 'zh' ? '撤回' : 'Taken back')
    faults.push(...await p.faults('undone'))
    await p.close()
    assert.deepEqual(faults, [])
  })
}
