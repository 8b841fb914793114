// How soon a resident sees something on a slow telephone: the first visit with an empty cache, a processor four times slower than
// this one, 1.6 Mbit/s down, 0.75 up, 150 ms there and back. Prints the largest contentful paint of each page, when its content is in sight, and the bytes of
// script and style; ends with 1 when a budget is not kept. SANZHI_URL names a program that runs; else one is started.
import { start, browse, centre } from '../browser/lib.mjs'
import { place } from '../browser/arrange.mjs'

const budget = { paint: 1500, bytes: 200_000 }
const rounds = Number(process.env.ROUNDS ?? 3)
const server = await start()
const browser = await browse()
let failed = false
console.log('| the resident\'s page | largest paint, ms | content in sight, ms | wanted | script and style, kB | |\n|-|-|-|-|-|-|')
try {
  const { track_code: code } = await place(server, '量一量快慢')
  for (const [name, path] of [['welcome', '/'], ['door', '/?at=' + centre], ['near', '/near'], ['track', '/t/' + code], ['without script', '/plain']]) {
    const paints = [], contents = []
    let bytes = 0
    for (let i = 0; i < rounds; i++) {
      const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, locale: 'zh-CN' })
      await context.addInitScript((at) => {
        localStorage.setItem('sanzhi.spot', at)
        new PerformanceObserver((l) => { for (const e of l.getEntries()) window.lcp = e.startTime }).observe({ type: 'largest-contentful-paint', buffered: true })
        // The frame after which the page's own heading stands there and nothing is waited for: an early largest paint of something else does not hide it.
        const look = () => {
          if (!document.querySelector('h1:not(.sr)') || document.querySelector('main .wait')) { requestAnimationFrame(look); return }
          requestAnimationFrame((at) => { window.content = at })
        }
        requestAnimationFrame(look)
      }, path === '/' ? 'null' : JSON.stringify({ lon: Number(centre.split(',')[0]), lat: Number(centre.split(',')[1]) }))
      const page = await context.newPage()
      const cdp = await context.newCDPSession(page)
      await cdp.send('Network.enable')
      await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 })
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
      const kinds = new Map()
      let sum = 0
      cdp.on('Network.responseReceived', (e) => kinds.set(e.requestId, e.type))
      let loaded = false
      cdp.on('Network.loadingFinished', (e) => { if (!loaded && ['Script', 'Stylesheet'].includes(kinds.get(e.requestId))) sum += e.encodedDataLength })
      await page.goto(server.url + path, { waitUntil: 'load' })
      await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.wait'), null, { timeout: 20_000 }).catch(() => {})
      await page.waitForTimeout(1200)
      loaded = true
      paints.push(await page.evaluate(() => window.lcp ?? Infinity))
      contents.push(await page.evaluate(() => window.content ?? Infinity))
      bytes = Math.max(bytes, sum)
      await context.close()
    }
    const median = (l) => l.sort((x, y) => x - y)[Math.floor(l.length / 2)]
    const middle = median(paints), there = median(contents)
    const bad = middle > budget.paint || there > budget.paint || bytes > budget.bytes
    failed ||= bad
    console.log(`| ${name} | ${Math.round(middle)} (${paints.map((x) => Math.round(x)).join(', ')}) | ${Math.round(there)} | ${budget.paint} | ${(bytes / 1000).toFixed(1)} | ${bad ? '**short of it**' : 'kept'} |`)
  }
} finally {
  await browser.close()
  await server.stop()
}
process.exit(failed ? 1 : 0)
