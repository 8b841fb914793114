// How the desk bears a great city: a tree of 500,000 places, a map of 638 grids and 5,000 open cases, lists and search over a million
// cases. It measures in a real browser against a program of its own; `make bench-web` prepares the data once, in bench/.cache.
//   node bench/web.mjs DIR        DIR holds a prepared district (bench/loop -prepare), which is copied and grown
// ONLY=list,finder,tree,map measures some of it.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, cpSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { open, signIn, of } from '../browser/lib.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const bin = process.env.SANZHI_BIN ?? join(root, 'bin', 'sanzhi')
const source = process.argv[2]
if (!source || !existsSync(join(source, 'sanzhi.db'))) { console.error('name a prepared district: node bench/web.mjs DIR'); process.exit(2) }
// It is ten gigabytes: IN_PLACE=1 grows it where it lies.
const data = process.env.IN_PLACE ? source : source.replace(/\/?$/, '') + '-web'
const port = Number(process.env.PORT ?? 21640)
const wanted = { places: Number(process.env.PLACES ?? 500_000), open: 5000, runs: 7 }

function run(...args) {
  const r = spawnSync(bin, args, { encoding: 'utf8', maxBuffer: 256 << 20 })
  if (r.status !== 0) throw new Error(`${args.join(' ')}: ${r.stderr || r.stdout}`)
  return r.stdout
}

/** Entrances beside those that stand, until there are enough places; one building has 20,000 of them. */
function grow() {
  if (existsSync(join(data, 'grown'))) return
  if (data !== source) {
    rmSync(data, { recursive: true, force: true })
    cpSync(source, data, { recursive: true })
  }
  const part = data
  const file = part + '.geojson'
  const buildings = JSON.parse(codes(part))
  const f = openSync(file, 'w')
  writeSync(f, '{"type":"FeatureCollection","features":[')
  const most = 20_000
  const each = Math.ceil((wanted.places - most) / buildings.length)
  let n = 0, text = ''
  for (const [b, code] of buildings.entries()) {
    for (let i = 1; i <= (b === 0 ? most : each) && n < wanted.places; i++, n++) {
      text += (n ? ',' : '') + JSON.stringify({ type: 'Feature', geometry: null, properties: { kind: 'entrance', code: `${code}-E${String(i).padStart(5, '0')}`, name: `${i}单元`, parent: code } })
    }
    if (text.length > 1 << 20) { writeSync(f, text); text = '' }
  }
  writeSync(f, text + ']}')
  closeSync(f)
  const begun = Date.now()
  run('--data', part, '--tenant', '630105', 'import', 'geojson', file)
  console.log(`imported ${n} places in ${((Date.now() - begun) / 1000).toFixed(1)} s`)
  rmSync(file)
  writeFileSync(join(data, 'grown'), n + ' places\n')
}

/** The codes of the buildings, from a program that serves the copy for a moment. */
function codes(dir) {
  const script = `
    const [dir, bin, port] = process.argv.slice(1)
    const { spawn, execFileSync } = require('node:child_process')
    const user = JSON.parse(execFileSync(bin, ['demo', '--data', dir, '--accounts', '--json'])).find((a) => a.role === 'district_leader').user
    const token = execFileSync(bin, ['token', '--data', dir, '--user', user], { encoding: 'utf8' }).trim().split('\\n').pop()
    const child = spawn(bin, ['serve', '--data', dir, '--listen', '127.0.0.1:' + port], { stdio: 'ignore' })
    const url = 'http://127.0.0.1:' + port
    ;(async () => {
      for (let i = 0; i < 600 && !await fetch(url + '/readyz').then((r) => r.ok, () => false); i++) await new Promise((r) => setTimeout(r, 200))
      const out = []
      for (let after = ''; ;) {
        const d = await (await fetch(url + '/api/v1/places?kind=building&limit=500&after=' + encodeURIComponent(after), { headers: { Authorization: 'Bearer ' + token } })).json()
        out.push(...d.items.map((p) => p.code))
        if (!(after = d.next ?? '')) break
      }
      child.once('exit', () => console.log(JSON.stringify(out)))
      child.kill('SIGTERM')
    })()`
  const r = spawnSync(process.execPath, ['-e', script, dir, bin, String(port)], { encoding: 'utf8', maxBuffer: 64 << 20 })
  if (r.status !== 0) throw new Error(r.stderr)
  return r.stdout
}

