// A bulletin: from a figure on the sheet to the records behind it, at the desk and for everyone, and checked on the page that verifies.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`a figure is followed to its records, ${lang}, ${width} px`, async () => {
    const faults = []
    const desk = await open(browser, { url: server.url, width, lang })
    await signIn(desk, of(server.accounts, 'district_leader'))
    await desk.go('/desk/reports')
    await desk.page.waitForSelector('.issues a')
    faults.push(...await desk.faults('list'))
    await desk.go('/desk/reports?status=published')
    await desk.page.click('.issues a')
    await desk.page.waitForSelector('.sheet')
    faults.push(...await desk.faults('bulletin'))
    const text = await desk.page.innerText('.sheet')
    for (const figure of ['718', '1300', '147', '360', '533', '105', '31', '130', '100%']) assert.ok(text.includes(figure), figure)
    await desk.page.click('.sheet .trace[aria-label*="718"] >> nth=0')
    await desk.page.waitForSelector('.tr .records li')
    await desk.page.waitForFunction(() => document.querySelectorAll('.tr .records .at').length === 4) // three records, and what is said of the rest
    await desk.page.waitForSelector('.tr .end b')
    assert.match(await desk.page.innerText('.tr .n'), /718/)
    assert.match(desk.page.url(), /figure=issues/)
    faults.push(...await desk.faults('trace'))
    await desk.page.click('.tr .records button')
    await desk.page.waitForFunction(() => document.querySelectorAll('.tr .records li').length > 10)
    // To the very case.
    await desk.page.click('.tr .records a.link >> nth=0')
    await desk.page.waitForSelector('.case')
    faults.push(...await desk.faults('case'))
    await desk.close()

    const anyone = await open(browser, { url: server.url, width, lang })
    await anyone.go('/reports')
    await anyone.page.click('.rows a')
    await anyone.page.waitForSelector('.sheet')
    faults.push(...await anyone.faults('public'))
    await anyone.page.click('.sheet .trace >> nth=0')
    await anyone.page.waitForSelector('dialog[open] .tr li')
    assert.equal(await anyone.page.locator('dialog .records').count(), 0, 'no single records for everyone')
    faults.push(...await anyone.faults('public figure'))
    const id = new URL(anyone.page.url()).pathname.split('/').pop()
    const proof = await (await fetch(`${server.url}/api/v1/public/reports/${id}/proof`)).text()
    await anyone.go('/verify')
    const check = async (body, sign) => {
      await anyone.page.setInputFiles('#vfile', { name: 'proof.json', mimeType: 'application/json', buffer: Buffer.from(body) })
      await anyone.page.waitForSelector(`.verdict h2.${sign}`)
    }
    await check(proof, 'good')
    faults.push(...await anyone.faults('verified'))
    await check(proof.replace('718', '719'), 'bad')
    faults.push(...await anyone.faults('not so'))
    await anyone.close()
    assert.deepEqual(faults, [])
  })
}
