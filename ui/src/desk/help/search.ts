import { lang } from '../../lang'
import { t } from '../../words'
import { help } from '../../words/help'
import { may } from '../session'
import { helped } from './rooms'

/** Help that holds what was typed: the room, and the line that holds it. Rooms that the reader uses come first. */
export function searchHelp(typed: string, most = 5): { id: string; name: string; note: string }[] {
  const w = typed.trim().toLowerCase()
  if (!w) return []
  const i = lang.value === 'en' ? 1 : 0
  const found = helped.flatMap((r) => {
    const h = help[r.id]
    const lines = [...h.when.map((x) => x[0]), ...h.when.map((x) => x[1]), h.what, ...h.first, h.who].map((p) => p[i])
    const line = t(r.word).toLowerCase().includes(w) ? h.what[i] : lines.find((l) => l.toLowerCase().includes(w))
    return line ? [{ id: r.id, name: t('help.of', t(r.word)), note: line, mine: !r.needs || may(r.needs) }] : []
  })
  return found.sort((a, b) => Number(b.mine) - Number(a.mine)).slice(0, most)
}
