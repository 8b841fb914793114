import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import Beads from '../src/beads/Beads.vue'
import { glyphs } from '../src/beads/glyphs'
import { beadStates } from '../src/beads/state'
import { lang } from '../src/lang'
import type { Clock } from '../src/types'

const beads = [...'点交下接评'].map((char, i) => ({ char, en: 'OSDAR'[i]!, name: char + '单', who: '甲' }))
const clock = (state: Clock['state'], used: number): Clock => ({ id: 'x', title: '办好', limit: '', state, started_at: '', due_at: new Date(Date.now() + (state === 'over' ? -1 : 1) * 3_600_000).toISOString(), used })
beforeEach(() => { lang.value = 'zh' })

it.each([
  [5, 1, '', ['now', 'todo', 'todo', 'todo', 'todo']],
  [5, 4, '', ['done', 'done', 'done', 'now', 'todo']],
  [5, 5, 'done', ['done', 'done', 'done', 'done', 'done']],
  [5, 5, 'unrated', ['done', 'done', 'done', 'done', 'done']],
  [5, 2, 'cancelled', ['done', 'void', 'void', 'void', 'void']],
  [5, 3, 'merged', ['done', 'done', 'void', 'void', 'void']],
])('of %i, now %i, end "%s"', (n, now, end, want) => { expect(beadStates(n, now, end)).toEqual(want) })

describe('the string', () => {
  it.each([['running', 'running'], ['late', 'late'], ['over', 'over'], ['paused', 'paused']] as const)('a clock that is %s', (state, cls) => {
    const w = mount(Beads, { props: { beads, now: 4, clock: clock(state, state === 'over' ? 1.4 : 0.4), size: 'hero' } })
    expect(w.findAll('.bead.now')).toHaveLength(1)
    expect(w.find('.bead.now').classes()).toContain(cls)
    expect(w.findAll('.bead.done')).toHaveLength(3)
    expect(w.find('.track').exists()).toBe(state !== 'paused')
  })

  it('has one text equivalent, in the reader’s language', () => {
    const w = mount(Beads, { props: { beads, now: 4, clock: clock('running', 0.2), size: 'case' } })
    expect(w.attributes('role')).toBe('img')
    expect(w.attributes('aria-label')).toMatch(/^共 5 步，走到第 4 步：接单，甲，.+ 前$/)
    lang.value = 'en'
    const e = mount(Beads, { props: { beads, now: 5, end: 'done', size: 'list' } })
    expect(e.attributes('aria-label')).toBe('All 5 steps, closed')
  })

  it('in lists bears only the present character, on columns that do not move', () => {
    const xs = [1, 3, 5].map((now) => mount(Beads, { props: { beads, now, size: 'list' } }))
    for (const w of xs) expect(w.findAll('.ch')).toHaveLength(1)
    const columns = xs.map((w) => w.findAll('.bead').map((b) => b.attributes('transform')).join())
    expect(new Set(columns).size).toBe(1)
  })

  it('draws an arc back when the case was reopened', () => {
    expect(mount(Beads, { props: { beads, now: 3, round: 2, size: 'hero' } }).find('.again').exists()).toBe(true)
    expect(mount(Beads, { props: { beads, now: 3, round: 1, size: 'hero' } }).find('.again').exists()).toBe(false)
  })

  it('has outlines for the characters of the flows and every letter', () => {
    for (const ch of '点交下接评查派改复销治ABCDEFGHIJKLMNOPQRSTUVWXYZ') expect(glyphs[ch], ch).toMatch(/^M/)
  })

  it('writes a character it has no outline for as text', () => {
    const w = mount(Beads, { props: { beads: [{ char: '议', en: 'X', name: '议' }, { char: '囍', en: 'Y', name: '囍' }], now: 2, size: 'case' } })
    expect(w.find('text.ch').text()).toBe('囍')
  })
})
