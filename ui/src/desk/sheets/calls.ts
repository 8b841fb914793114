import { CallError, enc, failure, get, onceKey, post } from '../../api'
import type { components } from '../../openapi'
import { lang } from '../../lang'
import { t } from '../../words'

type S = components['schemas']
export type Sheet = S['SheetInfo']
export type Outcome = S['SheetOutcome']
export type Import = S['SheetImport']

const form = (f: File) => { const d = new FormData(); d.append('file', f, f.name); return d }

/** Saves what an address gives, or says why it cannot be had. */
async function save(method: string, path: string, body?: FormData): Promise<void> {
  const res = await fetch('/api/v1' + path, { method, credentials: 'same-origin', headers: { 'Accept-Language': lang.value }, body: body ?? null }).catch(() => { throw new CallError(0, t('offline')) })
  if (!res.ok) {
    const p = (await res.json().catch(() => ({}))) as { detail?: string; title?: string; errors?: { message: string }[] }
    throw new CallError(res.status, p.errors?.[0]?.message || p.detail || p.title || t('err.server'))
  }
  const name = /filename\*=UTF-8''([^;]+)/.exec(res.headers.get('Content-Disposition') ?? '')?.[1]
  const url = URL.createObjectURL(await res.blob())
  const a = document.createElement('a')
  a.href = url
  a.download = name ? decodeURIComponent(name) : 'sheet.xlsx'
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export interface Step { done: number; rows: number; outcome?: Outcome; problem?: { status: number; detail: string; errors?: { field: string; message: string }[] } }

/** Sends a file and hears, line by line, how many of its rows are done. */
async function told(id: string, dry: boolean, f: File, each: (done: number, rows: number) => void): Promise<Outcome> {
  const res = await fetch(`/api/v1/sheets/${enc(id)}/import?stream=1${dry ? '&dry=1' : ''}`, { method: 'POST', credentials: 'same-origin', headers: { 'Accept-Language': lang.value, 'Idempotency-Key': onceKey() }, body: form(f) }).catch(() => { throw new CallError(0, t('offline')) })
  if (!res.ok) throw await failure(res)
  const reader = res.body!.getReader()
  const text = new TextDecoder()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read().catch(() => { throw new CallError(0, t('offline')) })
    rest += value ? text.decode(value, { stream: true }) : ''
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const step = JSON.parse(line) as Step
      if (step.problem) throw new CallError(step.problem.status, step.problem.errors?.[0]?.message || step.problem.detail, Object.fromEntries((step.problem.errors ?? []).map((e) => [e.field, e.message])))
      if (step.outcome) return step.outcome
      each(step.done, step.rows)
    }
    if (done) throw new CallError(0, t('offline'))
  }
}

export const calls = {
  list: () => get<{ items: Sheet[] | null }>('/sheets').then((r) => r.items ?? []),
  template: (id: string) => save('GET', `/sheets/${enc(id)}/template.xlsx`),
  export: (id: string, reason: string) => save('GET', `/sheets/${enc(id)}/export.xlsx${reason ? '?reason=' + enc(reason) : ''}`),
  marked: (id: string, f: File) => save('POST', `/sheets/${enc(id)}/import?dry=1&as=xlsx`, form(f)),
  try: (id: string, f: File, each: (done: number, rows: number) => void) => told(id, true, f, each),
  go: (id: string, f: File, each: (done: number, rows: number) => void) => told(id, false, f, each),
  imports: (after?: string) => get<{ items: Import[] | null; next?: string }>('/imports', { after, limit: 20 }),
  undo: (id: string, leave: boolean) => post<Import>(`/imports/${enc(id)}/undo`, { leave }),
}
