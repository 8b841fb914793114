import { t } from '../words'
import type { Field } from '../types'

const blank = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)

/** What can be told about answers before they are sent; the server judges in the end. Keys are field ids. */
export function check(fields: Field[], answers: Record<string, unknown>): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const f of fields) {
    const v = answers[f.id]
    if (blank(v)) {
      if (f.required) wrong[f.id] = t(f.type === 'choice' || f.type === 'choices' || f.type === 'boolean' ? 'field.choose' : f.type === 'photos' ? 'field.photo' : 'field.fill', f.label)
      continue
    }
    if (f.type === 'number' || f.type === 'integer') {
      if (typeof v !== 'number' || !Number.isFinite(v) || (f.type === 'integer' && !Number.isInteger(v))) wrong[f.id] = t('field.number', f.label)
      else if (f.min !== undefined && v < f.min) wrong[f.id] = t('field.atLeast', f.label, f.min)
      else if (f.max !== undefined && v > f.max) wrong[f.id] = t('field.atMost', f.label, f.max)
    } else if (typeof v === 'string' && (f.type === 'text' || f.type === 'longtext') && f.min !== undefined && [...v.trim()].length < f.min) {
      wrong[f.id] = t('field.longer', f.label, f.min)
    }
  }
  return wrong
}

/** The answers without those that say nothing. */
export function filled(answers: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answers).filter(([, v]) => !blank(v)).map(([k, v]) => [k, typeof v === 'string' ? v.trim() : v]))
}
