// Fields for days: what they hold is said in the page's language whatever the browser's is, and a calendar of our own opens with the mouse.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

for (const [lang, said, chosen, month] of [['zh', '2026年10月1日 周四', '2026年9月30日 周三', '2026年9月'], ['en', 'Thu 1 Oct 2026', 'Wed 30 Sep 2026', 'September 2026']]) {
  test(`a day is said, typed and chosen, ${lang}`, async () => {
    const p = await open(browser, { url: server.url, lang })
    const { page } = p
    await signIn(p, of(server.accounts, 'district_leader'))
    await p.go('/desk/stats')
    await page.fill('#from', '2026-10-01')
    await page.waitForURL((u) => u.searchParams.get('from') === '2026-10-01')
    const words = () => page.locator('.dated:has(#from) .said').innerText()
    assert.equal(await words(), said)

    // The arrows go by days; Page Down and the last month's end meet; Enter chooses and the field has the focus again.
    const button = page.locator('.dated:has(#from) .opencal')
    await button.focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.calendar [data-day="2026-10-01"]:focus')
    await page.keyboard.press('ArrowLeft')
    await page.waitForSelector('.calendar [data-day="2026-09-30"]:focus')
    assert.equal(await page.locator('.calhead b').innerText(), month)
    await page.keyboard.press('Enter')
    await page.waitForURL((u) => u.searchParams.get('from') === '2026-09-30')
    assert.equal(await words(), chosen)
    assert.equal(await page.evaluate(() => document.activeElement.id), 'from')

    // Escape leaves things as they were, and days beyond the bounds cannot be pressed.
    await page.fill('#to', '2026-10-05')
    await page.waitForURL((u) => u.searchParams.get('to') === '2026-10-05')
    await button.click()
    await page.waitForSelector('.calendar [data-day="2026-09-30"]:focus')
    await page.keyboard.press('PageDown')
    await page.waitForSelector('.calendar [data-day="2026-10-05"]:focus')
    assert.equal(await page.locator('.calendar [data-day="2026-10-06"]').isDisabled(), true)
    assert.deepEqual(await p.faults('/desk/stats'), [])
    await page.keyboard.press('Escape')
    await page.waitForSelector('.calendar', { state: 'detached' })
    assert.equal(await page.inputValue('#from'), '2026-09-30')
    assert.equal(new URL(page.url()).searchParams.get('from'), '2026-09-30')
    await p.close()
  })
}
