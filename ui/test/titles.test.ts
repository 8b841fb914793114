import { expect, test } from 'vitest'
import { titleIn } from '../src/shared/titles'

// [language, title, what else there is to say, what is said]
const rows: [string, string | undefined, string | undefined, string][] = [
  ['zh', '社区副书记', '调解员', '社区副书记'],
  ['en', '社区副书记', 'Mediator', 'Deputy community secretary'],
  ['en', '社区书记', 'Community clerk', 'Community secretary'],
  ['en', '队长', 'Volunteer', 'Team leader'],
  ['en', '第三党小组联络员', undefined, '第三党小组联络员'],
  ['en', '第三党小组联络员', 'Volunteer', 'Volunteer'],
  ['en', 'Warden', 'Volunteer', 'Warden'],
  ['en', undefined, 'Volunteer', 'Volunteer'],
  ['zh', '', '志愿者', '志愿者'],
]
test.each(rows)('%s: %s beside %s is %s', (lang, title, other, said) => {
  expect(titleIn(lang, title, other)).toBe(said)
})
