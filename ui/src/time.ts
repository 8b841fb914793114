import { ref } from 'vue'
import { serverNow } from './api'
import { lang } from './lang'
import type { Clock } from './types'

// Calendars and deadlines are Asia/Shanghai, UTC+8 without daylight saving, wherever the reader is.
const hour = 3_600_000
const east8 = 8 * hour

interface Day { y: number; m: number; d: number; h: number; min: number; serial: number }

function parts(ms: number): Day {
  const z = new Date(ms + east8)
  return { y: z.getUTCFullYear(), m: z.getUTCMonth() + 1, d: z.getUTCDate(), h: z.getUTCHours(), min: z.getUTCMinutes(), serial: Math.floor((ms + east8) / (24 * hour)) }
}

/** On paper a date is said as a date: nobody knows which day 今天 was. */
export const paper = ref(false)
if (typeof addEventListener === 'function') {
  addEventListener('beforeprint', () => { paper.value = true })
  addEventListener('afterprint', () => { paper.value = false })
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const two = (n: number) => String(n).padStart(2, '0')

/** How many Shanghai days lie between now and the instant: 0 today, 1 tomorrow, -1 yesterday. */
export function daysFromNow(iso: string, now = serverNow()): number {
  return parts(Date.parse(iso)).serial - parts(now).serial
}

function dayWords(p: Day, now: number): string {
  const n = parts(now)
  const diff = paper.value ? NaN : p.serial - n.serial
  if (lang.value === 'zh') {
    if (diff === 0) return '今天'
    if (diff === 1) return '明天'
    if (diff === -1) return '昨天'
    return (p.y === n.y ? '' : p.y + '年') + `${p.m}月${p.d}日`
  }
  if (diff === 0) return 'today'
  if (diff === 1) return 'tomorrow'
  if (diff === -1) return 'yesterday'
  return `${p.d}\u00a0${months[p.m - 1]}` + (p.y === n.y ? '' : ' ' + p.y)
}

/** 今天 18:00 · 4月28日 18:00 · yesterday, 9:40 */
export function stamp(iso: string, now = serverNow()): string {
  const p = parts(Date.parse(iso))
  return dayWords(p, now) + (lang.value === 'zh' ? ' ' : ', ') + `${p.h}:${two(p.min)}`
}

/** From one instant to another, the day said once when it is the same: 今天 9:00 到 11:00. */
export function fromTo(from: string, to: string, now = serverNow()): string {
  const a = parts(Date.parse(from))
  const b = parts(Date.parse(to))
  const end = a.serial === b.serial ? `${b.h}:${two(b.min)}` : stamp(to, now)
  return stamp(from, now) + (lang.value === 'zh' ? ' 到 ' : ' to ') + end
}

/** The day alone. */
export function day(iso: string, now = serverNow()): string {
  return dayWords(parts(Date.parse(iso)), now)
}

/**
 * A deadline in its parts. A limit in whole days ends at 23:59:59.999 and is said as 23:59, on its own day: the server's
 * sentences say it so, and one page never says two times for one promise.
 */
export function dueParts(iso: string, now = serverNow()): { day: string; clock: string; today: boolean } {
  const p = parts(Date.parse(iso))
  return { day: dayWords(p, now), clock: `${p.h}:${two(p.min)}`, today: p.serial === parts(now).serial }
}

/** An instant after a word like until: 今天 22:00 · 22:00 today · 9:00 on 2 December. */
export function moment(iso: string, now = serverNow()): string {
  const d = dueParts(iso, now)
  return lang.value === 'zh' ? `${d.day} ${d.clock}` : `${d.clock} ${/^\d/.test(d.day) ? 'on ' : ''}${d.day}`
}

/** 今天 18:00 前 · by 18:00 today */
export const dueBy = (iso: string, now = serverNow()): string => (lang.value === 'zh' ? `${moment(iso, now)} 前` : `by ${moment(iso, now)}`)

/** A span in its two largest units: 1 天 2 小时 · 42 分 · 1 h 18 min. */
export function span(ms: number): string {
  const min = Math.max(0, Math.round(Math.abs(ms) / 60_000))
  const d = Math.floor(min / 1440)
  const h = Math.floor((min % 1440) / 60)
  const m = min % 60
  const zh = lang.value === 'zh'
  const words = (n: number, z: string, one: string, many = one) => (zh ? `${n} ${z}` : `${n} ${n === 1 ? one : many}`)
  if (d >= 3) return words(d, '天', 'day', 'days')
  if (d > 0) return [words(d, '天', 'day', 'days'), h ? words(h, '小时', 'h') : ''].filter(Boolean).join(' ')
  if (h > 0) return [words(h, '小时', 'h'), m && h < 10 ? words(m, '分', 'min') : ''].filter(Boolean).join(' ')
  return words(m, '分', 'min')
}

/** What is left on a clock, or by how much it is over. */
export function left(c: Clock, now = serverNow()): string {
  const zh = lang.value === 'zh'
  if (c.state === 'paused') return zh ? '停表中' : 'paused'
  if (c.state === 'stopped') return zh ? (c.on_time === false ? '超时办的' : '按时办的') : c.on_time === false ? 'done late' : 'done in time'
  const ms = Date.parse(c.due_at) - now
  if (ms < 0 || c.state === 'over') return zh ? `超 ${span(ms)}` : `${span(ms)} over`
  return zh ? `还剩 ${span(ms)}` : `${span(ms)} left`
}

/** The share used now, worked on from the answer's own share between two answers. */
export function usedNow(c: Clock, now = serverNow()): number {
  if (c.state === 'paused' || c.state === 'stopped') return c.used
  // The server counts office hours; between two answers only the crossing of the deadline can be told here.
  return Date.parse(c.due_at) <= now ? Math.max(1, c.used) : Math.min(c.used, 0.999)
}

/** The state now: a deadline may pass while the page is open. */
export function stateNow(c: Clock, now = serverNow()): Clock['state'] {
  return (c.state === 'running' || c.state === 'late') && Date.parse(c.due_at) <= now ? 'over' : c.state
}

/** A time that stays whole at the end of a line. */
export const whole = (s: string): string => s.replace(/ /g, '\u00a0')

/** Opening hours in their parts, each of which stays whole where it fits: 8:30–12:00 is one word, and days stand with their times. */
export const clauses = (hours: string): string[] => unbroken(hours).replace(/(?<![,;]) (?=\d)/g, '\u00a0').split(/(?<=；|; )/).map((c) => c.trim())

/** Opening hours that stay whole at the end of a line: 8:30–12:00 is one word. */
export const unbroken = (hours: string): string => hours.replace(/(\d)\s?–\s?(\d)/g, '$1\u2060–\u2060$2')
