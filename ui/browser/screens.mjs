// Pictures of every page, 390 and 1440 px, both languages, light; some dark and large. They go to ../docs/screens.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { browse, centre, of, open, signIn, start } from './lib.mjs'
import { mainAct, openCase, order } from './walk.mjs'

const out = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'screens')
mkdirSync(out, { recursive: true })
writeFileSync(join(out, '.gitignore'), '*\n')
const server = await start()
const browser = await browse()
let n = 0
const shot = async (p, name) => {
  const bad = await p.faults(name)
  for (const b of bad) console.log('  ' + b)
  await p.page.waitForTimeout(350)
  await p.page.screenshot({ path: join(out, name + '.png'), fullPage: !/queue/.test(name) })
  n++
}
try {
  // One order is carried to its rating, so that every state has a page.
  const maker = await open(browser, { url: server.url })
  const done = await order(maker, '三楼到五楼都黑，我妈晚上不敢下楼')
  const fresh = await order(maker, '下楼摸黑，扶手也松了')
  await maker.close()
  for (const [role, times] of [['community_clerk', 1], ['unit_dispatcher', 1], ['cadre', 2]]) {
    const p = await open(browser, { url: server.url })
    await signIn(p, of(server.accounts, role))
    await openCase(p, done.number)
    for (let i = 0; i < times; i++) await mainAct(p, '换灯 3 盏、线 12 米，不收钱')
    await p.close()
  }
  for (const lang of ['zh', 'en']) for (const width of [390, 1440]) {
    const tag = `${width}-${lang}`
    const p = await open(browser, { url: server.url, width, lang })
    for (const [name, path] of [['welcome', '/'], ['choose', '/choose'], ['door', '/?at=' + centre], ['codes', '/t'], ['track', '/t/' + fresh.code], ['rate', '/t/' + done.code], ['lost', '/nowhere']]) {
      await p.go(path)
      await shot(p, `resident-${name}-${tag}`)
    }
    await order(p, '楼道灯不亮', async (name) => { if (name !== 'door') await shot(p, `resident-${name}-${tag}`) })
    await p.go('/desk/sign-in')
    await shot(p, `desk-sign-in-${tag}`)
    await signIn(p, of(server.accounts, 'community_clerk'))
    for (const [name, path] of [['queue', '/desk/queue'], ['queue-all', '/desk/queue?tab=all'], ['queue-done', '/desk/queue?tab=done'], ['new', '/desk/new'], ['places', '/desk/places'], ['stats', '/desk/stats'], ['me', '/desk/me']]) {
      await p.go(path)
      await p.page.waitForSelector('h1')
      await shot(p, `desk-${name}-${tag}`)
    }
    await openCase(p, fresh.number)
    await shot(p, `desk-queue-case-${tag}`)
    await p.close()
  }
  for (const [name, o] of [['dark', { dark: true }], ['elder', { store: { elder: '1' } }]]) {
    const p = await open(browser, { url: server.url, width: 390, ...o })
    for (const [page, path] of [['door', '/?at=' + centre], ['track', '/t/' + fresh.code], ['rate', '/t/' + done.code]]) { await p.go(path); await shot(p, `resident-${page}-${name}`) }
    await p.close()
  }
  console.log(`${n} pictures in docs/screens`)
} finally {
  await browser.close()
  await server.stop()
}
