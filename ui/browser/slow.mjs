// Slowness on purpose: SLOW=6 makes every page's script six times slower and lets each answer of the interface come late, now more, now
// less, so that answers also pass one another. What fails only then is a race: of the program, or of its test.
import { Agent, createServer, request } from 'node:http'
import { once } from 'node:events'

export const slow = Math.max(1, Number(process.env.SLOW) || 1)
/** How long a test waits for what must come, in milliseconds. Waiting long costs nothing where it comes. */
export const patience = (ms = 30_000) => Math.round(ms * Math.max(1, slow / 2))

/** Hands every context and page of the browser its patience, and its slowness where that is asked for. */
export function slowed(browser) {
  const cut = new WeakSet()
  const sessions = new WeakMap()
  const page = async (p) => {
    if (slow === 1) return p
    const session = await p.context().newCDPSession(p)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slow })
    // A page of two sessions is without a network only when both say so.
    const offline = (off) => session.send('Network.emulateNetworkConditions', { offline: off, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }).catch(() => { /* closed meanwhile */ })
    if (cut.has(p.context())) { await session.send('Network.enable'); await offline(true) }
    sessions.set(p, { session, offline })
    return p
  }
  const context = (c) => {
    c.setDefaultTimeout(patience())
    const [newPage, setOffline] = [c.newPage.bind(c), c.setOffline.bind(c)]
    c.newPage = async () => page(await newPage())
    c.setOffline = async (off) => {
      if (off) cut.add(c); else cut.delete(c)
      for (const p of c.pages()) { const s = sessions.get(p); if (s) { await s.session.send('Network.enable').catch(() => {}); await s.offline(off) } }
      await setOffline(off)
    }
    return c
  }
  const [newContext, newPage] = [browser.newContext.bind(browser), browser.newPage.bind(browser)]
  browser.newContext = async (o) => context(await newContext(o))
  browser.newPage = async (o) => {
    const p = await newPage(o)
    p.setDefaultTimeout(patience())
    return page(p)
  }
  return browser
}

/** A door before the program, through which each answer of the interface comes 20 to 300 ms late: {url, stop}. */
export async function door(url) {
  const agent = new Agent({ keepAlive: true })
  let n = 0
  const server = createServer((asked, answer) => {
    const late = asked.url.startsWith('/api/') ? 20 + ((n++ * 7919) % 29) * 10 : 0
    const on = request(url + asked.url, { agent, method: asked.method, headers: asked.headers }, (r) => setTimeout(() => {
      answer.writeHead(r.statusCode, r.rawHeaders)
      answer.flushHeaders()
      r.pipe(answer)
    }, late))
    on.once('error', () => answer.destroy())
    answer.once('close', () => on.destroy())
    asked.pipe(on)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop() { server.close(); server.closeAllConnections(); agent.destroy() },
  }
}