const median = (l) => [...l].sort((a, b) => a - b)[Math.floor(l.length / 2)]
const worst = (l) => Math.max(...l)

/** Steps once a frame for a while; the page itself tells how often. */
const frames = (page, script, ms = 3000) => page.evaluate(async ([text, ms]) => {
  const step = new Function('i', text)
  const at = []
  await new Promise((done) => {
    const begun = performance.now()
    const tick = (now) => {
      at.push(now)
      if (now - begun > ms && at.length > 10) { done(); return }
      step(at.length)
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  return { n: at.length - 1, fps: (at.length - 1) / ((at.at(-1) - at[0]) / 1000) }
}, [script, ms])

const kinds = { js: /^(?:FireAnimationFrame|EventDispatch|TimerFire|FunctionCall|RunMicrotasks|HandlePostMessage)$/, style: /^(?:UpdateLayoutTree|RecalculateStyles)$/, layout: /^Layout$/, paint: /^(?:PrePaint|Paint|Layerize|Commit|UpdateLayer)$/, gc: /^(?:Major|Minor)GC$/ }

/** Seconds that all the browser's processes have had of the processor: drawing in software is in them. */
async function processor(p) {
  p.cdp ??= await p.browser.newBrowserCDPSession()
  return (await p.cdp.send('SystemInfo.getProcessInfo')).processInfo.reduce((sum, x) => sum + x.cpuTime, 0)
}
/** The same without a trace, for the frames a second, and with one, for what the page's main thread spends of the processor on each
    frame: in thread time, so that whoever else uses the machine, and the drawing in software, which happens elsewhere, are not in it. */
async function cost(p, script, rest = async () => {}) {
  const runs = [], spent = []
  for (let i = 0; i < 5; i++) {
    const before = await processor(p), f = await frames(p.page, script)
    runs.push(f.fps)
    spent.push((1000 * (await processor(p) - before)) / f.n)
    await rest()
  }
  await p.browser.startTracing(p.page, { categories: ['-*', 'toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'] })
  const f = await frames(p.page, script)
  const events = JSON.parse((await p.browser.stopTracing()).toString()).traceEvents
  const main = events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => ({ pid: e.pid, tid: e.tid, fired: events.filter((x) => x.pid === e.pid && x.tid === e.tid && x.name === 'FireAnimationFrame') }))
    .sort((a, b) => b.fired.length - a.fired.length)[0]
  const from = main.fired[0].ts, to = main.fired.at(-1).ts
  const own = events.filter((e) => e.ph === 'X' && e.pid === main.pid && e.tid === main.tid && e.ts >= from && e.ts < to && e.tdur !== undefined)
  const tasks = own.filter((e) => e.name === 'RunTask' || e.name === 'ThreadControllerImpl::RunTask')
  if (!tasks.length) throw new Error('the trace tells of no task')
  // Of what stands within another of its sort only the outer one counts.
  const sum = (test) => { let end = 0, all = 0; for (const e of own.filter((x) => test.test(x.name)).sort((a, b) => a.ts - b.ts)) if (e.ts >= end) { all += e.tdur; end = e.ts + e.dur } return all / 1000 / f.n }
  const longs = tasks.map((t) => t.tdur / 1000).filter((t) => t > 50)
  return { ...f, fps: median(runs), all: median(spent), least: Math.min(...runs), most: Math.max(...runs), cpu: sum(/RunTask$/), longs: longs.length, longest: Math.max(...tasks.map((t) => t.tdur)) / 1000, parts: Object.entries(kinds).map(([k, test]) => `${k} ${sum(test).toFixed(1)}`).join(', ') }
}
/** The rows of something that moves, beside the same with nothing in it, in the same window and run: what the machine can do at most. */
const moving = (what, f, empty, than = 'the same with nothing in it') => [
  [`${what}: processor of the page's main thread for a frame, ms`, f.cpu, 20, f.parts],
  [`${what}: processor of the whole browser for a frame, ms`, f.all, null, 'all its processes and threads, drawing in software with them; two processors have 33 ms for each of 60 frames'],
  [`${what}: tasks of more than 50 ms`, f.longs, 0, `the longest ${f.longest.toFixed(0)} ms of processor, over ${f.n} frames`],
  [`${what}: frames a second`, f.fps, -50, `the middle of five goes, ${f.least.toFixed(0)} to ${f.most.toFixed(0)}; ${than}: ${empty.fps.toFixed(1)}, of which this is ${Math.round((100 * f.fps) / empty.fps)} %; load ${loadavg()[0].toFixed(1)}`, empty.fps],
]

const words = ['x', 'xq', 'xqs', 'xqsq', '小', '小桥', '楼道', '楼道灯', '井盖', 'cbq', '1', '3单', '1单元', '单元', '号楼', '630105']
/** Each word three times; the slowest word's middle time, and the middle of all. */
async function typed(p, path) {
  const of = []
  for (const q of words) {
    const l = []
    for (let i = 0; i < 3; i++) l.push(await timed(p, path + encodeURIComponent(q)))
    of.push([q, median(l)])
  }
  of.sort((a, b) => b[1] - a[1])
  return [of[0][1], `the slowest of ${words.length} words, initials and numbers; the middle one ${median(of.map((x) => x[1])).toFixed(0)}; slowest ${of.slice(0, 3).map(([q, ms]) => `${q} ${ms.toFixed(0)}`).join(', ')}`]
}

/** Each gives rows: what, measured, wanted (at most; below nought at least), note. */
const measures = {
  list: async (p) => {
    const times = [], rows = []
    for (let i = 0; i < wanted.runs; i++) times.push(await timed(p, '/api/v1/cases?state=all&sort=new&limit=50'))
    rows.push(['a page of the list of all cases, ms', median(times), 150, `50 rows; slowest ${worst(times).toFixed(0)}`])
    const deep = await p.page.evaluate(async () => { let after = '', b = 0; for (let i = 0; i < 20; i++) { b = performance.now(); after = (await (await fetch('/api/v1/cases?state=all&sort=new&limit=50&after=' + encodeURIComponent(after))).json()).next } return performance.now() - b })
    rows.push(['its twentieth page, ms', deep, 150, 'one go'])
    const [list, say] = await typed(p, '/api/v1/cases?state=all&sort=new&limit=50&q=')
    return [...rows, ['search in that list, ms a key', list, 200, say]]
  },
  finder: async (p) => { const [ms, say] = await typed(p, '/api/v1/find?q='); return [['the finder (Ctrl-K), ms a key', ms, 200, say]] },
  tree: async (p) => {
    const times = []
    for (let i = 0; i < wanted.runs; i++) {
      await p.go('/desk/me')
      await p.page.waitForSelector('h1')
      times.push(await p.page.evaluate(() => new Promise((done) => {
        const begun = performance.now()
        document.querySelector('a[href="/desk/places"]').click()
        const look = () => (document.querySelectorAll('[role=treeitem]').length > 5 ? done(performance.now() - begun) : requestAnimationFrame(look))
        look()
      })))
    }
    const id = await p.page.evaluate(async () => (await (await fetch('/api/v1/places?kind=building&limit=1')).json()).items[0].id)
    const level = []
    for (let i = 0; i < wanted.runs; i++) level.push(await timed(p, '/api/v1/places?limit=200&parent=' + id))
    await p.go('/desk/places')
    await p.page.waitForFunction(() => document.querySelectorAll('[role=treeitem]').length > 5)
    await p.page.focus('[role=tree]')
    // Each step opens what can be opened in sight.
    for (let i = 0; i < 4; i++) {
      await p.page.evaluate(() => [...document.querySelectorAll('[role=treeitem][aria-expanded=false]')].slice(0, 12).forEach((el) => el.querySelector('.twist').click()))
      await p.page.waitForTimeout(700)
    }
    const move = (box) => `const b = document.querySelector("${box}"); b.scrollTop += 90; if (b.scrollTop + b.clientHeight >= b.scrollHeight - 2) b.scrollTop = 0`
    const f = await cost(p, move('[role=tree]'))
    const rows = await p.page.locator('.vtree .node').count(), lines = await p.page.evaluate(() => Math.round(document.querySelector('.vtree .tall').offsetHeight / 36))
    await p.page.evaluate(() => {
      const tree = document.querySelector('[role=tree]'), r = tree.getBoundingClientRect(), box = document.createElement('div'), tall = document.createElement('div')
      box.id = 'nothing'
      Object.assign(box.style, { overflowY: 'auto', width: r.width + 'px', height: r.height + 'px' })
      tall.style.height = tree.firstElementChild.offsetHeight + 'px'
      box.append(tall)
      tree.replaceWith(box)
    })
    const empty = await frames(p.page, move('#nothing'))
    const out = moving(`scrolling the tree, 90 px a frame (${lines} open, ${rows} on the page)`, f, empty)
    return [['the tree of places opens (first rows in sight), ms', median(times), 300, `slowest ${worst(times).toFixed(0)}, the first, which loads the page's script`],
      ['a level of 20,000 places opens, ms', median(level), 300, `its first 200, fetched; slowest ${worst(level).toFixed(0)}`], ...out]
  },
  map: async (p) => {
    await p.page.addInitScript(() => { window.__watchMap = 1 })
    await p.go('/desk/map')
    await p.page.waitForFunction(() => window.__map?.loaded() && window.__map.queryRenderedFeatures({ layers: ['many', 'one'] }).length > 0, null, { timeout: 120_000 })
    await p.page.evaluate(() => window.__map.jumpTo({ zoom: 13.2 }))
    await p.page.waitForFunction(() => window.__map.areTilesLoaded(), null, { timeout: 60_000 })
    await p.page.waitForTimeout(1500)
    // By the hand: the mouse goes down on the map, and moves a little each frame, there and back.
    const drag = `const c = window.__map.getCanvas(), r = document.querySelector('.glmap').getBoundingClientRect()
      const at = (k) => ({ bubbles: true, cancelable: true, button: 0, buttons: 1, clientX: r.left + r.width / 2 + (k % 120 < 60 ? k % 60 : 60 - k % 60) * 5, clientY: r.top + r.height / 2 + (k % 80 < 40 ? k % 40 : 40 - k % 40) * 3 })
      if (i === 1) c.dispatchEvent(new MouseEvent('mousedown', at(0)))
      c.dispatchEvent(new MouseEvent('mousemove', at(i)))`
    const up = async () => {
      await p.page.evaluate(() => window.__map.getCanvas().dispatchEvent(new MouseEvent('mouseup', { bubbles: true, button: 0 })))
      await p.page.waitForFunction(() => !window.__map.isMoving())
      await p.page.waitForTimeout(600)
    }
    const before = await p.page.evaluate(() => window.__map.getCenter().toArray().join())
    // What a frame shows: whether WebGL drew anything for it, and how much of the frame the picture left bare. Read after the map's own step.
    await p.page.evaluate(() => {
      const gl = window.__map.painter.context.gl, put = gl.drawElements, shown = window.__shown = { frames: 0, drawn: 0, bare: 0, bareFrames: 0 }
      let any = false
      gl.drawElements = (...a) => { any = true; put.apply(gl, a) }
      const frame = document.querySelector('.glmap'), canvas = window.__map.getCanvas()
      window.__map.on('render', () => {
        if (!window.__map.isMoving()) return
        const o = frame.getBoundingClientRect(), i = Element.prototype.getBoundingClientRect.call(canvas)
        const bare = Math.max(0, i.left - o.left - 1, i.top - o.top - 1, o.right - i.right - 1, o.bottom - i.bottom - 1)
        shown.frames++
        if (any) shown.drawn++
        if (bare > 1) shown.bareFrames++
        shown.bare = Math.max(shown.bare, Math.round(bare))
        any = false
      })
    })
    const f = await cost(p, drag, up)
    const moved = before !== await p.page.evaluate(() => window.__map.getCenter().toArray().join())
    await up()
    if (!moved) throw new Error('the map did not move')
    const shown = await p.page.evaluate(() => window.__shown)
    const renderer = await p.page.evaluate(() => { const gl = window.__map.painter.context.gl, named = gl.getExtension('WEBGL_debug_renderer_info'); return gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER) })
    const rest = await frames(p.page, '')
    const say = (await p.page.locator('.mappage .bar p').textContent())?.trim()
    const grids = await p.page.evaluate(async () => { const b = (await (await fetch('/api/v1/config')).json()).bounds; return ((await (await fetch(`/api/v1/map?w=${b[0]}&s=${b[1]}&e=${b[2]}&n=${b[3]}&kinds=grid,grid_dedicated`)).json()).features ?? []).length })
    await p.page.waitForTimeout(600)
    // The library's own way of drawing, without ours, so that each frame is drawn.
    await p.page.evaluate(() => { const painter = window.__map.painter; painter.render = Object.getPrototypeOf(painter).render })
    await p.page.evaluate(() => window.__map.setStyle({ version: 8, sources: {}, layers: [{ id: 'g', type: 'background', paint: { 'background-color': '#eee' } }] }, { diff: false }))
    await p.page.waitForTimeout(1500)
    const empty = await frames(p.page, drag)
    await up()
    return [...moving(`panning the map by hand (${grids} grids, ${say})`, f, rest, 'the same page at rest'),
      ['panning the map: pixels of the frame bare at most, for a moment', shown.bare, null, `in ${shown.bareFrames} of ${shown.frames} frames; ${shown.drawn} of them were drawn by WebGL, the others moved the last picture`],
      ['an empty map, drawn by WebGL each frame, frames a second', empty.fps, null, renderer]]
  },
}
/** What was measured against what is wanted. Where the machine draws no more even with nothing to draw, that is said. */
function verdict([, value, bound, , most]) {
  if (bound === null) return '' // told, not asked for
  if (bound >= 0 ? value <= bound : value >= -bound) return 'kept'
  return most < -bound && value >= 0.9 * most ? 'as fast as this machine draws nothing' : '**short of it**'
}
/** Orders where people may live, until so many cases are open. */
async function orders(p) {
  const n = await p.page.evaluate(async () => {
    let n = 0
    for (let after = ''; ;) {
      const r = await fetch('/api/v1/cases/points?after=' + encodeURIComponent(after))
      if (!r.ok) throw new Error('points: ' + r.status)
      const d = await r.json()
      n += d.ids.length
      if (!(after = d.next ?? '')) return n
    }
  })
  const config = await (await fetch(url + '/api/v1/config')).json()
  const [w, s, e, north] = config.bounds
  let left = wanted.open - n, seed = 20_230_428
  const random = () => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed / 2_147_483_648 }
  const menu = await (await fetch(`${url}/api/v1/menu?lon=${config.centre[0]}&lat=${config.centre[1]}`)).json()
  const item = menu.items.find((i) => i.id && !(i.form ?? []).some((f) => f.required))
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (left > 0) {
      const r = await fetch(url + '/api/v1/cases', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({
        flow: 'menu', item: item.id, text: '巷口的灯不亮，晚上看不清路', lon: w + (e - w) * random(), lat: s + (north - s) * random() }) })
      if (r.status === 201) left--
      else if (r.status !== 422) throw new Error('an order: ' + r.status + ' ' + await r.text())
    }
  }))
}
const timed = (p, path) => p.page.evaluate(async (u) => { const b = performance.now(); const r = await fetch(u); if (!r.ok) throw new Error(u + ': ' + r.status); await r.json(); return performance.now() - b }, path)

