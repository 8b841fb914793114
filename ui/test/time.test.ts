import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lang } from '../src/lang'
import { dueBy, dueParts, left, moment, span, stamp, stateNow, usedNow } from '../src/time'
import type { Clock } from '../src/types'

// 28 April 2023, 09:00 in Shanghai.
const now = Date.parse('2023-04-28T01:00:00Z')
const clock = (c: Partial<Clock>): Clock => ({ id: 'x', title: '交单', limit: '', state: 'running', started_at: '', due_at: '2023-04-28T10:00:00Z', used: 0.5, ...c })
beforeEach(() => { vi.useFakeTimers(); vi.setSystemTime(now); lang.value = 'zh' })
afterEach(() => { vi.useRealTimers(); lang.value = 'zh' })

describe('days are Shanghai days', () => {
  it.each([
    ['2023-04-28T10:00:00Z', '今天 18:00', 'today, 18:00'],
    ['2023-04-28T15:59:00Z', '今天 23:59', 'today, 23:59'],
    ['2023-04-28T16:00:00Z', '明天 0:00', 'tomorrow, 0:00'],
    ['2023-04-27T15:59:00Z', '昨天 23:59', 'yesterday, 23:59'],
    ['2023-04-26T11:12:00Z', '4月26日 19:12', '26\u00a0April, 19:12'],
    ['2022-12-31T16:00:00Z', '1月1日 0:00', '1\u00a0January, 0:00'],
    ['2022-12-31T15:00:00Z', '2022年12月31日 23:00', '31\u00a0December 2022, 23:00'],
  ])('%s', (iso, zh, en) => {
    expect(stamp(iso)).toBe(zh)
    lang.value = 'en'
    expect(stamp(iso)).toBe(en)
  })

  it.each([
    ['2023-04-28T16:00:00Z', '明天 0:00 前', 'by 0:00 tomorrow', false],
    ['2023-04-28T15:59:59.999Z', '今天 23:59 前', 'by 23:59 today', true],
    ['2023-05-04T10:00:00Z', '5月4日 18:00 前', 'by 18:00 on 4\u00a0May', false],
  ])('a deadline at %s', (iso, zh, en, today) => {
    expect(dueBy(iso)).toBe(zh)
    expect(moment(iso)).toBe(zh.replace(/ 前$/, ''))
    expect(dueParts(iso).today).toBe(today)
    lang.value = 'en'
    expect(dueBy(iso)).toBe(en)
    expect(moment(iso)).toBe(en.replace(/^by /, ''))
  })
})

it.each([
  [42, '42 分', '42 min'], [78, '1 小时 18 分', '1 h 18 min'], [120, '2 小时', '2 h'], [620, '10 小时', '10 h'],
  [1560, '1 天 2 小时', '1 day 2 h'], [2880, '2 天', '2 days'], [5000, '3 天', '3 days'], [0, '0 分', '0 min'],
])('%i minutes', (min, zh, en) => {
  expect(span(min * 60_000)).toBe(zh)
  lang.value = 'en'
  expect(span(min * 60_000)).toBe(en)
})

describe('clocks', () => {
  it.each<[Partial<Clock>, string, string]>([
    [{}, '还剩 9 小时', '9 h left'],
    [{ due_at: '2023-04-28T00:00:00Z' }, '超 1 小时', '1 h over'],
    [{ state: 'paused' }, '停表中', 'paused'],
    [{ state: 'stopped', on_time: false }, '超时办的', 'done late'],
    [{ state: 'stopped', on_time: true }, '按时办的', 'done in time'],
  ])('%j', (c, zh, en) => {
    expect(left(clock(c))).toBe(zh)
    lang.value = 'en'
    expect(left(clock(c))).toBe(en)
  })

  it('passes its deadline while the page is open, but not while it is paused', () => {
    const past = { due_at: '2023-04-28T00:59:00Z' }
    expect(stateNow(clock({ ...past, state: 'late', used: 0.9 }))).toBe('over')
    expect(usedNow(clock({ ...past, state: 'late', used: 0.9 }))).toBe(1)
    expect(stateNow(clock({ ...past, state: 'paused' }))).toBe('paused')
    expect(stateNow(clock({}))).toBe('running')
  })
})
