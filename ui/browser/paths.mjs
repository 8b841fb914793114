// Reckons a newcomer's path by one rule, from what is on the screen: a press 1.2 s (a swipe by a screen is a press); a character typed 0.35 s, a Latin
// one 0.2 s; a word or two characters of 中文 that must be read before the press 0.25 s (headings, labels, what is told, and the choice up to
// what is pressed; the same words once a walk); a decision among more than four things 3 s; a page change 2 s.
import { writeFileSync } from 'node:fs'
import { open } from './lib.mjs'
import { patience } from './slow.mjs'

const rule = { press: 1.2, han: 0.35, latin: 0.2, word: 0.25, decision: 3, page: 2 }

/** In the page: what must be read before an element is pressed, how many things it is chosen among, and how many swipes away it is. */
function before(el, upTo = true) {
  const seen = (e) => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && r.bottom > 0 && r.top < innerHeight && e.checkVisibility({ visibilityProperty: true }) && !e.closest('.sr, [aria-hidden=true]') }
  const box = el.getBoundingClientRect()
  const low = innerHeight - (innerWidth < 600 ? 56 : 0)
  const swipes = box.bottom > low ? Math.ceil((box.bottom - low) / (innerHeight * 0.75)) : box.top < 0 ? Math.ceil(-box.top / (innerHeight * 0.75)) : 0
  el.scrollIntoView({ block: 'nearest' })
  const root = document.querySelector('.tour .card')?.contains(el) ? document.querySelector('.tour .card') : document.querySelector('dialog[open]') ?? document.querySelector('main') ?? document.body
  const texts = []
  const first = (e) => e === el || e.contains(el) || (e.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING)
  for (const e of root.querySelectorAll('h1, h2, h3, legend, label, .label, .tell, .wrong, [role=alert], [role=status]')) {
    if (e.contains(el) || !seen(e) || !first(e) || e.querySelector('li, p label, table') || e.closest('li, tr') && !e.closest('li, tr').contains(el)) continue
    texts.push(e.innerText.trim())
  }
  const press = 'a[href], button, label:has(input), summary, [role=option], [role=tab], select'
  let group = null
  for (let g = el.parentElement; g && !group && g !== root; g = g.parentElement) if (/^(UL|OL|NAV|FIELDSET|TBODY)$/.test(g.tagName) || g.matches('.seg, .do, .acts, .stack, .menu, .yn, [role=listbox], .tabs, .settabs')) group = g
  const all = group && !/^(INPUT|TEXTAREA)$/.test(el.tagName) ? [...group.querySelectorAll(press)].filter((e) => e.checkVisibility()) : []
  const mine = all.findIndex((e) => e === el || e.contains(el) || el.contains(e))
  if (upTo) for (const e of all.slice(0, mine + 1)) texts.push(e.innerText.trim())
  texts.push((el.innerText ?? '').trim() || el.getAttribute('aria-label') || '')
  return { texts: texts.filter(Boolean), among: all.length, swipes }
}

const words = (text) => { const han = (text.match(/\p{Script=Han}/gu) ?? []).length; return han / 2 + (text.replace(/\p{Script=Han}/gu, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}'’:.-]*/gu) ?? []).length }

/** Somebody who has never been here. */
export async function newcomer(browser, server, { name, role, task, lang = 'zh', width = 390, ...o }) {
  const p = await open(browser, { url: server.url, width, lang, tour: true, ...o })
  let { page } = p
  const sum = { name, role, task, lang, width, presses: 0, swipes: 0, characters: 0, pages: 0, words: 0, decisions: 0, seconds: 0 }
  const steps = []
  const read = new Set()
  const add = (key, n, each) => { sum[key] += n; sum.seconds += n * each }
  let shot = 0
  const look = async (say) => {
    steps.push(`${Math.round(sum.seconds)} s ${say}`)
    if (process.env.PATH_SHOTS) await page.screenshot({ path: `${process.env.PATH_SHOTS}/${name}-${String(++shot).padStart(2, '0')}.png` })
  }
  const take = (list) => {
    for (const t of list.flatMap((x) => x.split('\n')).map((x) => x.trim())) if (t && !read.has(t)) { read.add(t); add('words', words(t), rule.word) }
  }
  const spot = () => { const u = new URL(page.url()); return u.pathname + (u.searchParams.get('case') ?? '') }
  const calm = async () => { await p.quiet(); await page.waitForFunction(() => !document.querySelector('.wait')).catch(() => {}) }
  const find = async (at) => {
    const l = typeof at === 'string' ? page.locator(at).filter({ visible: true }).first() : at
    await l.waitFor({ timeout: patience(6_000) })
    return l
  }
  /** Does what a press does and counts it. */
  async function act(at, doing, { presses = 1, choice = true } = {}) {
    await calm()
    const l = await find(at)
    const seen = await l.evaluate(before, choice)
    take(seen.texts)
    if (choice && seen.among > 4) { sum.decisions++; sum.seconds += rule.decision }
    add('presses', presses, rule.press)
    add('swipes', seen.swipes, rule.press)
    await look(String(at))
    const was = spot()
    await doing(l)
    await calm()
    if (spot() !== was) add('pages', 1, rule.page)
  }
  return {
    ...p, page, sum, steps,
    at: async (path) => { await p.go(path); await calm(); add('pages', 1, rule.page) },
    press: (at, o) => act(at, (l) => l.click(), o),
    async type(at, text) {
      const l = await find(at)
      const there = await l.evaluate((e) => e === document.activeElement)
      await act(at, (x) => (there ? null : x.click()), { presses: there ? 0 : 1, choice: false })
      const han = (text.match(/\p{Script=Han}/gu) ?? []).length
      sum.characters += [...text].length
      sum.seconds += han * rule.han + ([...text].length - han) * rule.latin
      await l.fill(text)
      await calm()
    },
    /** Opens a list of the browser's own and takes one of its lines. */
    async choose(at, o) {
      await act(at, async (l) => {
        const list = await l.evaluate((e) => [...e.options].map((x) => x.label))
        if (list.length > 4) { sum.decisions++; sum.seconds += rule.decision }
        await l.selectOption(o)
        take(list.slice(0, 1 + await l.evaluate((e) => e.selectedIndex)))
      }, { presses: 2, choice: false })
    },
    file: (at, f) => act(at, (l) => l.locator('xpath=.').evaluate(() => {}).then(() => page.locator('input[type=file]').first().setInputFiles(f)), { presses: 3 }),
    key: async (k) => { add('presses', 1, rule.press); await page.keyboard.press(k); await calm() },
    async read(at) { await calm(); const l = await find(at); take([await l.innerText()]); return l.innerText() },
    async signIn({ user, password }) {
      await this.at('/desk')
      await this.type('#user', user)
      await this.type('#pw', password)
      await this.press('button[type=submit]')
      await page.waitForURL((u) => !u.pathname.includes('sign-in'))
      add('pages', 1, rule.page)
      await calm()
      const card = page.locator('.tour .card')
      if (await card.waitFor({ timeout: patience(2_000) }).then(() => true, () => false)) await this.press('.tour .card .btn.quiet')
    },
    async done(at) {
      if (at) take([await (await find(at)).innerText()])
      await calm()
      await look('done')
      sum.seconds = Math.round(sum.seconds)
      sum.words = Math.round(sum.words)
      if (process.env.PATH_TABLE) writeFileSync(`${process.env.PATH_TABLE}/${name}.json`, JSON.stringify({ ...sum, steps }, null, 1))
      await p.close()
      return sum
    },
  }
}