grow()
const accounts = JSON.parse(run('demo', '--data', data, '--accounts', '--json'))
const child = spawn(bin, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' })
const url = `http://127.0.0.1:${port}`
// The browser chooses how it draws, as it does on people's machines. Without a graphics card it puts the page together with the processor, and
// has WebGL drawn by it too and copied over. (Made to use SwiftShader for the page as well, as the browser tests do, it would draw all of it
// as if by a very slow card; nobody's browser does that.)
const alone = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', ...(process.env.FLAGS?.split(' ') ?? [])] })
let failed = false
try {
  for (let i = 0; i < 900 && !(await fetch(url + '/readyz').then((r) => r.ok, () => false)); i++) await new Promise((r) => setTimeout(r, 200))
  const leader = of(Array.isArray(accounts) ? accounts : accounts.accounts ?? accounts.items, 'district_leader')
  const desk = async (browser) => {
    const p = { ...await open(browser, { url }), browser }
    p.page.setDefaultTimeout(120_000)
    await signIn(p, leader)
    return p
  }
  const p = await desk(alone)
  await orders(p)
  console.log(`${cpus()[0].model}, ${cpus().length} threads, load ${loadavg()[0].toFixed(1)} before\n\n| what | measured | wanted | | |\n|-|-|-|-|-|`)
  for (const [name, measure] of Object.entries(measures)) {
    if (process.env.ONLY && !process.env.ONLY.split(',').includes(name)) continue
    for (const row of await measure(name === 'map' ? await desk(alone) : p)) {
      const [what, value, bound, note] = row, said = verdict(row)
      failed ||= said.startsWith('**')
      console.log(`| ${what} | ${value.toFixed(value < 100 && value % 1 ? 1 : 0)} | ${bound === null ? '' : bound < 0 ? 'at least ' + -bound : bound} | ${said} | ${note} |`)
    }
  }
  console.log(`\nload ${loadavg()[0].toFixed(1)} after`)
} finally {
  await alone.close()
  child.kill('SIGTERM')
}
process.exitCode = failed ? 1 : 0
