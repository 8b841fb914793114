// An activity as three people live it: the clerk announces it, a resident signs up and checks in by the code on the wall, the
// clerk closes it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, centre, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

/** What a field of date and time holds, so many hours from now, on the quarter. */
const at = (hours) => new Date(Math.floor((Date.now() + (8 + hours) * 3_600_000) / 900_000) * 900_000).toISOString().slice(0, 16)

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`from the announcement to the end, ${lang}, desk at ${width} px`, async () => {
    const faults = []
    const look = (p) => async (name) => { faults.push(...await p.faults(name)) }
    const title = `扫楼道 ${lang}${width}`
    const desk = await open(browser, { url: server.url, width, lang })
    await signIn(desk, of(server.accounts, 'community_clerk'))
    await desk.go('/desk/activities')
    await desk.page.waitForSelector('.evlist, .none')
    await look(desk)('list')
    await desk.page.click('.evtop .go')
    await desk.page.fill('#et', title)
    await desk.page.fill('#e1', at(-1))
    await desk.page.fill('#e2', at(3))
    await desk.page.check('.picks input')
    await desk.page.fill('#p0', '扫楼道')
    await desk.page.fill('#c0', '1')
    await look(desk)('new')
    await desk.page.click('button[type=submit]')
    await desk.page.waitForURL(/activities\/[0-9A-Z]{26}$/)
    const id = desk.page.url().split('/').pop()
    await look(desk)('draft')
    await desk.page.click('section .go')
    await desk.page.waitForSelector('.evprep form')
    await look(desk)('open')

    const someone = async (name, phone) => {
      const p = await open(browser, { url: server.url, width: 390, lang })
      await p.go('/?at=' + centre)
      await p.page.click('.nearby a[href="/activities"]')
      await p.page.waitForSelector('.nearlist')
      await look(p)('near')
      await p.page.click(`.nearlist a:has-text("${title}")`)
      await p.page.fill('#nn', name)
      await p.page.fill('#np', phone)
      await look(p)('sign up')
      await p.page.click('form .go')
      await p.page.waitForURL(/activities\/mine\//)
      await p.page.waitForSelector('.nearstate')
      await look(p)('mine')
      return p
    }
    const one = await someone('张三丰', '13812345678')
    await one.page.waitForSelector('.nearpass img')
    const two = await someone('李四', '13912345678')
    assert.equal(await two.page.locator('.nearpass').count(), 0, 'the second stands in the line')
    // The first cancels; the second is in after the next look.
    await one.page.click('.nearfull')
    await one.page.click('dialog .go')
    await one.page.waitForFunction(() => !document.querySelector('.nearpass'))
    await one.close()
    await two.page.reload()
    await two.page.waitForSelector('.nearpass img')
    await look(two)('moved up')

    await desk.page.reload()
    await desk.page.click('section .go')
    const img = desk.page.locator('.evqr img')
    await img.waitFor()
    await look(desk)('held')
    const scan = async (way) => {
      await two.go(`/activities/${id}?${way}=` + await img.getAttribute('data-code'))
      await two.page.click('form .go')
    }
    two.expect(409)
    await scan('in')
    await two.page.waitForSelector('.tell.bad') // neither insured nor briefed yet
    for (const [field, say] of [['insurance', '意外险 保单 7'], ['briefing', '楼道湿滑，戴手套']]) {
      await desk.page.fill('#pr' + field, say)
      await desk.page.click(`#pr${field} + button`)
      await desk.page.waitForFunction((f) => !document.getElementById('pr' + f), field)
    }
    await scan('in')
    await two.page.waitForSelector('[role=status]:not(.netbars)')
    await look(two)('checked in')
    // Out again at the host's desk, with the code that the resident shows.
    await two.go('/activities')
    await two.page.click('.recent .rows a')
    const pass = two.page.locator('.nearpass img')
    await pass.waitFor()
    await desk.page.click('.evqr .seg button:nth-child(2)')
    await desk.page.fill('#scan', await pass.getAttribute('data-code'))
    await desk.page.click('.evqr form .btn')
    await desk.page.waitForSelector('.evqr [role=status]')
    assert.match(await desk.page.innerText('.evqr [role=status]'), /李\*/)
    assert.equal((await desk.page.innerText('main')).includes('李四'), false, 'names are masked')
    await look(desk)('checked out')

    await desk.page.click('section .go')
    await desk.page.fill('#w', '扫了 6 栋')
    await desk.page.fill('#bt', '40')
    await desk.page.fill('#bp', '32')
    await look(desk)('closing')
    await desk.page.click('section form .go')
    await desk.page.waitForSelector('.tell:has-text("扫了 6 栋")')
    await look(desk)('closed')
    await two.page.reload()
    await two.page.waitForSelector('.tell:has-text("扫了 6 栋")')
    await look(two)('mine, closed')
    await two.close()

    for (const path of ['/desk/activities?tab=past', '/desk/activities/pool', '/desk/activities/people', '/desk/activities/people?kind=worker']) {
      await desk.go(path)
      await desk.page.waitForSelector('h1')
      await look(desk)(path)
    }
    await desk.close()
    assert.deepEqual(faults, [])
  })
}

test('whoever has an account signs up at the desk with one press, and takes it back', async () => {
  const p = await open(browser, { url: server.url, width: 390, lang: 'zh' })
  await signIn(p, of(server.accounts, 'volunteer'))
  await p.go('/desk/activities')
  await p.page.click('.evlist a >> nth=0')
  await p.page.click('.signme .btn.go')
  await p.page.waitForFunction(() => /到时候见|候补/.test(document.querySelector('.signme .tell')?.textContent ?? ''))
  await p.page.reload()
  await p.page.click('.signme .do .btn:not(.go)')
  await p.page.waitForFunction(() => /已经取消/.test(document.querySelector('.signme .tell')?.textContent ?? ''))
  assert.deepEqual(await p.faults('signed up at the desk'), [])
  await p.close()
})
