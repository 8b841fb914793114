// Pinyin initials of the few words of the rail. Collation by pinyin knows the order of characters: an initial is that of the last of
// these first characters of each letter which does not come after it.
const firsts = '阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'
const letters = 'abcdefghjklmnopqrstwxyz'
const order = new Intl.Collator('zh-Hans-CN-u-co-pinyin')

export function initials(s: string): string {
  let out = ''
  for (const c of s) {
    if (/[a-z0-9]/i.test(c)) { out += c.toLowerCase(); continue }
    if (!/\p{Script=Han}/u.test(c)) continue
    let at = 0
    while (at + 1 < letters.length && order.compare(firsts[at + 1]!, c) <= 0) at++
    out += letters[at]
  }
  return out
}

/** Whether a page's name is meant by what was typed: a part of it, or the beginning of its initials. */
export const means = (name: string, typed: string) => {
  const w = typed.trim().toLowerCase()
  return !!w && (name.toLowerCase().includes(w) || initials(name).startsWith(w))
}
