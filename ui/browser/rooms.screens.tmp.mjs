import { mkdirSync } from 'node:fs'
import { browse, centre, of, open, signIn, start } from './lib.mjs'
const out = '/tmp/i-shots'
mkdirSync(out, { recursive: true })
const server = await start()
const browser = await browse()
const desk = ['/desk/queue','/desk/rounds/today','/desk/rounds/board','/desk/rounds/care','/desk/rounds/pairs','/desk/activities','/desk/works','/desk/indicators','/desk/ballots','/desk/orgs','/desk/registers','/desk/registers/duty','/desk/reports','/desk/privacy','/desk/me']
try {
  for (const width of [1440, 390]) for (const lang of ['zh', 'en']) {
    const p = await open(browser, { url: server.url, width, lang })
    for (const [n, path] of [['door', '/?at=' + centre], ['stations', '/stations'], ['activities', '/activities'], ['votes', '/votes'], ['board','/board'], ['pledges','/pledges'], ['reports','/reports'], ['mine','/mine']]) {
      await p.go(path); await p.page.waitForTimeout(400)
      for (const b of await p.faults(n)) console.log(width, lang, b)
      await p.page.screenshot({ path: `${out}/r-${n}-${width}-${lang}.png`, fullPage: true })
    }
    await p.go('/desk/sign-in')
    await signIn(p, of(server.accounts, 'community_clerk'))
    for (const path of desk) {
      await p.go(path); await p.page.waitForSelector('h1', { timeout: 8000 }).catch(() => console.log('no h1', path)); await p.page.waitForTimeout(400)
      const h = await p.page.locator('main h1').count(); if (h !== 1) console.log(width, lang, path, 'h1s', h)
      for (const b of await p.faults(path)) console.log(width, lang, b)
      await p.page.screenshot({ path: `${out}/d${path.replace(/\//g, '-')}-${width}-${lang}.png`, fullPage: false })
    }
    if (width === 390) { await p.page.click('.tabbar button'); await p.page.waitForTimeout(300); await p.page.screenshot({ path: `${out}/d-more-${width}-${lang}.png` }) }
    await p.close()
  }
} finally { await browser.close(); await server.stop() }
