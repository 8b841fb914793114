/** A quantity as people write it beside others: a space before the unit, a true minus sign. 30余处 → 30 余处, 约-30处 → 约 −30 处, 1.8万余辆 stays. */
export const figure = (text: string) => text.replace(/-(?=\d)/, '−').replace(/^([约近])(?=[−\d])/, '$1 ').replace(/(\d)(?=\p{Script=Han})(?![万亿])/u, '$1 ')
