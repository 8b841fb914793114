// What a hurried hand meets on a slow line: it goes on before an answer is there, and nothing of what it did is lost.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as later } from 'node:timers/promises'
import { carry, desk, drawn, hand, openAt, picture, place } from './arrange.mjs'
import { browse, centre, open, start } from './lib.mjs'
import { mainAct } from './walk.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

/** Holds back what the page asks for at an address, or what was answered there already, until it is let go. */
async function held(page, address, answered = false) {
  let free = () => {}
  const until = new Promise((ok) => { free = ok })
  let came = () => {}
  const asked = new Promise((ok) => { came = ok })
  await page.route(address, async (r) => {
    const answer = answered ? await r.fetch().catch(() => null) : null
    came()
    await until
    await (answer ? r.fulfill({ response: answer }) : r.continue()).catch(() => {})
  })
  return { asked, free }
}

test('a photo that is still on its way goes along with the order', async () => {
  const r = await open(browser, { url: server.url, width: 390 })
  const uploads = await held(r.page, '**/api/v1/uploads')
  await r.go('/?at=' + centre)
  await r.page.click('.menu li button >> nth=0')
  await r.page.click('.foot .go')
  await r.page.waitForSelector('#text')
  for (const set of await r.page.$$('fieldset.q')) { const x = await set.$('.pick input'); if (x) await x.check() }
  await r.page.fill('#text', '照片还在路上')
  await r.page.setInputFiles('.photos input[type=file]', [picture('a.png', 2400, 1600), picture('b.png')])
  await r.page.click('.foot .go') // at once
  await r.page.waitForSelector('#tel')
  await r.page.click('.foot .go')
  await uploads.asked
  uploads.free()
  await r.page.waitForSelector('.slip .code')
  const code = await r.page.innerText('.slip .code')
  await r.go('/t/' + code)
  assert.equal(await drawn(r.page, '.strip img'), 2)
  assert.deepEqual(await r.faults('ordered'), [])
  await r.close()
})

test('a photo that is still on its way goes along with the result', async () => {
  const { id } = await place(server, '结果的照片还在路上')
  await carry(server, id, 'accepted')
  const p = await desk(browser, server, 'cadre')
  await openAt(p, id)
  const uploads = await held(p.page, '**/api/v1/uploads')
  await p.page.fill('.act textarea', '换好了')
  await p.page.setInputFiles('.act input[type=file]', picture('done.png'))
  await p.page.click('.act button.go[type=submit]')
  await uploads.asked
  assert.equal((await (await hand(server, 'cadre')).one(id)).step, 'accepted', 'the form waits for its photo')
  uploads.free()
  await p.page.waitForSelector('.case .tell[role=status]')
  assert.equal(await drawn(p.page, '.case div.body .full .strip img'), 1)
  await p.close()
})

test('after an act the case tells the step it has reached, however late its answers come', async () => {
  const { id } = await place(server, '答得慢的一单')
  await carry(server, id, 'dispatched')
  const p = await desk(browser, server, 'cadre')
  await openAt(p, id)
  // The page asks after its act; before that is answered, the live stream lets it ask again, and that answer comes later still.
  let n = 0
  let again = () => {}
  const asked = new Promise((ok) => { again = ok })
  await p.page.route('**/api/v1/cases/' + id, async (r) => {
    const nth = ++n
    const answer = await r.fetch().catch(() => null)
    if (!answer) return
    if (nth === 1) await asked
    if (nth === 2) { again(); await later(2500) }
    await r.fulfill({ response: answer }).catch(() => {})
  })
  await mainAct(p, '')
  assert.ok(n > 1, 'the stream asked for the case too')
  const told = await p.page.innerText('.case .tell[role=status]')
  const now = (await (await hand(server, 'cadre')).one(id)).step_title
  assert.ok(told.includes(now), `${told} and not ${now}`)
  assert.match(await p.page.innerText('.case .acts h3'), /办结/)
  await p.close()
})

test('who leaves while still typing a search arrives', async () => {
  const p = await desk(browser, server, 'community_clerk')
  await p.go('/desk/places')
  await p.page.waitForSelector('[role=treeitem]')
  const script = await held(p.page, /\/assets\/.*\.js/)
  await p.page.evaluate(() => {
    const box = document.querySelector('#pq')
    box.value = '小桥'
    box.dispatchEvent(new Event('input'))
    document.querySelector('a[href="/desk/stats"]').click()
  })
  await script.asked
  await p.page.waitForTimeout(600) // the search would have been written into the address by now
  script.free()
  await p.page.waitForURL((u) => u.pathname === '/desk/stats' && !u.search.includes('q='))
  await p.close()
})

test('what comes after a sign-out is not kept on the device', async () => {
  const p = await desk(browser, server, 'grid_worker')
  const duties = await held(p.page, /\/api\/v1\/rounds\/duties\/[0-9A-Z]{26}(\?|$)/, true)
  await p.go('/desk/rounds/today')
  await p.page.waitForSelector('.stops a')
  await duties.asked
  await p.page.click('a[href="/desk/me"]')
  await p.page.click('.narrowpage section:last-of-type .btn')
  await p.page.waitForURL(/sign-in/)
  const kept = () => p.page.evaluate(() => new Promise((ok) => { const r = indexedDB.open('sanzhi-patrol'); r.onsuccess = () => { const g = r.result.transaction('day').objectStore('day').getAll(); g.onsuccess = () => { r.result.close(); ok(g.result.map((l) => l.id)) } } }))
  for (let i = 0; i < 100 && (await kept()).length; i++) await p.page.waitForTimeout(100)
  assert.deepEqual(await kept(), [])
  duties.free()
  await p.quiet()
  await p.page.waitForTimeout(500)
  assert.deepEqual(await kept(), [])
  await p.close()
})
