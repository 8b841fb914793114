import { t } from '../words'
import { dueBy, left, stateNow } from '../time'
import type { Bead, Clock } from '../types'

/** void: the case ended before it came to this bead. */
export type BeadState = 'done' | 'now' | 'todo' | 'void'

const whole = new Set(['done', 'unrated', 'rated', 'closed'])

/** What each bead of the string is. `now` counts from 1; `end` is how the case ended, empty while it is open. */
export function beadStates(count: number, now: number, end = ''): BeadState[] {
  return Array.from({ length: count }, (_, i): BeadState => {
    if (end) return whole.has(end) || i + 1 < now ? 'done' : 'void'
    return i + 1 < now ? 'done' : i + 1 === now ? 'now' : 'todo'
  })
}

/** The string in words: 五步走到第 4 步：接单，王* 在办，今天 18:00 前。 */
export function beadsSay(beads: Bead[], now: number, clock: Clock | null | undefined, end = ''): string {
  if (end) return t('beads.ended', beads.length)
  const b = beads[now - 1]
  if (!b) return ''
  const time = !clock ? '' : stateNow(clock) === 'running' || stateNow(clock) === 'late' ? dueBy(clock.due_at) : left(clock)
  return t('beads.say', beads.length, now, b.name, b.who ?? '', time)
}
