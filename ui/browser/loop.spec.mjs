// The whole loop, as five people walk it: a resident, the community's clerk, the unit's dispatcher, its cadre, and who oversees.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'
import { mainAct, openCase, order, rate } from './walk.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

for (const [lang, width] of [['zh', 390], ['en', 1440]]) {
  test(`five steps, ${lang}, ${width} px`, async () => {
    const faults = []
    const look = (p) => async (name) => { faults.push(...await p.faults(name)) }
    const make = () => open(browser, { url: server.url, width, lang })

    const resident = await make()
    const { code, number } = await order(resident, `三楼到五楼都黑 ${lang}${width}`, look(resident))
    assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}$/)
    await resident.page.click('.sentdo .go')
    await resident.page.waitForSelector('.state .beads')
    assert.equal(await resident.page.locator('.state .bead.done').count(), 1)
    await look(resident)('track, ordered')

    const walk = [['community_clerk', 1], ['unit_dispatcher', 1], ['cadre', 2]]
    const acts = []
    for (const [role, times] of walk) {
      const desk = await make()
      await signIn(desk, of(server.accounts, role))
      await openCase(desk, number)
      await look(desk)(role + ', case')
      for (let i = 0; i < times; i++) {
        acts.push(await mainAct(desk, '换灯 3 盏，不收钱'))
        await look(desk)(`${role}, after ${acts.at(-1)}`)
      }
      await desk.go('/desk/queue')
      await desk.page.waitForSelector('.row, .none')
      await look(desk)(role + ', queue')
      await desk.close()
    }
    assert.equal(acts.length, 4)
    assert.equal(new Set(acts).size, 4, acts.join())

    await resident.go('/t/' + code)
    await resident.page.waitForSelector('form.rate')
    await look(resident)('track, done')
    await rate(resident, code, { score: 4, text: '来得快' })
    await resident.page.waitForFunction(() => document.querySelectorAll('.state .bead.done').length === 5)
    assert.equal(await resident.page.locator('form.rate').count(), 0, 'one rating a round')
    await look(resident)('track, rated')
    await resident.close()

    // Who oversees sees the rating; the one worker on the case never does.
    for (const [role, sees] of [['supervisor', true], ['cadre', false]]) {
      const desk = await make()
      await signIn(desk, of(server.accounts, role))
      await desk.go('/desk/queue?tab=done&q=' + encodeURIComponent(number))
      await desk.page.click('.row a.what')
      await desk.page.waitForSelector('.case .str')
      assert.equal((await desk.page.innerText('.case')).includes('来得快'), sees, role)
      await look(desk)(role + ', closed case')
      await desk.close()
    }
    assert.deepEqual(faults, [])
  })
}
