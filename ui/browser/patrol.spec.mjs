// The rounds on a telephone: the desk opens without a network, results wait in order with their photos, and arrive once each.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hand, picture } from './arrange.mjs'
import { browse, of, start } from './lib.mjs'
import { patience } from './slow.mjs'

let server, browser, clerk, worker, grid
before(async () => {
  server = await start()
  browser = await browse()
  clerk = await hand(server, 'community_clerk')
  worker = await hand(server, 'grid_worker')
  const { items } = await clerk.get('/places?kind=grid&q=' + encodeURIComponent(of(server.accounts, 'grid_worker').place))
  grid = items.find((p) => p.name === of(server.accounts, 'grid_worker').place)
})
after(async () => { await browser?.close(); await server?.stop() })

/** Puts rounds in force that are due today at the worker's grid, and waits until their duties are there. */
async function rounds(kind, n) {
  const prefix = kind + '-' + Math.random().toString(36).slice(2, 7) // one district may serve several runs
  const names = Array.from({ length: n }, (_, i) => `${prefix}-${String(i + 1).padStart(2, '0')}`)
  for (const name of names) {
    await clerk.post('/rounds/templates', { source: `template: ${name}
version: 1
kind: hazard_inspection
title: {zh: 走一处 ${name}, en: Stop ${name}}
who: {role: grid_worker}
where: {kinds: [grid], below: "${grid.code}"}
every: {days: 1}
within: 2
items:
  - id: lane
    label: {zh: 通道畅通, en: The lane is clear}
    type: yes_no
    photo: not_ok
    raise: {flow: hazard, text: {zh: 通道堵了, en: The lane is blocked}}
  - id: count
    label: {zh: 灭火器几个, en: How many extinguishers}
    type: number
    min: 0
    max: 40
    good_min: 2
` })
  }
  for (let i = 0; ; i++) {
    const { items } = await worker.get('/rounds/today')
    const mine = items.filter((d) => d.template.startsWith(prefix + '-'))
    if (mine.length === n) return mine
    assert.ok(i < 480, `${mine.length} of ${n} duties were made`)
    await new Promise((r) => setTimeout(r, 500))
  }
}

/** A telephone with a worker of its own, on which somebody signed in and looked at today's list. */
async function telephone(role = 'grid_worker', lang = 'zh') {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB', timezoneId: 'Asia/Shanghai', hasTouch: true })
  await context.addInitScript(() => { if (localStorage.getItem('sanzhi.tour') === null) localStorage.setItem('sanzhi.tour', '*') }) // the tour has been taken
  const page = await context.newPage()
  await enter(page, role)
  await page.goto(server.url + '/desk/rounds/today')
  await page.waitForSelector('.stops a')
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => navigator.serviceWorker.controller?.scriptURL.endsWith('/desk-sw.js'))
  await until(async () => {
    const all = await table(page, 'day')
    const list = all.find((l) => l.id === 'today')?.today.items ?? []
    return list.length && list.every((d) => all.some((l) => l.id === 'duty:' + d.id))
  }, 'today’s list is not kept')
  return { context, page }
}
async function enter(page, role) {
  const { user, password } = of(server.accounts, role)
  await page.goto(server.url + '/desk/sign-in')
  await page.fill('#user', user)
  await page.fill('#pw', password)
  await page.click('button[type=submit]')
  await page.waitForURL((u) => !u.pathname.includes('sign-in'))
}
const table = (page, name) => page.evaluate((n) => new Promise((ok) => { const r = indexedDB.open('sanzhi-patrol'); r.onsuccess = () => { const g = r.result.transaction(n).objectStore(n).getAll(); g.onsuccess = () => { r.result.close(); ok(g.result) } } }), name)
async function until(is, say) {
  for (let i = 0; !(await is()); i++) {
    assert.ok(i < patience(240), say)
    await new Promise((r) => setTimeout(r, 250))
  }
}
const dutyOf = (page) => new URL(page.url()).pathname.split('/').pop()
const photo = picture('lane.png', 160, 120)

