// A newcomer's first path in each role, from the door's code or the first sign-in with its tour to the first task that is finished: only what stands
// on the pages is pressed, and only so often. PATH_TABLE=DIR writes what each path takes by the rule in paths.mjs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { carry, hand, anyone, picture, place } from './arrange.mjs'
import { browse, centre, of, start } from './lib.mjs'
import { newcomer } from './paths.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

/** A walk: who, what for, how many presses at most (swipes through a list, which others may have made longer, are not among them), and the way. */
function path(name, role, task, most, o, way) {
  test(`${role}: ${task}, ${o.lang ?? 'zh'}`, { timeout: 300_000 }, async () => {
    const w = await newcomer(browser, server, { name, role, task, ...o })
    let sum
    try { await way(w, w.page) } catch (e) { await w.page.screenshot({ path: `${process.env.PATH_SHOTS ?? '/tmp'}/fault-${name}.png` }).catch(() => {}); throw e } finally { sum = await w.done() }
    // Without a connection the browser itself tells of what it could not send.
    assert.deepEqual(w.problems.filter((f) => !o.offline || !f.includes('ERR_INTERNET_DISCONNECTED')), [])
    assert.ok(sum.presses <= most, `${sum.presses} presses, at most ${most} are meant:\n${w.steps.join('\n')}`)
  })
}
const staff = (role) => of(server.accounts, role)
const mark = () => Math.random().toString(36).slice(2, 7)

// ---- residents --------------------------------------------------------------------------------------------------------

