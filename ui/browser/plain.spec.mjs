// The pages without script, in a browser that runs none: find the place, order with a photo, follow, rate; linked from where scripts are needed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hand, picture } from './arrange.mjs'
import { browse, centre, start } from './lib.mjs'

let server, browser
before(async () => { server = await start(); browser = await browse() })
after(async () => { await browser?.close(); await server?.stop() })

for (const [lang, width] of [['zh', 390], ['en', 320]]) {
  test(`a whole order without script, ${lang}, ${width} px`, async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 844 }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB' })
    const page = await context.newPage()
    const refused = []
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 422/.test(m.text())) refused.push(m.text()) })
    const fits = async (name) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name + ' is wider than the screen')
    // Without script each press is a new page, which must have come before it is read: the one before looks much the same.
    const to = async (act) => { await Promise.all([page.waitForEvent('load'), act()]) }
    const say = (zh, en) => (lang === 'zh' ? zh : en)

    await page.goto(server.url + '/')
    await to(() => page.click(`noscript a[href="/plain?lang=${lang}"], a[href="/plain?lang=${lang}"]`))
    await fits('home')
    // The compound at the middle of the district, whose people have accounts.
    const [lon, lat] = centre.split(',')
    const { place } = await (await fetch(`${server.url}/api/v1/menu?lon=${lon}&lat=${lat}`)).json()
    await page.fill('#q', place.compound.name)
    await to(() => page.click('.find .go'))
    await fits('places')
    await to(() => page.click(`.rows a[href*="${place.compound.id}"]`))
    await fits('buildings')
    await to(() => page.click(`.rows a[href*="${place.building.id}"]`))
    await fits('menu')
    const title = await page.innerText('.rows a b >> nth=0')
    await to(() => page.click('.rows a >> nth=0'))
    await fits('order')
    // A telephone number that is none comes back with everything written.
    for (const set of await page.$$('fieldset.q')) await (await set.$('input[type=radio]'))?.check()
    await page.fill('#words', `没有脚本也能点单 ${lang}`)
    await page.fill('#phone', '12')
    await page.setInputFiles('#photos', picture('dark.png', 320, 240))
    await to(() => page.click('form[method=post] .go'))
    assert.equal(await page.inputValue('#words'), `没有脚本也能点单 ${lang}`)
    assert.ok(await page.locator('.wrong').count() > 0)
    await page.fill('#phone', '13812345678')
    await to(() => page.click('form[method=post] .go'))
    await page.waitForSelector('.slip .code')
    await fits('receipt')
    assert.match(await page.innerText('h1'), say(/收到了/, /Order received/))
    const code = await page.innerText('.slip .code')
    await page.reload()
    await to(() => page.click('main .go'))
    assert.equal(await page.innerText('h1'), title)
    await fits('track')
    assert.equal(await page.locator('.beads li').count(), 5)
    assert.equal(await page.locator('main img').count(), 1)

    const clerk = await hand(server, 'community_clerk')
    const { items } = await clerk.get('/cases?q=' + encodeURIComponent('没有脚本也能点单'))
    const mine = items.filter((c) => c.text.endsWith(lang))
    assert.equal(mine.length, 1)
    await clerk.act(mine[0].id, 'submit')
    await (await hand(server, 'unit_dispatcher')).act(mine[0].id, 'dispatch')
    const cadre = await hand(server, 'cadre')
    await cadre.act(mine[0].id, 'accept')
    await cadre.act(mine[0].id, 'finish', { result: '换了灯' })

    await page.goto(server.url + '/plain/track?lang=' + lang)
    await page.fill('#code', code.toLowerCase())
    await to(() => page.click('.find .go'))
    await page.check('input[name=solved][value=yes]')
    await page.check('input[name=score][value="4"]')
    await to(() => page.click('form[action*="/rate"] .go'))
    assert.match(await page.innerText('.tell'), say(/评好了/, /Thank you/))
    assert.equal(await page.locator('form[action*="/rate"]').count(), 0, 'one rating a round')
    await fits('rated')

    await to(() => page.click('header nav a[href*="/stations"]'))
    await page.selectOption('#need', { index: 1 })
    await to(() => page.click('.find .go'))
    assert.ok(await page.locator('.cards li').count() > 0)
    await fits('stations')
    await to(() => page.click('footer a[hreflang]'))
    assert.equal(await page.evaluate(() => document.documentElement.lang), say('en', 'zh-CN'))
    await to(() => page.click('footer a[href*="big=1"]'))
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '22px')
    await fits('large')
    assert.deepEqual(refused, [])
    await context.close()
  })
}
