import { amount } from '../../shared/amount'

/** A quantity as people write it beside others: a space before the unit, a true minus sign, commas from five digits. 30余处 → 30 余处, 约-30处 → 约 −30 处, 31400米 → 31,400 米, 1.8万余辆 stays. */
export const figure = (text: string) => text.replace(/(?<![\d.])\d{5,}/g, (n) => amount(Number(n))).replace(/-(?=\d)/, '−').replace(/^([约近])(?=[−\d])/, '$1 ').replace(/(\d)(?=\p{Script=Han})(?![万亿])/u, '$1 ')
