import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { lang } from '../src/lang'
import { helped, roomAt } from '../src/desk/help/rooms'
import { searchHelp } from '../src/desk/help/search'
import { marks, stopsOf } from '../src/desk/help/stops'
import { markTour, tourSeen } from '../src/desk/help/tour'
import { help, says } from '../src/words/help'
import { stops, tourAt, tourSays } from '../src/words/tour'

const src = join(__dirname, '..', 'src')
const files = (dir: string): string[] => readdirSync(dir).flatMap((f) => { const p = join(dir, f); return statSync(p).isDirectory() ? files(p) : [p] })
const paths = files(join(src, 'desk')).filter((f) => f.endsWith('.ts')).flatMap((f) => [...readFileSync(f, 'utf8').matchAll(/path: '(\/[^']*)'|page\('(\/[^']*)'/g)].map((m) => (m[1] ?? m[2])!))
beforeEach(() => { lang.value = 'zh'; localStorage.clear() })

/** All pairs of a value, however deep. */
const pairs = (v: unknown): (readonly string[])[] => (Array.isArray(v) && v.length === 2 && v.every((x) => typeof x === 'string') ? [v as string[]] : v && typeof v === 'object' ? Object.values(v).flatMap(pairs) : [])

describe('help', () => {
  it('covers every page of the desk', () => {
    expect(paths.length).toBeGreaterThan(40)
    for (const p of paths.filter((x) => !/^\/(:rest.*|sign-in|help\/:room\?|)$/.test(x))) expect(roomAt(p.replace(/:\w+/g, 'X')), p).toBeDefined()
    expect(helped.map((h) => h.id).sort()).toEqual(Object.keys(help).sort())
  })
  it('tells rooms with like addresses apart', () => {
    expect(roomAt('/cases/01H')?.id).toBe('queue')
    expect(roomAt('/menus')).toBeUndefined()
    expect(roomAt('/help/queue')).toBeUndefined()
    expect(roomAt('/settings/accounts/posts')?.id).toBe('accounts')
  })
  it('is written in both languages, in full-width punctuation, without exclamation marks', () => {
    const all = pairs({ help, says, stops, tourSays, x: tourAt(1, 6) })
    expect(all.length).toBeGreaterThan(250)
    for (const [zh, en] of all) {
      expect(zh).toMatch(/\p{Script=Han}/u)
      expect(en).not.toMatch(/\p{Script=Han}/u)
      expect(en!.trim()).not.toBe('')
      expect(`${zh}${en}`).not.toMatch(/[!！]/)
      expect(zh).not.toMatch(/\p{Script=Han}[,;:?]|[,;:?]\p{Script=Han}/u)
    }
  })
  it('is found by what is written in it', () => {
    expect(searchHelp('忘了密码')[0]?.id).toBe('accounts')
    expect(searchHelp('')).toEqual([])
    lang.value = 'en'
    expect(searchHelp('password').map((h) => h.id)).toContain('accounts')
    expect(searchHelp('no such words here')).toEqual([])
  })
})

describe('the tour', () => {
  const may = (...l: string[]) => (p: string) => p.split('|').some((x) => l.includes(x))
  it.each([
    [['community_clerk'], may('case.read'), 'acts'], [['grid_worker'], may('case.read', 'round.do'), 'rounds'], [['district_leader'], may('case.read'), 'bulletins'],
    [['unit_dispatcher'], may('case.read'), 'share'], [['cadre'], may('case.read'), 'acts'], [['volunteer'], may('round.do'), 'rounds'], [['auditor'], may(), 'settings'], [[], may(), 'posts'],
  ] as const)('of %j has at most six stops, one of its own, and ends with help', (roles, can, own) => {
    const l = stopsOf([...roles], can)
    expect(l.length).toBeLessThanOrEqual(6)
    expect(new Set(l).size).toBe(l.length)
    expect(l).toContain(own)
    expect(l.at(-1)).toBe('help')
    for (const s of l) expect(marks[s].length).toBeGreaterThan(0)
  })
  it('is remembered by account', () => {
    expect(tourSeen('li')).toBe(false)
    markTour('li')
    expect(tourSeen('li')).toBe(true)
    expect(tourSeen('wang')).toBe(false)
    localStorage.setItem('sanzhi.tour', '*')
    expect(tourSeen('wang')).toBe(true)
  })
})
