import { lang } from '../lang'
import { t, type Word } from '../words'
import type { Figure, ReportRow } from './types'

const east8 = 8 * 3_600_000
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** A day of Asia/Shanghai with its year: a bulletin is read in other years than its own. */
export function fullDay(iso: string): string {
  const z = new Date(Date.parse(iso) + east8)
  const [y, m, d] = [z.getUTCFullYear(), z.getUTCMonth(), z.getUTCDate()]
  return lang.value === 'zh' ? `${y}年${m + 1}月${d}日` : `${d} ${months[m]} ${y}`
}

/** The last day of a half-open period. */
export const lastDay = (iso: string) => fullDay(new Date(Date.parse(iso) - 1).toISOString())

export const span = (r: { from?: string; to?: string }) => (r.from && r.to ? t('reports.span', fullDay(r.from), lastDay(r.to)) : '')

/** On screens a digit and a 汉字 stand apart: 1300 余名. */
export const spaced = (s: string) => s.replace(/([0-9%])(?=\p{Script=Han})/gu, '$1 ').replace(/(\p{Script=Han})(?=[0-9])/gu, '$1 ')

export const statusWord = (r: ReportRow) => t(`reports.status.${r.status}` as Word)

/** What is above and below the line of a share. */
export const parts = (f: { num: number; den: number }) => `${f.num} ÷ ${f.den}`

/** How a figure is meant, with what it is made of. */
export function meant(f: Figure): string {
  if (f.hidden) return t('trace.hidden')
  if (f.share) return parts(f)
  if (f.as === 'at_least') return t('trace.at_least', f.num)
  if (f.as === 'nearly') return t('trace.nearly', f.num)
  if (f.as === 'about') return t('trace.about', f.num)
  return t('trace.exact')
}

/** A share of fewer than thirty is not compared. */
export const comparable = (f: Figure, den: number) => !f.share || (f.den >= 30 && den >= 30)

/** The digest as the foot of the sheet shows it. */
export const groups = (digest: string) => [0, 4, 8, 12].map((i) => digest.slice(i, i + 4)).join(' ')
