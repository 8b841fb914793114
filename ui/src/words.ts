import { lang } from './lang'
import type { common } from './words/common'
import type { resident } from './words/resident'
import type { around } from './words/around'
import type { front } from './words/front'
import type { handy } from './words/handy'
import type { activities } from './words/activities'
import type { ballots } from './words/ballots'
import type { privacy } from './words/privacy'
import type { orgwork } from './words/orgwork'
import type { reports } from './words/reports'
import type { picture } from './words/picture'
import type { desk } from './words/desk'
import type { daily } from './words/daily'
import type { indicators } from './words/indicators'
import type { map } from './words/map'
import type { patrol } from './words/patrol'
import type { planning } from './words/planning'
import type { rounds } from './words/rounds'
import type { settings } from './words/settings'
import type { sheets } from './words/sheets'
import type { strands } from './words/strands'
import type { first } from './words/first'
import type { streets } from './words/streets'
import type { works } from './words/works'
import type { firstday } from './words/firstday'
import type { roomwords } from './words/rooms'

// One dictionary, both languages side by side: a sentence and its translation are written and read together. Each face is taught the
// parts that its pages say (words/resident-face.ts, words/desk-face.ts), so that a phone does not load what only the desk says.
type All = typeof common
  & typeof resident
  & typeof around
  & typeof front
  & typeof handy
  & typeof activities
  & typeof ballots
  & typeof privacy
  & typeof orgwork
  & typeof reports
  & typeof picture
  & typeof desk
  & typeof daily
  & typeof indicators
  & typeof map
  & typeof patrol
  & typeof planning
  & typeof rounds
  & typeof settings
  & typeof sheets
  & typeof strands
  & typeof first & typeof streets
  & typeof works
  & typeof roomwords
  & typeof firstday

const all: Record<string, unknown> = {}
/** Adds parts of the dictionary; it comes before the first page. */
export function teach(...parts: object[]) { Object.assign(all, ...parts) }

export type Word = keyof All
type Args<K extends Word> = All[K] extends (...a: infer A) => unknown ? A : []

/** The word or sentence in the reader's language. */
export function t<K extends Word>(key: K, ...args: Args<K>): string {
  const w = all[key] as readonly [string, string] | ((...a: unknown[]) => readonly [string, string])
  const pair = typeof w === 'function' ? w(...args) : w
  return pair[lang.value === 'en' ? 1 : 0]
}

export const dictionary: Readonly<Record<string, unknown>> = all
