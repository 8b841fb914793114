// A real program with a fresh demo district on a free loopback port, and a browser that fails on what a person would see
// as broken: script errors, refused content, words cut off at the side, keys instead of words.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { door, patience, slow, slowed } from './slow.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const bin = process.env.SANZHI_BIN ?? join(root, 'bin', 'sanzhi')
export const centre = '101.7593426,36.6484989'

const freePort = () => new Promise((ok, no) => {
  const s = createServer()
  s.once('error', no)
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => ok(port)) })
})

function run(...args) {
  const r = spawnSync(bin, args, { encoding: 'utf8', maxBuffer: 64 << 20 })
  if (r.status !== 0) throw new Error(`${bin} ${args.join(' ')}: ${r.stderr || r.stdout || r.error}`)
  return r.stdout
}

/** Starts the program; stop() ends it and takes its data away. SANZHI_URL and SANZHI_ACCOUNTS name one that runs already. */
export async function start() {
  if (process.env.SANZHI_URL) return { url: process.env.SANZHI_URL, accounts: JSON.parse(process.env.SANZHI_ACCOUNTS ?? '[]'), stop() {} }
  if (!existsSync(bin)) throw new Error(`${bin} is not there: build the program first`)
  const dir = mkdtempSync(join(tmpdir(), 'sanzhi-browser-'))
  run('demo', '--data', dir)
  const told = JSON.parse(run('demo', '--data', dir, '--accounts', '--json', '--at', centre))
  const port = await freePort()
  const child = spawn(bin, ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (b) => { log = (log + b).slice(-4000) })
  const url = `http://127.0.0.1:${port}`
  const stop = () => new Promise((done) => {
    child.once('exit', () => { rmSync(dir, { recursive: true, force: true }); done() })
    child.kill('SIGTERM')
  })
  for (let i = 0; ; i++) {
    if (child.exitCode !== null) throw new Error('the program ended: ' + log)
    const ok = await fetch(url + '/readyz').then((r) => r.ok, () => false)
    if (ok) break
    if (i > 1200) { await stop(); throw new Error('the program is not ready: ' + log) }
    await new Promise((r) => setTimeout(r, 100))
  }
  const accounts = Array.isArray(told) ? told : told.accounts ?? told.items
  if (slow === 1) return { url, accounts, stop }
  const late = await door(url)
  return { url: late.url, accounts, stop: () => { late.stop(); return stop() } }
}

export const browse = async () => slowed(await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', timeout: patience(60_000),
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
}))

// Every key of the dictionary, to find one that stands on a page instead of its words.
const words = join(root, 'ui', 'src', 'words')
const keys = new Set(readdirSync(words).flatMap((f) => [...readFileSync(join(words, f), 'utf8').matchAll(/^ {2}'([a-z][\w.-]*)'/gmi)].map((m) => m[1])).filter((k) => k.includes('.')))

/** A page of its own context; problems gathers what must not be. */
export async function open(browser, { url, width = 1440, lang = 'zh', dark = false, tour = false, store = {} }) {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 1024 }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: dark ? 'dark' : 'light',
    timezoneId: 'Asia/Shanghai', hasTouch: width < 600, permissions: [], serviceWorkers: 'block',
  })
  await context.addInitScript((s) => {
    for (const [k, v] of Object.entries(s)) if (localStorage.getItem('sanzhi.' + k) === null) localStorage.setItem('sanzhi.' + k, v)
    document.addEventListener('securitypolicyviolation', (e) => console.error(`security policy: ${e.violatedDirective} ${e.blockedURI}`))
  }, { lang, ...(tour ? {} : { tour: '*' }), ...store })
  const page = await context.newPage()
  const problems = []
  const asked = new Set()
  page.on('request', (r) => { if (r.url().includes('/api/') && !r.url().includes('/api/v1/stream')) asked.add(r) })
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => asked.delete(r))
  /** Waits until the page asks for nothing any more and shows what it got. */
  async function quiet() {
    const until = Date.now() + patience(15_000)
    for (let calm = 0; calm < 2 && Date.now() < until;) {
      calm = asked.size ? 0 : calm + 1
      if (asked.size) await new Promise((ok) => setTimeout(ok, 20))
      else await page.evaluate(() => new Promise((ok) => setTimeout(ok, 0))).catch(() => { calm = 0 })
    }
  }
  let expected = []
  page.on('console', (m) => {
    if (m.type() !== 'error') return
    const status = /status of (\d+)/.exec(m.text())?.[1]
    if (status && expected.includes(Number(status))) return
    problems.push(`console: ${m.text()} ${m.location().url}`)
  })
  page.on('pageerror', (e) => problems.push('script: ' + e.message))
  return {
    page, problems, url, quiet,
    expect: (...s) => { expected = s },
    go: (path) => page.goto(url + path, { waitUntil: 'load' }),
    close: () => context.close(),
    /** Reads the page as a person would and gives what is wrong with it. */
    async faults(name) {
      await quiet()
      await page.waitForFunction(() => !document.querySelector('.wait')).catch(() => problems.push(name + ': still waiting'))
      const seen = await page.evaluate(() => {
        const wide = document.documentElement.scrollWidth - innerWidth
        const out = [...document.querySelectorAll('main *, nav *, header *')].filter((el) => {
          const r = el.getBoundingClientRect()
          // What a drawing holds beyond its frame is not shown.
          if (!r.width || !r.height || el.closest('.sr, .scroll, .chips, .glbox, [hidden]') || el.parentElement.closest('svg') || getComputedStyle(el).visibility === 'hidden') return false
          return r.right > innerWidth + 1 || r.left < -1
        }).slice(0, 3).map((el) => `<${el.tagName.toLowerCase()} class="${el.getAttribute('class') ?? ''}">`)
        return { wide, out, text: document.body.innerText, title: document.title, unnamed: [...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea')].filter((el) => el.getBoundingClientRect().width && !el.closest('details:not([open]) > :not(summary)') && !(el.innerText?.trim() || el.getAttribute('aria-label') || el.labels?.length || el.querySelector('[aria-label]'))).length }
      })
      const bad = [...problems.splice(0)]
      if (seen.wide > 0) bad.push(`wider than the screen by ${seen.wide}`)
      if (seen.out.length) bad.push('beyond the edge: ' + seen.out.join(' '))
      for (const w of seen.text.split(/\s+/)) if (keys.has(w)) bad.push('a key instead of words: ' + w)
      if (/undefined|\[object |NaN|Invalid Date/.test(seen.text)) bad.push('a value instead of words: ' + /.{0,30}(undefined|\[object |NaN|Invalid Date).{0,30}/.exec(seen.text)[0])
      if (!seen.title.includes(' · ')) bad.push('no title of its own: ' + seen.title)
      if (seen.unnamed) bad.push(`${seen.unnamed} controls without a name`)
      return bad.map((b) => `${name}: ${b}`)
    },
  }
}

export async function signIn(p, account) {
  await p.go('/desk/sign-in')
  await p.page.fill('#user', account.user)
  await p.page.fill('#pw', account.password)
  await p.page.click('button[type=submit]')
  await p.page.waitForURL((u) => !u.pathname.includes('sign-in'))
}
export const of = (accounts, role) => {
  const a = accounts.find((x) => x.role === role)
  if (!a) throw new Error('the demo district has no account of the role ' + role)
  return a
}