async function answer(w) {
  for (const set of await w.page.locator('fieldset.q:has(input[aria-required=true], .pick, .seg)').all()) if (await set.locator('.pick, .seg label').count()) await w.press(set.locator('.pick, .seg label').first())
}
async function orderFrom(w, item, text, photo) {
  await w.press(`.menu li button:has(b:text-is("${item}"))`)
  await w.press('.foot .go')
  await answer(w)
  if (photo) await w.file('.photos button, label:has(input[type=file]), input[type=file]', photo)
  if (text) await w.type('#text', text)
  await w.press('.foot .go')
  await w.press('.foot .go')
  await w.read('.slip')
}
for (const lang of ['zh', 'en']) {
  path('r1-' + lang, 'resident', 'scans the door’s code and orders', 7, { lang }, async (w) => {
    await w.at('/?at=' + centre)
    await orderFrom(w, lang === 'zh' ? '路灯不亮' : await w.page.locator('.menu li button b').nth(6).innerText(), lang === 'zh' ? '门口三盏都不亮' : 'All three at the gate')
    await w.read('.lead')
  })
}
path('r2', 'resident', 'looks the order up the next day', 4, {}, async (w) => {
  const c = await place(server, '三楼的灯不亮')
  await w.at('/')
  await w.press('.welcome a[href="/t"]')
  await w.type('#code', c.track_code)
  await w.press('button[type=submit]')
  await w.read('.head h1')
  await w.read('.state, .now, .lead')
})
path('r3', 'resident', 'photo, wrong item, cancels and orders again', 18, {}, async (w) => {
  await w.at('/?at=' + centre)
  await orderFrom(w, '下水道堵塞', '', picture('leak.png'))
  await w.press('.sentdo .go')
  await w.press('.quietacts button:has-text("撤单")')
  await w.press('dialog button[type=submit]')
  await w.press('a:has-text("重新点一单")')
  await w.type('#say', '漏水')
  await orderFrom(w, '停水、漏水')
})
path('r4', 'resident', 'says that it is not solved', 8, {}, async (w) => {
  const c = await place(server, '灯还是不亮')
  await carry(server, c.id, 'done')
  await w.at('/')
  await w.press('.welcome a[href="/t"]')
  await w.type('#code', c.track_code)
  await w.press('button[type=submit]')
  await w.press('.yn button >> nth=1')
  await w.press('.five label >> nth=1')
  await w.press('.rate button[type=submit]')
  await w.read('p.tell[role=status]')
})
path('r5', 'resident', 'who serves here, and signs up for an activity', 8, { lang: 'en' }, async (w) => {
  await w.at('/?at=' + centre)
  await w.press('.nearby a[href="/near"]')
  await w.read('main section >> nth=0')
  await w.press('a.go2[href="/activities"]')
  await w.press('.nearlist a >> nth=0')
  await w.type('#nn', 'Anna')
  await w.type('#np', '139' + String(Date.now()).slice(-8))
  await w.press('form .go')
  await w.page.waitForURL(/activities\/mine\//)
  await w.read('.nearstate')
})
path('r6', 'journalist', 'checks a figure of a bulletin', 6, { width: 1440 }, async (w) => {
  await w.at('/')
  await w.press('.welcome a[href="/reports"]')
  await w.press('.rows a')
  await w.press('.sheet .trace >> nth=0')
  await w.read('dialog[open] .head h2')
  await w.press('dialog[open] a.btn')
  await w.page.waitForSelector('.verdict h2.good')
  await w.read('.verdict h2')
})

// ---- those who work ---------------------------------------------------------------------------------------------------

const row = (text) => `.row a.what:has-text("${text}")`
const told = '.case .tell[role=status]'
for (const lang of ['zh', 'en']) {
  path('f1-' + lang, 'grid_worker', 'the first place of a round, with a finding', 16, { lang, offline: true }, async (w, page) => {
    await w.signIn(staff('grid_worker'))
    await w.press('.instead a[href$="/rounds/today"]')
    await w.press('.stops li:not(.kept) a')
    await page.waitForSelector('form.dutyform')
    const items = page.locator('.dutyform .one')
    await w.press('.dutyform .dutyline .btn')
    await w.press(items.nth(0).locator('.seg label').nth(1))
    const box = items.nth(0).locator('textarea')
    if (await box.count()) await w.type(box, lang === 'zh' ? '有坑洼' : 'A hole')
    if (await items.nth(0).locator('input[type=file]').count()) {
      await items.nth(0).locator('input[type=file]').setInputFiles(picture('hole.png', 160, 120))
      await page.waitForFunction(() => !document.querySelector('.photos li.sending'))
    }
    // Kept on the phone, not sent: the other tests walk the few places of this grid worker's round, too (rounds.spec sends one).
    await page.context().setOffline(true)
    await w.press('.dutyform button[type=submit]')
    await w.read('.dutydone')
  })
}
for (const lang of ['zh', 'en']) {
  path('f2-' + lang, 'community_clerk', 'hands an order over', 6, { width: 1440, lang }, async (w, page) => {
    const text = '路灯一闪一闪 ' + mark()
    await place(server, text)
    await w.signIn(staff('community_clerk'))
    await w.press(row(text))
    await w.press('.case .acts form.act button.go[type=submit]')
    await page.waitForSelector(told)
    await w.read(told)
  })
}
path('f2b', 'community_clerk', 'hands several over at once', 7, { width: 1440 }, async (w, page) => {
  const text = '楼道口的灯 ' + mark()
  for (const n of [1, 2]) await place(server, `${text} ${n}`)
  await w.signIn(staff('community_clerk'))
  for (const n of [1, 2]) await w.press(`.row:has-text("${text} ${n}") .tick`)
  await page.waitForFunction(() => /交单/.test(document.querySelector('.bulk .go')?.textContent ?? ''))
  await w.press('.bulk .go')
  await page.waitForSelector('.queue > .list > .tell[role=status]')
  await w.read('.queue > .list > .tell[role=status]')
})
path('f3', 'community_clerk', 'takes an order by telephone', 14, { width: 1440 }, async (w, page) => {
  const me = await (await hand(server, 'community_clerk')).get('/me')
  const within = me.posts[0].place
  const { items } = await (await hand(server, 'community_clerk')).get('/places?kind=building&q=' + encodeURIComponent('号楼') + '&within=' + within.id)
  const house = items.find((p) => p.above)
  await w.signIn(staff('community_clerk'))
  await w.press('.rail a[href$="/desk/new"]')
  await w.type('form .combo input', house.above.split(' · ').at(-1) + house.name)
  await w.press(`[role=option] >> nth=0`)
  await w.choose('#ni', { index: 1 })
  for (const set of await page.locator('form fieldset.q:has(.pick), form fieldset.q:has(.seg):not(:has(.many))').all()) await w.press(set.locator('.pick, .seg label').first())
  await w.type('#nt', '楼道灯不亮')
  await w.type('form input[type=tel]', '13812345678')
  await w.press('form button.go[type=submit]')
  await w.read('.madelist')
})
path('f4', 'unit_dispatcher', 'sends an order to a person', 7, { width: 1440 }, async (w, page) => {
  const text = '路灯不亮三天 ' + mark()
  await carry(server, (await place(server, text)).id, 'submitted')
  await w.signIn(staff('unit_dispatcher'))
  await w.press(row(text))
  await w.press('.case .acts form.act button.go[type=submit]')
  await page.waitForSelector(told)
  await w.read(told)
})
for (const lang of ['zh', 'en']) {
  path('f5-' + lang, 'cadre', 'accepts an order and finishes it', 10, { lang }, async (w, page) => {
    const text = '灯泡碎了 ' + mark()
    await carry(server, (await place(server, text)).id, 'dispatched')
    await w.signIn(staff('cadre'))
    await w.press(row(text))
    await w.press('.case .acts form.act button.go[type=submit]')
    const was = await page.innerText(told)
    await w.type('.case .acts form.act textarea', lang === 'zh' ? '换了新灯泡' : 'New bulb is in')
    await w.press('.case .acts form.act button.go[type=submit]')
    await page.waitForFunction((x) => document.querySelector('.case .tell[role=status]')?.innerText !== x, was)
    await w.read(told)
  })
}
path('f6', 'volunteer', 'signs up for an activity at the desk', 7, {}, async (w, page) => {
  await w.signIn(staff('volunteer'))
  await w.press('.instead a[href$="/activities"]')
  await w.press('.evlist a >> nth=0')
  await w.press('.signme .btn.go')
  await page.waitForSelector('.signme .tell')
  await w.read('.signme .tell')
  await page.click('.signme .do .btn:not(.go)') // as it was
  await page.waitForFunction(() => /已经取消/.test(document.querySelector('.signme .tell')?.textContent ?? ''))
})
path('f8', 'mediator', 'takes a dispute up', 9, {}, async (w, page) => {
  const [lon, lat] = centre.split(',').map(Number)
  const text = '楼上漏水说不拢 ' + mark()
  const { items, more } = await (await fetch(`${server.url}/api/v1/menu?lon=${lon}&lat=${lat}`)).json()
  const offer = [...items, ...more].find((i) => i.flow === 'dispute')
  await anyone(server).post('/cases', { flow: 'dispute', ...(offer.id ? { item: offer.id } : {}), text, lon, lat, form: Object.fromEntries((offer.form ?? []).filter((f) => f.required).map((f) => [f.id, f.choices ? f.choices[0].id : '楼上那家'])) })
  await w.signIn(staff('mediator'))
  await w.press(row(text))
  for (const q of await page.locator('.case .acts form.act .seg').all()) await w.press(q.locator('label').first())
  await w.press('.case .acts form.act button.go[type=submit]')
  await page.waitForSelector(told)
  await w.read(told)
})

// ---- those who keep and those who look ---------------------------------------------------------------------------------

path('l1', 'district_leader', 'finds who is late and says a word', 9, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('district_leader'))
  await w.read('.glance .lead')
  await w.press('.lateunits li a')
  const free = await page.locator('.queue .row').evaluateAll((rows) => Math.max(0, rows.findIndex((r) => !r.querySelector('.note').textContent.includes('督办'))))
  await w.press(`.queue .row a.what >> nth=${free}`)
  await w.press('.case .acts button:text-is("督办")')
  await w.type('dialog[open] form.act :is(input, textarea)', '请今天到现场')
  await w.press('dialog[open] form.act .go')
  await page.waitForSelector('dialog[open]', { state: 'detached' })
  await w.read(told)
})
path('l7', 'district_leader', 'puts the picture on the wall', 5, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('district_leader'))
  await w.press('main a[href*="/desk/screen"], main a:has-text("大屏"), main button:has-text("大屏")')
  await page.waitForURL(/screen/)
  await w.read('h1')
})
path('l2', 'planner', 'draws grids and asks why one is red', 9, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('planner'))
  await w.press('.plans .btn.go')
  await w.type('.combo input', '朝阳街道')
  await w.press('.combo li[role=option] >> nth=0')
  await w.press('.planform .btn.go')
  await page.waitForSelector('.gridmap', { timeout: 120_000 })
  await w.read('.fly')
})
path('l3', 'auditor', 'who was given which post, and does the bulletin’s figure hold', 9, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('auditor'))
  await w.choose('#fact', { label: '登录' })
  await w.read('.audit tbody')
  await w.press('.rail a[href$="/desk/reports"]')
  await w.press('.issues a')
  await w.press('.sheet .trace >> nth=0')
  await w.read('.tr .end b')
})
path('l4a', 'security_admin', 'makes an account and gives it a post', 12, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('security_admin'))
  await w.press('main .btn.go')
  await w.type('#newuser', 'li.' + mark())
  await w.type('#newname', '李晓燕')
  await w.press('dialog .btn.go')
  await w.read('dialog .once')
  await w.press('dialog .btn.go')
  await w.press('section .btn.go')
  await w.choose('#prole', 'community_clerk')
  await w.type('dialog [role=combobox] >> nth=0', '小桥社区居民委员会')
  await w.press('dialog [role=option]')
  await w.press('dialog .btn.go')
  await page.waitForSelector('.settable tbody tr')
  await w.read('.settable tbody tr')
})
path('l4b', 'system_admin', 'switches an item off, and on again', 8, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('system_admin'))
  for (const _ of [0, 1]) {
    await w.press('.setlist .switch')
    await w.press('.savebar .go')
    await page.waitForSelector('.savebar .tell:not(.bad)')
    await w.read('.savebar .tell')
  }
})
path('l5', 'community_clerk', 'puts a proposal to the vote and makes its codes', 16, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('community_clerk'))
  await w.press('.rail a[href$="/desk/ballots"]')
  await w.press('.bar .btn.go')
  await w.type('#bt', '活动室开到晚上九点')
  await w.type('#bb', '晚上想有个地方下棋')
  await w.press('dialog button.go[type=submit]')
  await w.press('.acts .btn.go')
  await page.waitForSelector('#say')
  await w.press('.acts .btn.go')
  await w.press('dialog button.go[type=submit]')
  await w.type('#cn', '20')
  await w.press('form:has(#cn) button')
  await page.waitForSelector('.slips li')
  await w.read('.slips li')
})
path('l6', 'supervisor', 'makes this month’s bulletin', 9, { width: 1440 }, async (w, page) => {
  await w.signIn(staff('supervisor'))
  await w.press('.rail a[href$="/desk/reports"]')
  await w.press('.bar .btn.go')
  await w.press('dialog .do.start .btn >> nth=1')
  await w.press('dialog .btn.go[type=submit]')
  await page.waitForSelector('.sheet')
  await w.read('.sheet h2 >> nth=0')
})
