// What people who came for the first time stumbled over.
import assert from 'node:assert/strict'
import test from 'node:test'
import { carry, place } from './arrange.mjs'
import { browse, open, start } from './lib.mjs'

test('newcomers are told what happened and what to do next', { timeout: 600_000 }, async (t) => {
  const server = await start()
  const browser = await browse()
  t.after(async () => { await browser.close(); await server.stop() })
  const done = await place(server, '三楼的灯不亮')
  await carry(server, done.id, 'done')
  const p = await open(browser, { url: server.url, width: 390 })
  const { page } = p
  const text = (selector) => page.textContent(selector)

  // "Not solved" is not sent by being chosen, and the page says so.
  await p.go('/t/' + done.track_code)
  await page.click('.yn button >> nth=1')
  assert.match(await text('.rate fieldset .tell'), /还没有交/)

  // The order's number typed for its code.
  await p.go('/t')
  await page.fill('#code', done.number)
  await page.click('button[type=submit]')
  assert.match(await text('.wrong'), /这是单号/)

  // A door's code that nobody understands.
  await p.go('/?at=OLD-1')
  assert.match(await text('.welcome [role=alert]'), /没认出来/)

  // A bulletin is checked with one press, without a file.
  const { items } = await page.evaluate(() => fetch('/api/v1/public/reports').then((r) => r.json()))
  await p.go('/reports/' + items[0].id)
  await page.click('.after a.btn')
  await page.waitForSelector('.verdict h2')
  assert.ok(await page.locator('.verdict h2.good').count(), await text('.verdict'))

  // An order that was cancelled leads to the next one.
  const wrong = await place(server, '选错了的')
  await p.go('/t/' + wrong.track_code)
  await page.click('.quietacts button:has-text("撤单")')
  await page.click('dialog button[type=submit]')
  await page.click('a:has-text("重新点一单")')
  await page.waitForURL((u) => u.pathname === '/')
  await p.close()
})
