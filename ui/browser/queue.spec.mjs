// The queue day by day: views with a name, columns, a copy of what is filtered; and cases and bulletins on paper.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })
const make = (o = {}) => open(browser, { url: server.url, width: 1440, ...o })

for (const [lang, width] of [['zh', 1440], ['en', 390]]) {
  test(`views, columns and a copy, ${lang}, ${width}`, async () => {
    const p = await make({ lang, width })
    const { page } = p
    await signIn(p, of(server.accounts, 'community_clerk'))
    await p.go('/desk/queue?tab=all')
    await page.waitForSelector('.row')
    assert.equal(await page.locator('.qtools .save').count(), 0)
    await page.click('.chips button[aria-pressed]')
    await page.click('.qtools .save')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.modal .wrong')
    await page.fill('#viewname', '只看超时的')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.qtools nav a[aria-current]')
    await p.go('/desk/queue?tab=done')
    await page.click('.qtools nav a')
    await page.waitForURL((u) => u.searchParams.get('overdue') === '1' && u.searchParams.get('tab') === 'all')
    await page.waitForSelector('.qtools nav a[aria-current]')

    await page.waitForSelector('.row')
    const number = /\d{6}-\d{8}-/
    assert.doesNotMatch(await page.innerText('.row >> nth=0'), number)
    await page.click('.qtools .columns')
    await page.check('.modal .pick >> nth=0 >> input')
    assert.deepEqual(await p.faults('columns'), [])
    await page.keyboard.press('Escape')
    assert.match(await page.innerText('.row >> nth=0'), number)
    await page.reload()
    await page.waitForSelector('.row')
    assert.match(await page.innerText('.row >> nth=0'), number)

    const shown = await page.locator('.row').count()
    await page.click('.qtools .export')
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('.taken a')])
    assert.match(file.suggestedFilename(), /^cases-.*\.csv$/)
    const lines = readFileSync(await file.path(), 'utf8').match(/^\ufeff?\d{6}-\d{8}-/gm) ?? []
    assert.ok(lines.length >= shown && shown > 0, `${lines.length} in the file, ${shown} shown`)
    assert.deepEqual(await p.faults('queue'), [])
    await page.click('.qtools .drop')
    assert.equal(await page.locator('.qtools nav').count(), 0)
    await p.close()
  })
}

test('who may not export is not offered it', async () => {
  const p = await make()
  await signIn(p, of(server.accounts, 'grid_worker'))
  await p.go('/desk/queue?tab=all')
  await p.page.waitForSelector('.qtools .columns')
  assert.equal(await p.page.locator('.qtools .export').count(), 0)
  await p.close()
})
