import { lang } from '../../lang'
import { t } from '../../words'

/** A quantity as people write it beside others: a space before the unit, a true minus sign. 30余处 → 30 余处, 约-30处 → 约 −30 处, 1.8万余辆 stays. */
const plain = (text: string) => text.replace(/-(?=\d)/, '−').replace(/^([约近])(?=[−\d])/, '$1 ').replace(/(\d)(?=\p{Script=Han})(?![万亿])/u, '$1 ')

/** The same for the reader: in English what 余, 近 and 约 say stands before the number. */
export function figure(text: string): string {
  const s = plain(text)
  if (lang.value !== 'en') return s
  const m = /^([约近])?\s?(.*?\d[\d.]*)\s?(余)?(\P{Script=Han}?.*)$/u.exec(s)
  if (!m || !(m[1] || m[3]) || /[万亿]/.test(s)) return s
  return `${m[3] ? t('works.atLeast') : m[1] === '近' ? t('works.nearly') : t('works.about')} ${m[2]} ${m[4]}`.trim()
}
