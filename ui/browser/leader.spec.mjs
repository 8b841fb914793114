// A leader's first minutes: from the first sign-in with the tour to a matter that somebody had forgotten and now is under supervision.
// How long that takes is reckoned, not measured: what must be read at 200 characters a minute, a second and a half for each press.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

const perCharacter = 60 / 200
const perPress = 1.5
const wordsOf = (text) => (text.match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? []).length

for (const [lang, width] of [['zh', 1440], ['zh', 390], ['en', 1440], ['en', 390]]) {
  test(`a leader finds who is late and says a word, ${lang}, ${width} px`, async () => {
    const p = await open(browser, { url: server.url, width, lang, tour: true })
    const { page } = p
    const faults = []
    let seconds = 0
    const kept = []
    // In English a word is read in the time of a character.
    const read = async (selector) => {
      const text = (await page.locator(selector).first().innerText()).trim()
      kept.push(`${selector}: ${wordsOf(text)}`)
      seconds += wordsOf(text) * perCharacter
      return text
    }
    const press = async (selector) => { await page.locator(selector).first().click(); seconds += perPress }

    await signIn(p, of(server.accounts, 'district_leader'))
    seconds += 2 * perPress + 6 // two fields and a button, the hands on the keys
    await page.waitForURL((u) => u.pathname === '/desk/picture')
    await page.waitForSelector('.lateunits li')
    await page.waitForSelector('.tour .card')
    const stops = []
    while (await page.locator('.tour .card').count()) {
      await page.waitForFunction((had) => { const c = document.querySelector('.tour .card'); return c && c.style.top && !had.includes(c.dataset.stop) }, stops)
      stops.push(await page.locator('.tour .card').getAttribute('data-stop'))
      faults.push(...await p.faults('tour ' + stops.at(-1)))
      await read('.tour .card h2')
      await read('.tour .card p')
      assert.equal(new URL(page.url()).pathname, '/desk/picture', 'the tour leaves the page where the leader is: ' + stops.at(-1))
      await page.keyboard.press('Enter')
      seconds += perPress
      if (stops.length === 5) break
    }
    await page.waitForSelector('.tour', { state: 'detached' })
    assert.deepEqual(stops, ['rail', 'figures', 'late', 'bulletins', 'help'])

    // Who is late stands on the first page; the figure leads to the records behind it, and to no others.
    await read('.glance .lead')
    await read('.lateunits h2')
    const unit = (await read('.lateunits li a b'))
    const count = Number((await read('.lateunits li a .overn')).match(/\d+/)[0])
    assert.ok(count >= 1)
    const inSight = await page.locator('.lateunits li a').first().evaluate((el) => { const r = el.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight - 56 })
    assert.ok(inSight, 'the late units stand on the first screen')
    faults.push(...await p.faults('picture'))
    await press('.lateunits li a')
    await page.waitForSelector('.queue .row')
    assert.equal(await page.locator('.queue .row').count(), count, 'as many records as the figure says')
    await read('.chip.on')
    assert.ok((await page.locator('.chip.on').first().innerText()).includes(unit.split(' ')[0]))
    await read('.queue .row .what')
    await read('.queue .row .when')
    faults.push(...await p.faults('who is late'))
    const nth = await page.locator('.queue .row').evaluateAll((rows, said) => Math.max(0, rows.findIndex((r) => !r.querySelector('.note').textContent.includes(said))), lang === 'zh' ? '督办' : 'Supervised')
    await page.locator('.queue .row .what').nth(nth).click()
    seconds += perPress
    await page.waitForSelector('.case .str')

    // The one thing to do is a button in sight, and the case says at once that it was done.
    await read('.case .hd')
    await read('.case .str')
    faults.push(...await p.faults('the case'))
    const act = page.locator('.case .acts button', { hasText: lang === 'zh' ? /^督办$/ : /^Supervise$/ }).first()
    await act.scrollIntoViewIfNeeded()
    await act.click()
    seconds += perPress
    await page.waitForSelector('dialog[open] form.act')
    await read('dialog[open] form.act')
    const say = lang === 'zh' ? '请今天到现场，办到哪一步告诉居民。' : 'Please go there today and tell the resident.'
    await page.locator('dialog[open] form.act :is(input, textarea)').first().fill(say)
    seconds += wordsOf(say) * 1.2 // typed, not read
    faults.push(...await p.faults('the word'))
    await press('dialog[open] form.act .go')
    await page.waitForSelector('dialog[open]', { state: 'detached' })
    await page.waitForFunction((said) => document.querySelector('.case .marks')?.textContent.includes(said), lang === 'zh' ? '已督办' : 'Supervised')
    await read('.case .tell')
    assert.ok((await page.locator('.case .way').innerText()).includes(say), 'the word stands in the time line')
    faults.push(...await p.faults('supervised'))
    assert.deepEqual(faults, [])
    assert.ok(seconds <= 180, `${Math.round(seconds)} s of reading and pressing\n${kept.join('\n')}`)
    console.log(`  ${lang} ${width}: ${Math.round(seconds)} s`)
    await p.close()
  })
}