/** Records the duty that is open: all well, or with a finding and its photo. */
async function fill(page, { finding = false, count = '3' } = {}) {
  await page.waitForSelector('form.dutyform')
  const lane = page.locator('.dutyform .one').nth(0)
  await lane.locator('.seg label').nth(finding ? 1 : 0).click()
  if (finding) {
    await lane.locator('textarea').fill('纸箱堵在门口')
    await lane.locator('input[type=file]').setInputFiles(photo)
    await lane.locator('.photos li canvas').waitFor()
    await page.waitForFunction(() => !document.querySelector('.photos li.sending'))
  }
  await page.locator('.dutyform .one').nth(1).locator('input').fill(count)
}
async function record(page, o) {
  await page.waitForURL(/\/rounds\/duties\//)
  const id = dutyOf(page)
  await fill(page, o)
  await page.click('.dutyform button[type=submit]')
  await page.waitForSelector('.dutydone .btn.go')
  return id
}
/** Goes through the rounds of one template prefix that are still open, in the order of the list, n of them. */
async function walk(page, ids, n, from = 0, had = []) {
  const done = []
  for (let i = 0; i < n; i++) {
    await page.goto(server.url + '/desk/rounds/today')
    await page.waitForSelector('.stops li')
    const open = await page.locator('.stops li:not(.kept) a').evaluateAll((l) => l.map((a) => a.getAttribute('href').split('/').pop()))
    const next = open.find((x) => ids.has(x) && !had.includes(x) && !done.includes(x))
    await page.click(`.stops a[href$="${next}"]`)
    done.push(await record(page, { finding: (from + i) % 5 === 2 }))
  }
  return done
}

test('fifty rounds recorded without a network arrive once each and in order, whatever happens on the way', { timeout: patience(900_000) }, async () => {
  const made = await rounds('fifty', 50)
  const ids = new Set(made.map((d) => d.id))
  const { context, page } = await telephone()
  await context.setOffline(true)
  await page.reload()
  await page.waitForSelector('.stops a')
  await page.locator('.patrolbars', { hasText: '没有网' }).waitFor()

  const order = await walk(page, ids, 18)
  // The page is killed while one is half written: what was written is there again, and so is what was recorded.
  const half = made.find((d) => !order.includes(d.id)).id
  await page.goto(server.url + '/desk/rounds/duties/' + half)
  await fill(page, { count: '17' })
  await until(async () => JSON.stringify(await table(page, 'drafts')).includes('17'), 'what is half written is not kept')
  await page.close({ runBeforeUnload: false })
  const a = await context.newPage()
  await a.goto(server.url + '/desk/rounds/duties/' + half)
  await a.waitForSelector('form.dutyform')
  assert.equal(await a.locator('.dutyform .one').nth(1).locator('input').inputValue(), '17')
  order.push(await record(a, { count: '17' }))
  order.push(...await walk(a, ids, 15, 19, order))
  // A second page goes on where the first one is; each knows what the other recorded.
  const b = await context.newPage()
  order.push(...await walk(b, ids, 16, 34, order))
  assert.equal(new Set(order).size, 50)
  const kept = (await table(b, 'results')).filter((k) => ids.has(k.duty))
  assert.deepEqual(kept.map((k) => k.duty), order, 'kept in the order of recording')
  assert.ok(kept.every((k) => k.state === 'waiting'))
  assert.equal((await worker.get('/rounds/today')).items.filter((d) => ids.has(d.id)).length, 50, 'nothing went out')

  // Now there is a network that comes and goes. Of every five requests one never arrives, one arrives and its answer is lost; at one
  // of these the page that sends is killed.
  const arrived = []
  const keys = new Map()
  let flying = 0
  let most = 0
  let n = 0
  let killed = false
  await context.route('**/api/v1/rounds/duties/*/result', async (r) => {
    const duty = r.request().url().split('/').at(-2)
    const turn = n++
    most = Math.max(most, ++flying)
    try {
      keys.set(duty, [...(keys.get(duty) ?? []), r.request().headers()['idempotency-key']])
      if (turn % 5 === 1) return await r.abort()
      const answer = await r.fetch()
      if (!arrived.includes(duty)) arrived.push(duty)
      if (turn === 12) {
        killed = true
        const sender = r.request().frame().page()
        await sender.close({ runBeforeUnload: false })
        return
      }
      if (turn % 5 === 3) return await r.abort()
      await r.fulfill({ response: answer })
    } catch (e) { if (!/closed|Target|handled/i.test(e.message)) throw e } finally { flying-- }
  })
  await context.setOffline(false)
  const alive = () => [a, b].filter((p) => !p.isClosed())
  for (let i = 0; ; i++) {
    for (const p of alive()) await p.evaluate(() => dispatchEvent(new Event('online'))).catch(() => {})
    await new Promise((r) => setTimeout(r, 250))
    const left = (await table(alive()[0], 'results')).filter((k) => ids.has(k.duty) && k.state === 'waiting').length
    if (!left) break
    assert.ok(i < patience(1000), `${left} still wait`)
  }
  assert.ok(killed, 'a page was killed while its request was under way')
  assert.ok(n > 60, `the network was bad: ${n} requests for 50 results`)
  assert.equal(most, 1, 'one page sends at a time, one result at a time')
  assert.deepEqual(arrived, order, 'in the order of recording')
  for (const [duty, k] of keys) assert.equal(new Set(k).size, 1, `${duty} went out under one key only`)
  const after = (await table(alive()[0], 'results')).filter((k) => ids.has(k.duty))
  assert.deepEqual(after.map((k) => k.state), Array(50).fill('sent'), 'all are known to have arrived')
  assert.ok(after.every((k) => k.body === undefined && k.said === undefined), 'nothing of what was sent stays')
  assert.deepEqual((await table(alive()[0], 'photos')), [])

  // The server has each once, with its finding, its case and its photo.
  const found = (await clerk.get('/rounds/findings?limit=200')).items.filter((f) => ids.has(f.duty))
  const withFinding = order.filter((_, i) => i % 5 === 2 && i !== 18)
  assert.deepEqual(found.map((f) => f.duty).sort(), [...withFinding].sort())
  assert.equal(new Set(found.map((f) => f.case)).size, withFinding.length)
  for (const f of found.slice(0, 4)) assert.equal((await clerk.one(f.case)).photos.length, 1, 'the photo came along')
  for (const id of order) {
    const d = await clerk.get('/rounds/results/' + id)
    assert.equal(d.state, 'done')
    assert.ok(d.answers.some((x) => x.said === (id === half ? '17' : '3')), JSON.stringify(d.answers))
  }
  await context.close()
})

test('what somebody else recorded meanwhile stays, and both are shown', { timeout: patience(300_000) }, async () => {
  const [duty] = await rounds('clash', 1)
  const { context, page } = await telephone()
  await context.setOffline(true)
  await page.goto(server.url + '/desk/rounds/duties/' + duty.id)
  await record(page, { count: '9' })
  // On another telephone, with a network.
  await worker.post(`/rounds/duties/${duty.id}/result`, { answers: { lane: true, count: 5 } })
  await context.setOffline(false)
  await page.click('.patrolbar.bad a')
  await page.waitForSelector('.keptlist li.clash')
  await page.click('.keptlist li.clash .btn.go')
  const both = await page.innerText('.compare table')
  assert.match(both, /5/)
  assert.match(both, /9/)
  assert.ok((await clerk.get('/rounds/results/' + duty.id)).answers.some((x) => x.said === '5'), 'the one on record is as it was')
  await page.click('.compare .do .go')
  await page.waitForFunction(() => !document.querySelector('.keptlist li.clash'))
  assert.equal((await table(page, 'results')).filter((k) => k.duty === duty.id).length, 0)
  assert.ok((await clerk.get('/rounds/results/' + duty.id)).answers.some((x) => x.said === '5'))
  await context.close()
})

test('what the server refuses is said, kept, and can be put right', { timeout: patience(300_000) }, async () => {
  const [duty] = await rounds('wrong', 1)
  const { context, page } = await telephone()
  await context.setOffline(true)
  await page.goto(server.url + '/desk/rounds/duties/' + duty.id)
  await record(page, { count: '99', finding: true })
  await page.goto(server.url + '/desk/rounds/kept')
  await page.waitForSelector('.keptlist li.waiting')
  await context.setOffline(false)
  await page.waitForSelector('.keptlist li.refused .wrong')
  assert.match(await page.innerText('.keptlist li.refused .wrong'), /40/)
  await page.click('.keptlist li.refused .btn.go')
  await page.waitForSelector('form.dutyform .wrong')
  assert.equal(await page.locator('.dutyform .photos li canvas').count(), 1, 'the photo is still there')
  await page.locator('.dutyform .one').nth(1).locator('input').fill('4')
  await page.click('.dutyform button[type=submit]')
  await page.waitForSelector('.dutydone .listrow')
  assert.ok((await clerk.get('/rounds/results/' + duty.id)).answers.some((x) => x.said === '4'))
  await context.close()
})

test('at sign-out the day goes, what waits stays for its own account, and nothing of a person is kept in clear', { timeout: patience(300_000) }, async () => {
  const [duty] = await rounds('leave', 1)
  const { context, page } = await telephone()
  await context.setOffline(true)
  await page.goto(server.url + '/desk/rounds/duties/' + duty.id)
  await record(page)
  // Nothing goes out yet: the way to this one address is cut.
  await context.route('**/api/v1/rounds/duties/*/result', (r) => r.abort())
  await context.setOffline(false)
  await page.goto(server.url + '/desk/me')
  await page.click('.narrowpage section:last-of-type .btn')
  await page.waitForSelector('dialog, [role=dialog]')
  await page.click('.unsent .leave')
  await page.waitForURL(/sign-in/)
  await until(async () => !(await table(page, 'day')).length, 'the day is still kept')
  assert.deepEqual(await table(page, 'drafts'), [])
  assert.equal((await table(page, 'results')).filter((k) => k.state === 'waiting').length, 1)
  await context.unroute('**/api/v1/rounds/duties/*/result')

  // Somebody else signs in here: it is neither shown nor sent.
  await enter(page, 'volunteer')
  await page.goto(server.url + '/desk/rounds/kept')
  await page.waitForSelector('.page.rounds .none')
  await page.goto(server.url + '/desk/rounds/today')
  await page.waitForSelector('.stops a')
  await page.waitForFunction(() => /存好了/.test(document.querySelector('.patrolhead')?.innerText ?? ''))
  const care = (await table(page, 'day')).filter((l) => l.duty?.kind === 'care_visit')
  assert.ok(care.length > 0, 'the volunteer has visits to make')
  for (const l of care) {
    assert.ok(l.duty.subject.includes('*'), l.duty.subject)
    assert.doesNotMatch(JSON.stringify(l), /1\d{10}/)
  }
  assert.equal((await worker.get('/rounds/duties/' + duty.id)).state, 'open')
  const cached = await page.evaluate(async () => {
    const out = []
    for (const n of await caches.keys()) for (const r of await (await caches.open(n)).keys()) out.push(new URL(r.url).pathname)
    return out
  })
  assert.ok(cached.includes('/desk.html'))
  assert.deepEqual(cached.filter((p) => p.startsWith('/api/')), [])

  // Its own account comes back: it goes by itself.
  await page.request.delete(server.url + '/api/v1/sessions/current')
  await context.clearCookies()
  await page.evaluate(() => localStorage.clear())
  await enter(page, 'grid_worker')
  await until(async () => (await worker.get('/rounds/duties/' + duty.id)).state === 'done', 'it was not sent')
  await context.close()
})
