import type { Field } from '../../types'
import type { Column } from './calls'

// A column is asked for as any question of a form is; what is sent is text, as a file would hold it.
const types: Record<string, Field['type']> = { text: 'text', long: 'longtext', integer: 'integer', number: 'number', date: 'date', bool: 'boolean', choice: 'choice', choices: 'choices', quantity: 'text' }

export function fieldOf(c: Column): Field {
  return { id: c.key, label: c.name, type: types[c.type] ?? 'text', required: c.required, ...(c.help ? { help: c.help } : {}), ...(c.max ? { max: c.max } : {}),
    ...(c.choices ? { choices: c.choices.map((x) => ({ id: x.key, label: x.name })) } : {}) } as Field
}

/** What a question holds, from the text that is kept. */
export function answerOf(c: Column, kept: string | undefined): unknown {
  if (kept === undefined) return c.type === 'choices' ? [] : undefined
  if (c.type === 'bool') return kept === 'yes'
  if (c.type === 'choices') return kept.split(' ')
  return kept
}

/** The text that is sent for an answer; empty when there is none. */
export function textOf(v: unknown): string {
  if (v === undefined || v === null) return ''
  if (typeof v === 'boolean') return v ? 'yes' : 'no'
  if (Array.isArray(v)) return v.join('、')
  return String(v)
}
