import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lang } from '../src/lang'
import { dictionary, t, type Word } from '../src/words'

const src = join(__dirname, '..', 'src')
const files = (dir: string): string[] => readdirSync(dir).flatMap((f) => { const p = join(dir, f); return statSync(p).isDirectory() ? files(p) : [p] })
const code = files(src).filter((f) => /\.(vue|ts)$/.test(f) && !f.includes('/words/')).map((f) => ({ f, text: readFileSync(f, 'utf8') }))
const han = /\p{Script=Han}/u

/** A sentence with sample arguments, so that those that take some are read too. */
function both(key: string): readonly [string, string] {
  const w = dictionary[key]
  if (typeof w !== 'function') return w as [string, string]
  const args = Array.from({ length: (w as { length: number }).length }, (_, i) => (i === 0 ? 3 : i))
  return (w as (...a: unknown[]) => [string, string])(...args.map((a, i) => (/photo|count|peopleN|homesN|\.did|mine|overdue|today|chosen|look/.test(key) ? a : i === 0 && !/^(ballots\.by|rounds\.care\.visitor)$/.test(key) ? 3 : 'x')))
}

describe('the dictionary', () => {
  it.each(Object.keys(dictionary))('%s stands in both languages', (key) => {
    const [zh, en] = both(key)
    if (key === 'state.dueLead') return // the day alone
    if (key === 'works.each') return // English counts without a measure word
    expect(zh.trim(), 'Chinese').not.toBe('')
    expect(en.trim(), 'English').not.toBe('')
    // Samples say x and 3; every other Chinese sentence has 汉字, and no English one has.
    if (!/^(app\.name|comma|comma2|colon|semi|state\.(read|dueLead)|queue\.comma|row\.sep|track\.chose)$/.test(key)) expect(zh).toMatch(han)
    expect(en).not.toMatch(han)
  })

  it('uses full-width punctuation in Chinese and no exclamation marks', () => {
    for (const key of Object.keys(dictionary)) {
      const [zh, en] = both(key)
      expect(`${zh}${en}`, key).not.toMatch(/[!！]/)
      expect(String(zh), key).not.toMatch(/\p{Script=Han}[,;:?]|[,;:?]\p{Script=Han}/u)
    }
  })

  it('is used to the last word, and nothing else is asked of it', () => {
    const text = code.filter((c) => !c.f.endsWith('openapi.d.ts')).map((c) => c.text).join('\n') + readFileSync(join(src, 'words/desk.ts'), 'utf8')
    for (const key of Object.keys(dictionary)) {
      const stem = key.replace(/\.[^.]+$/, '.')
      const used = text.includes(`'${key}'`) || text.includes('`' + stem + '${')
      expect(used, key).toBe(true)
    }
  })

  it('has for residents all that their pages say', () => {
    const theirs = ['around', 'common', 'front', 'handy', 'resident', 'activities', 'ballots', 'orgwork', 'picture', 'privacy', 'reports']
    const face = ['face', 'more'].map((n) => readFileSync(join(src, `words/resident-${n}.ts`), 'utf8')).join('')
    expect([...face.matchAll(/from '.\/(\w+)'/g)].map((m) => m[1])).toEqual(theirs)
    const known = theirs.map((n) => readFileSync(join(src, `words/${n}.ts`), 'utf8')).join('\n')
    const desk = code.filter((c) => /\/src\/(desk|words|map)\//.test(c.f) || c.f.endsWith('openapi.d.ts'))
    const said = code.filter((c) => !desk.includes(c)).map((c) => c.text).join('\n')
    for (const key of Object.keys(dictionary)) if (said.includes(`'${key}'`)) expect(known.includes(`  '${key}':`), key).toBe(true)
  })

  it('follows the language', () => {
    lang.value = 'zh'
    expect(t('yes' as Word)).toBe('是')
    lang.value = 'en'
    expect(t('order.step', 2, 4)).toBe('Step 2 of 4')
    lang.value = 'zh'
  })
})

describe('templates', () => {
  it('say nothing that is not in the dictionary', () => {
    for (const { f, text } of code.filter((c) => c.f.endsWith('.vue'))) {
      const template = /<template>([\s\S]*)<\/template>/.exec(text)?.[1] ?? ''
      const words = template.replace(/<kbd[\s\S]*?<\/kbd>/g, '').replace(/\{\{[\s\S]*?\}\}/g, '').replace(/<(?:"[^"]*"|'[^']*'|[^>"'])*>/g, '')
      expect(words.replace(/[三治中文]|English/g, ''), f).not.toMatch(/\p{Script=Han}|[A-Za-z]{4,}/u)
    }
  })

  it('carry no style attribute: Vue may turn static ones into innerHTML, which the security policy blocks', () => {
    for (const { f, text } of code.filter((c) => c.f.endsWith('.vue'))) expect(text, f).not.toMatch(/\sstyle="/)
    for (const { f, text } of code) expect(text, f).not.toMatch(/v-html|innerHTML|insertAdjacentHTML|createObjectURL\([^)]*\)[^;]*\.src/)
  })

  it('stay within 500 lines a file, but for what is generated', () => {
    for (const { f, text } of code.filter((c) => !/glyphs\.ts$|openapi\.d\.ts$/.test(c.f))) expect(text.split('\n').length, f).toBeLessThanOrEqual(500)
  })
})
