import { lang } from './lang'
import { common } from './words/common'
import { resident } from './words/resident'
import { around } from './words/around'
import { desk } from './words/desk'
import { activities } from './words/activities'
import { ballots } from './words/ballots'
import { privacy } from './words/privacy'
import { orgwork } from './words/orgwork'
import { reports } from './words/reports'
import { rounds } from './words/rounds'
import { sheets } from './words/sheets'
import { works } from './words/works'
import { indicators } from './words/indicators'
import { planning } from './words/planning'
import { settings } from './words/settings'
import { strands } from './words/strands'
import { streets } from './words/streets'
import { map } from './words/map'
import { daily } from './words/daily'

// One dictionary, both languages side by side: a sentence and its translation are written and read together.
const all = {
  ...common,
  ...resident,
  ...around,
  ...desk,
  ...activities,
  ...ballots,
  ...privacy,
  ...orgwork,
  ...reports,
  ...rounds,
  ...sheets,
  ...works,
  ...indicators,
  ...planning,
  ...settings,
  ...strands,
  ...streets,
  ...map,
  ...daily,
}

export type Word = keyof typeof all
type Args<K extends Word> = (typeof all)[K] extends (...a: infer A) => unknown ? A : []

/** The word or sentence in the reader's language. */
export function t<K extends Word>(key: K, ...args: Args<K>): string {
  const w = all[key] as readonly [string, string] | ((...a: unknown[]) => readonly [string, string])
  const pair = typeof w === 'function' ? w(...args) : w
  return pair[lang.value === 'en' ? 1 : 0]
}

export const dictionary: Readonly<Record<string, unknown>> = all
