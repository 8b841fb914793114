import { lang } from '../../lang'
import type { Text } from './calls'

/** A text in the reader's language, and in the other. */
export const mine = (x: Text | undefined) => (lang.value === 'en' ? x?.en || x?.zh : x?.zh) ?? ''
export const other = (x: Text | undefined) => (lang.value === 'en' ? x?.zh : x?.en) ?? ''
export const otherLang = () => (lang.value === 'en' ? 'zh-CN' : 'en')

/** The words of a flow to read: what is filled in later stands as its name between brackets, not as {due}. */
const blanks: Record<string, [string, string]> = { due: ['期限', 'the deadline'], unit: ['单位', 'the unit'], assignee: ['接单的人', 'the person'], reason: ['原因', 'the reason'], result: ['结果', 'the result'], ways: ['办法', 'the ways'] }
export const filled = (s: string, in_ = lang.value === 'en' ? 'en' : 'zh-CN') => s.replace(/\{(\w+)\}/g, (all, k: string) => (blanks[k] ? (in_ === 'en' ? `[${blanks[k][1]}]` : `〔${blanks[k][0]}〕`) : all)).replace(/ ?([〔〕]) ?/g, '$1')
/** With a capital, for a heading. */
export const upper = (s: string) => s.charAt(0).toUpperCase() + s.slice(1)

/** A copy to change, without what Vue puts around it. */
export const copy = <T>(x: T): T => JSON.parse(JSON.stringify(x)) as T

/** Minutes since midnight and the day, as an input of the type datetime-local has them: the reader's numbers are Shanghai's. */
export const local = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16)
export const fromLocal = (s: string) => Date.parse(s + ':00+08:00')
