import { t } from '../../words'

/** A number and its unit: 90.0%, 240 件. */
export const withUnit = (n: string, unit: string) => (unit === '%' ? n + unit : `${n} ${unit}`)

/** What is aimed at, or what must not be passed. */
export const aim = (x: { amount: string; indicator: { nature: string; unit: string } }) => t(x.indicator.nature === 'limit' ? 'ind.limit' : 'ind.target', withUnit(x.amount, x.indicator.unit))
