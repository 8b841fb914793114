import { describe, expect, it } from 'vitest'
import { hours } from '../src/desk/activities/clock'
import { notice } from '../src/desk/ballots/notice'
import { reached, withUnit } from '../src/desk/indicators/said'
import { sectorName } from '../src/desk/settings/sectors'
import { figure } from '../src/desk/works/figure'
import { lang } from '../src/lang'
import { day, paper, stamp } from '../src/time'

describe('figures in words', () => {
  it.each([['30余处', '30 余处'], ['3座', '3 座'], ['约-30处', '约 −30 处'], ['-260米', '−260 米'], ['1.8万余辆', '1.8万余辆'], ['4100余平方米', '4100 余平方米'], ['31400米', '31,400 米'], ['约-30000米', '约 −30,000 米'], ['', '']])('%s', (from, to) => {
    lang.value = 'zh'
    expect(figure(from)).toBe(to)
  })
  it('stand beside their unit', () => {
    expect(withUnit('90.0', '%')).toBe('90.0%')
    expect(withUnit('240', '件')).toBe('240 件')
    expect(withUnit('1', 'case|cases')).toBe('1 case')
    expect(withUnit('1.0', 'case|cases')).toBe('1.0 case')
    expect(withUnit('0', 'case|cases')).toBe('0 cases')
    expect(withUnit('6', '')).toBe('6')
    expect(reached({ actual: '88.2', indicator: { unit: '%' } })).toBe('88.2%')
    expect(reached({ indicator: { unit: '%' } })).toBe('—')
  })
})

describe('days in words', () => {
  const now = Date.parse('2026-11-23T04:00:00Z')
  it('says the hours alone beside a day', () => {
    expect(hours('2026-11-29T01:00:00Z', '2026-11-29T13:05:00Z')).toBe('9:00–21:05')
    expect(hours('2026-11-29T11:00:00Z', '2026-11-29T17:00:00Z')).toBeNull()
  })
  it('says a date on paper, where nobody knows which day today was', () => {
    lang.value = 'zh'
    expect(stamp('2026-11-23T01:00:00Z', now)).toBe('今天 9:00')
    dispatchEvent(new Event('beforeprint'))
    expect(paper.value).toBe(true)
    expect(stamp('2026-11-23T01:00:00Z', now)).toBe('11月23日 9:00')
    expect(day('2025-12-01', now)).toBe('2025年12月1日')
    dispatchEvent(new Event('afterprint'))
    expect(day('2026-11-22T08:00:00Z', now)).toBe('昨天')
  })
  it('does not say a notice lasts when it is over', () => {
    expect(notice('2026-11-27T08:00:00Z', now)).toBe('公示到 11月27日')
    expect(notice('2026-11-02T08:00:00Z', now)).toBe('公示期满，待授予')
  })
})

it('names a sector in the reader’s language, and leaves a district its own', () => {
  expect(sectorName('street_light')).toBe('路灯')
  lang.value = 'en'
  expect(sectorName('street_light')).toBe('street lights')
  lang.value = 'zh'
  expect(sectorName('我们的')).toBe('我们的')
})
