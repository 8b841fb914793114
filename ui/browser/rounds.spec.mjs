// One round: a grid worker opens today's list and records two duties, one with a finding; the case exists; the clerk sees the board.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browse, of, open, signIn, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

test('a round on a phone, and its board', async () => {
  const faults = []
  const look = (p) => async (name) => { faults.push(...await p.faults(name)) }
  const phone = await open(browser, { url: server.url, width: 390, lang: 'zh' })
  const { page } = phone
  await signIn(phone, of(server.accounts, 'grid_worker'))
  await phone.go('/desk/rounds')
  await page.waitForSelector('.stops a')
  const had = await page.locator('.stops li').count()
  assert.ok(had >= 2, `the grid worker of the demonstration has ${had} duties today`)
  await look(phone)('today')

  // The first is a finding: one answer that is not all right, with a photo.
  await page.click('.stops li >> nth=0 >> a')
  await page.waitForSelector('form.dutyform')
  const duties = [page.url()]
  await look(phone)('duty, empty')
  await page.click('.dutyform button[type=submit]')
  await page.waitForSelector('.dutyform .wrong')
  await look(phone)('duty, refused')
  await page.click('.dutyline button')
  const photographed = page.locator('.one:has(.seg)').last()
  await photographed.locator('.seg label').nth(1).click()
  await photographed.locator('textarea').fill('三号楼旁边')
  await photographed.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await page.screenshot({ clip: { x: 0, y: 0, width: 60, height: 60 } }) })
  await photographed.locator('.photos li.there').waitFor()
  await look(phone)('duty, filled in')
  await page.click('.dutyform button[type=submit]')
  await page.waitForSelector('.dutydone .listrow a')
  const number = await page.innerText('.dutydone .listrow a')
  assert.match(number, /^630105-\d{8}-/)
  await look(phone)('duty, recorded')

  // The next is all well.
  await page.click('.dutydone .btn.go')
  await page.waitForSelector('form.dutyform')
  duties.push(page.url())
  await page.click('.dutyline button')
  await page.click('.dutyform button[type=submit]')
  await page.waitForSelector('.dutydone')
  assert.deepEqual(await page.locator('.dutydone .listrow').allInnerTexts(), [])
  await phone.go('/desk/rounds/today')
  // The list as it was kept may stand there until the server has answered.
  await page.waitForFunction((done) => document.querySelector('.stops, .none') && !done.some((d) => document.querySelector(`.stops a[href$="${d}"]`)), duties.map((u) => u.split('/').pop()))
  await phone.close()

  // The clerk finds the case and sees the board.
  const desk = await open(browser, { url: server.url, width: 1440, lang: 'en' })
  await signIn(desk, of(server.accounts, 'community_clerk'))
  await desk.go('/desk/rounds/findings')
  const row = desk.page.locator('.listrow', { hasText: number })
  await row.waitFor()
  await look(desk)('findings')
  await row.locator('a.link').click()
  await desk.page.waitForSelector('.case .str')
  assert.ok((await desk.page.innerText('.case')).includes('三号楼旁边'))
  for (const [path, sign] of [['board', '.tallies'], ['shifts', '.measures'], ['care', '.listrow'], ['pairs', '.pairlist'], ['templates', '.tplist']]) {
    await desk.go('/desk/rounds/' + path)
    await desk.page.waitForSelector(sign)
    await look(desk)(path)
  }
  await desk.close()
  assert.deepEqual(faults, [])
})
