// Half offline: the pages open without a network, an order is kept with its photo and goes out later, once only.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { hand, picture } from './arrange.mjs'
import { browse, centre, start } from './lib.mjs'
import { patience } from './slow.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

/** A telephone with a worker of its own, whose network can be cut. */
async function telephone(lang = 'zh') {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB', timezoneId: 'Asia/Shanghai', hasTouch: true })
  const page = await context.newPage()
  await page.goto(server.url + '/?at=' + centre)
  await page.waitForSelector('.menu li button')
  // The worker has kept the pages and looks after this one; once more, so that the menu went through it.
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.reload()
  await page.waitForSelector('.menu li button')
  // An answer is shown before it is kept.
  await page.evaluate(async (menu) => {
    for (let tries = 0; tries < 100; tries++) {
      const kept = []
      for (const n of await caches.keys()) for (const r of await (await caches.open(n)).keys()) kept.push(new URL(r.url).pathname)
      if (kept.includes(menu)) return
      await new Promise((ok) => setTimeout(ok, 100))
    }
    throw new Error('the menu was not kept in ten seconds')
  }, '/api/v1/menu')
  return { context, page }
}
async function write(page, text, photo) {
  await page.click('.menu li button >> nth=0')
  await page.waitForSelector('#addr')
  await page.fill('#addr', '2-301')
  await page.click('.foot .go')
  await page.waitForSelector('#text')
  await page.fill('#text', text)
  if (photo) {
    await page.setInputFiles('.photos input[type=file]', photo)
    await page.waitForSelector('.photos li canvas')
  }
  await page.click('.foot .go')
  await page.waitForSelector('#tel')
}
const unsent = (page) => page.evaluate(() => new Promise((ok) => { const r = indexedDB.open('sanzhi'); r.onsuccess = () => { const g = r.result.transaction('orders').objectStore('orders').getAll(); g.onsuccess = () => { r.result.close(); ok(g.result.length) } } }))
async function found(text) {
  const clerk = await hand(server, 'community_clerk')
  const { items } = await clerk.get('/cases?q=' + encodeURIComponent(text))
  return Promise.all(items.filter((c) => c.text.startsWith(text.slice(0, 12))).map((c) => clerk.one(c.id)))
}

for (const lang of ['zh', 'en']) {
  test(`the pages open, and an order is written, without a network, ${lang}`, async () => {
    const text = lang === 'zh' ? '断网时写的楼道摸黑' : 'dark stairs written offline'
    const { context, page } = await telephone(lang)
    await context.setOffline(true)
    await page.reload()
    await page.waitForSelector('.menu li button')
    assert.match(await page.innerText('.netbar'), lang === 'zh' ? /没有网/ : /no connection/)
    await write(page, text, picture('dark.png', 320, 240))
    assert.equal(await page.evaluate(() => document.querySelectorAll('.photos .failed').length), 0)
    await page.click('.foot .go')
    await page.waitForURL(/\/waiting$/)
    assert.match(await page.innerText('main'), lang === 'zh' ? /还没有送出，社区还没看到/ : /Not sent yet: the community has not seen it/)
    assert.equal((await found(text)).length, 0)

    // The page is closed and opened again, still without a network: the order is there, on every page it says so.
    await page.close()
    const again = await context.newPage()
    await again.goto(server.url + '/t')
    await again.locator('.netbars', { hasText: lang === 'zh' ? '有 1 张单还没有送出' : 'One order is not sent yet' }).waitFor()
    await context.setOffline(false)
    await again.waitForSelector('.netbar.done', { timeout: patience(60_000) })
    const made = await found(text)
    assert.equal(made.length, 1)
    assert.equal(made[0].photos.length, 1, 'the photo came along')
    assert.equal(await unsent(again), 0)
    await again.click('.netbar.done a')
    await again.waitForSelector('.state .beads')
    await context.close()
  })
}

test('a page that is killed while it sends leaves one order, not two and not none', async () => {
  // The worst moment: the order has arrived, its answer has not.
  const door = createServer(() => {}).listen(0, '127.0.0.1')
  await once(door, 'listening')
  for (const arrived of [true, false]) {
    const text = `送到一半关掉了${arrived ? '已到' : '未到'}`
    const { context, page } = await telephone()
    await write(page, text)
    let reached
    const there = new Promise((ok) => { reached = ok })
    await context.route('**/api/v1/cases', async (r) => {
      if (r.request().method() !== 'POST') return r.continue()
      if (arrived) await r.fetch()
      reached()
      // No answer: the page goes before one comes. What has not arrived waits at a door that nobody opens; held back in the browser it
      // might go on to the server when the page is closed.
      if (!arrived) await r.continue({ url: `http://127.0.0.1:${door.address().port}/` })
    })
    await page.click('.foot .go')
    await there
    await page.close({ runBeforeUnload: false })
    await context.unroute('**/api/v1/cases')
    assert.equal((await found(text)).length, arrived ? 1 : 0)

    const again = await context.newPage()
    await again.goto(server.url + '/')
    await again.waitForSelector('.netbar.done', { timeout: patience(60_000) })
    assert.equal((await found(text)).length, 1)
    assert.equal(await unsent(again), 0)
    assert.equal(await again.locator('.resume').count(), 0, 'nothing half written is left that could be sent as another')
    await context.close()
  }
  door.close()
  door.closeAllConnections?.()
})

test('what the server refuses is said, kept, and can be changed', async () => {
  const { context, page } = await telephone()
  await context.setOffline(true)
  await write(page, '电话写错了')
  await page.fill('#tel', '12')
  await page.click('.foot .go')
  await page.waitForURL(/\/waiting$/)
  await context.setOffline(false)
  await page.waitForSelector('.waitlist .tell.bad')
  await page.click('.waitlist .go')
  await page.waitForSelector('#text')
  assert.equal(await page.inputValue('#text'), '电话写错了')
  await page.click('.foot .go')
  await page.fill('#tel', '13812345678')
  await page.click('.foot .go')
  await page.waitForSelector('.slip .code')
  assert.equal((await found('电话写错了')).length, 1)
  await context.close()
})

test('nothing of an order or a person is in the worker’s keeping', async () => {
  const { context, page } = await telephone()
  await write(page, '不该留在缓存里的话')
  await page.fill('#tel', '13812345678')
  await page.click('.foot .go')
  await page.click('.sentdo .go')
  await page.waitForSelector('.state .beads')
  const kept = await page.evaluate(async () => {
    const out = []
    for (const n of await caches.keys()) for (const r of await (await caches.open(n)).keys()) out.push(new URL(r.url).pathname)
    return out
  })
  assert.ok(kept.includes('/index.html') && kept.some((p) => p === '/api/v1/menu'), kept.join())
  assert.deepEqual(kept.filter((p) => /track|cases|uploads|photos|privacy|sessions|\/me\b/.test(p)), [])
  await context.close()
})
