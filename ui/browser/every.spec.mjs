// Every page in both languages and at both widths, in light and in dark: nothing cut off, no key instead of words, and no
// violation that axe-core finds (WCAG 2.2 A and AA). A page that no link leads to is a fault too.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { arrange } from './arranged.mjs'
import { desk } from './arrange.mjs'
import { browse, open, start } from './lib.mjs'
import { routes, visit } from './every.mjs'
import { order } from './walk.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let server, browser, begun
before(async () => { server = await start(); browser = await browse(); begun = await arrange(server) })
after(async () => { await browser?.close(); await server?.stop() })

/** What axe-core finds on the page, a line each: rule, how many places, the first of them. */
export async function violations(page, name) {
  await page.evaluate(axe)
  // A bar that stays at the foot covers what scrolls below it: that is no small target.
  await page.evaluate(() => {
    for (const el of document.querySelectorAll('body *')) {
      const { top, bottom } = el.getBoundingClientRect()
      if (['fixed', 'sticky'].includes(getComputedStyle(el).position) && top > innerHeight / 2 && bottom > innerHeight - 40) el.style.setProperty('position', 'static', 'important')
    }
  })
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }, resultTypes: ['violations'],
  }).then((r) => r.violations.map((v) => ({ id: v.id, n: v.nodes.length, first: v.nodes[0].html.slice(0, 120), why: v.nodes[0].failureSummary?.split('\n')[1]?.trim() }))))
  return found.map((v) => `${name}: ${v.id} ×${v.n} ${v.first} (${v.why})`)
}

async function all(face, o) {
  const faults = []
  const seen = new Map()
  let pages = 0
  const look = async (p, pattern, path) => {
    pages++
    const name = `${path} (${pattern})`
    faults.push(...await p.faults(name), ...await violations(p.page, name))
  }
  if (face === 'desk') {
    const signIn = await open(browser, { url: server.url, ...o })
    await visit(signIn, 'desk', ['/desk/sign-in'], look, seen)
    await signIn.close()
    for (const role of begun.roles.filter((r) => server.accounts.some((a) => a.role === r))) {
      const p = await desk(browser, server, role, o)
      await visit(p, 'desk', begun.desk[role] ?? ['/desk/'], look, seen)
      await p.close()
    }
  } else {
    const p = await open(browser, { url: server.url, ...o })
    await order(p, '楼道灯不亮', async (name) => { if (name !== 'door') await look(p, 'order', name) })
    for (const walked of ['/order/where', '/order/what', '/order/send', '/sent']) seen.set(walked, new Set())
    await visit(p, 'resident', begun.resident, look, seen)
    await p.close()
  }
  const missed = routes(face).map((r) => r.path).filter((r) => !seen.has(r) && !begun.apart[r])
  assert.ok(pages > 20)
  assert.deepEqual([...faults, ...missed.map((m) => 'no link leads to ' + m)], [])
}

for (const face of ['resident', 'desk']) {
  for (const [lang, width, dark] of [['zh', 390, false], ['en', 390, true], ['zh', 1440, true], ['en', 1440, false]]) {
    test(`every page of the ${face}, ${lang}, ${width} px, ${dark ? 'dark' : 'light'}`, () => all(face, { lang, width, dark }))
  }
}
