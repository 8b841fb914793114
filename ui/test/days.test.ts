import { afterEach, describe, expect, it } from 'vitest'
import { lang } from '../src/lang'
import { addDays, addMonths, between, said, sayDay, weekday, weeks } from '../src/shared/days'

afterEach(() => { lang.value = 'zh' })

describe('days in the page’s language', () => {
  it('says what a field holds', () => {
    for (const [type, value, zh, en] of [
      ['date', '2026-11-23', '2026年11月23日 周一', 'Mon 23 Nov 2026'],
      ['date', '2024-02-29', '2024年2月29日 周四', 'Thu 29 Feb 2024'],
      ['date', '2023-02-29', '', ''],
      ['date', '', '', ''],
      ['date', '2026-13-01', '', ''],
      ['datetime-local', '2026-11-23T09:05', '2026年11月23日 周一 9:05', 'Mon 23 Nov 2026, 9:05'],
      ['datetime-local', '2026-11-23T18:00:30', '2026年11月23日 周一 18:00', 'Mon 23 Nov 2026, 18:00'],
      ['time', '08:30', '8:30', '8:30'],
      ['time', '00:00', '0:00', '0:00'],
      ['time', '', '', ''],
    ] as const) {
      lang.value = 'zh'
      expect(said(type, value)).toBe(zh)
      lang.value = 'en'
      expect(said(type, value)).toBe(en)
    }
  })

  it('agrees with the calendar of the platform on every day of eight years', () => {
    lang.value = 'en'
    const f = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
    for (let d = '2023-01-01', ms = Date.UTC(2023, 0, 1); d < '2031-01-01'; d = addDays(d, 1), ms += 86_400_000) {
      expect(sayDay(d)).toBe(f.format(ms).replace(',', '').replace('Sept', 'Sep'))
    }
  })

  it('goes by months and keeps to their length', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28')
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28')
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15')
    expect(addMonths('2026-11-30', 3)).toBe('2027-02-28')
  })

  it('shows each month whole, in weeks from Monday', () => {
    for (let m = '2024-01-10'; m < '2031-01-01'; m = addMonths(m, 1)) {
      const all = weeks(m)
      const flat = all.flat()
      expect(flat.filter((d) => d.slice(0, 7) === m.slice(0, 7)).length).toBe(Number(addDays(addMonths(m.slice(0, 8) + '01', 1), -1).slice(8)))
      for (const w of all) {
        expect(weekday(w[0]!)).toBe(0)
        expect(w.some((d) => d.slice(0, 7) === m.slice(0, 7))).toBe(true)
      }
      expect(flat.every((d, i) => i === 0 || d === addDays(flat[i - 1]!, 1))).toBe(true)
    }
  })

  it('keeps within the bounds', () => {
    expect(between('2026-05-01', '2026-05-02', '')).toBe('2026-05-02')
    expect(between('2026-05-01', '', '2026-04-30')).toBe('2026-04-30')
    expect(between('2026-05-01', '2026-05-01', '2026-05-01')).toBe('2026-05-01')
  })
})
