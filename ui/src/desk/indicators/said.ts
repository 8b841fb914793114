import { t } from '../../words'

/** The word of a unit beside n: "case|cases" is one and many. */
const word = (n: string, words: string) => { const [one = '', many = one] = words.split('|'); return Math.abs(Number(n)) === 1 ? one : many }

/** A number and its unit: 90.0%, 240 件, 240 cases; the number alone where English has no word for the unit. */
export const withUnit = (n: string, words: string) => (words === '%' ? n + words : `${n} ${word(n, words)}`.trim())

/** A unit by itself: 件, cases. */
export const unitAlone = (words: string) => word('2', words)

/** What was reached so far: a rate with its sign, for a share is no share without it; a dash where nothing is known. */
export const reached = (x: { actual?: string; indicator: { unit: string } }) => (x.actual ? x.actual + (x.indicator.unit === '%' ? '%' : '') : '—')

/** What is aimed at, or what must not be passed. */
export const aim = (x: { amount: string; indicator: { nature: string; unit_words: string } }) => t(x.indicator.nature === 'limit' ? 'ind.limit' : 'ind.target', withUnit(x.amount, x.indicator.unit_words))
