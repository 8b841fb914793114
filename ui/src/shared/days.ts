import { lang } from '../lang'

// Days as the native fields hold them, "2026-11-23", and as each language says them. Nothing here asks for the time.
export type DayType = 'date' | 'datetime-local' | 'time'

const zhDays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const enDays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const enMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const shape = /^(\d{4,6})-(\d\d)-(\d\d)$/

/** The day as an instant at midnight UTC, or NaN for what is no day. */
function at(day: string): number {
  const m = shape.exec(day)
  if (!m) return NaN
  const d = new Date(0)
  d.setUTCFullYear(+m[1]!, +m[2]! - 1, +m[3]!)
  return d.getUTCMonth() === +m[2]! - 1 ? d.getTime() : NaN
}
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** 2026年11月23日 周一 · Mon 23 Nov 2026 */
export function sayDay(day: string): string {
  const ms = at(day)
  if (Number.isNaN(ms)) return ''
  const d = new Date(ms)
  const [y, m, n, w] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCDay()]
  return lang.value === 'zh' ? `${y}年${m + 1}月${n}日 ${zhDays[w]}` : `${enDays[w]} ${n} ${enMonths[m]} ${y}`
}

const clock = (t: string) => t.slice(0, 5).replace(/^0(\d:)/, '$1')

/** What a field of the type holds, in the reader's language; empty when it holds nothing. */
export function said(type: DayType, value: string): string {
  if (type === 'time') return clock(value)
  const [day = '', time = ''] = value.split('T')
  const words = sayDay(day)
  return words && time ? words + (lang.value === 'zh' ? ' ' : ', ') + clock(time) : words
}

export const addDays = (day: string, n: number): string => iso(at(day) + n * 86_400_000)

/** The same day of another month, or that month's last: 31 January and a month is 28 February. */
export function addMonths(day: string, n: number): string {
  const d = new Date(at(day))
  const date = d.getUTCDate()
  d.setUTCDate(1)
  d.setUTCMonth(d.getUTCMonth() + n)
  const last = new Date(d)
  last.setUTCMonth(last.getUTCMonth() + 1, 0)
  d.setUTCDate(Math.min(date, last.getUTCDate()))
  return iso(d.getTime())
}

/** Monday is 0, Sunday 6. */
export const weekday = (day: string): number => (new Date(at(day)).getUTCDay() + 6) % 7

/** The weeks that a month's page shows, each from Monday. */
export function weeks(day: string): string[][] {
  const first = day.slice(0, 8) + '01'
  const out: string[][] = []
  for (let d = addDays(first, -weekday(first)); out.length === 0 || d.slice(0, 7) === first.slice(0, 7); d = addDays(d, 7)) {
    out.push(Array.from({ length: 7 }, (_, i) => addDays(d, i)))
  }
  return out
}

/** The day nearest to the one asked for that the bounds allow. */
export const between = (day: string, min: string, max: string): string => (min && day < min ? min : max && day > max ? max : day)
