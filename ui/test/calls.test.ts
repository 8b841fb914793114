// Whatever can be written through the API can be written on a page, or stands here with the reason why nobody needs to.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(__dirname, '..')
const files = (dir: string): string[] => readdirSync(dir, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? files(join(dir, f.name)) : [join(dir, f.name)]))
const code = files(join(root, 'src')).filter((f) => /\.(vue|ts)$/.test(f) && !f.endsWith('openapi.d.ts') && !f.includes('/words/')).map((f) => readFileSync(f, 'utf8'))
const api = JSON.parse(readFileSync(join(root, '..', 'api', 'openapi.json'), 'utf8')) as { paths: Record<string, Record<string, unknown>> }

const apiOnly: Record<string, string> = {
  'PATCH /accounts/{id}': 'accounts are kept by a security administrator in the settings or by the command line',
  'POST /accounts': 'as above', 'POST /accounts/{id}/posts': 'as above', 'DELETE /accounts/{id}/posts/{post}': 'as above', 'DELETE /accounts/{id}/sessions': 'as above',
  'PUT /activities/programmes/{id}': 'programmes of a district are set up once, by whoever sets it up', 'PUT /activities/settings': 'as above',
  'PUT /activity-people/{id}': 'what somebody is available for is registered anew by the same telephone',
  'DELETE /sessions': 'changing the password ends all sign-ins', 'DELETE /sessions/{id}': 'as above',
  'POST /flows': 'flows are published from their files', 'PUT /menu/items': 'the menu is set up from its file', 'PUT /routing/rules': 'rules are set up from their file', 'POST /routing/try': 'as above',
  'POST /tokens': 'for programs: sanzhi token makes one', 'DELETE /tokens/{id}': 'as above',
  'POST /webhooks': 'for programs of others', 'DELETE /webhooks/{id}': 'as above', 'POST /webhooks/{id}/test': 'as above', 'POST /outbox/{id}/retry': 'as above',
  // These have pages; the act stands in a variable there.
  'POST /rounds/shifts/{id}/close': 'shiftAct', 'POST /rounds/shifts/{id}/open': 'shiftAct', 'POST /rounds/shifts/{id}/workers': 'workers are named when the shift is planned', 'POST /rounds/shifts/{id}/workers/{duty}/{do}': 'shiftAct',
  'POST /track/{code}/rate': 'trackAct', 'POST /reports/{id}/discard': 'the bulletin’s page', 'POST /reports/{id}/publish': 'the bulletin’s page',
  'POST /ballots/{id}/decline': 'the ballot’s page', 'POST /ballots/{id}/hand-on': 'the ballot’s page', 'POST /ballots/{id}/open': 'the ballot’s page', 'POST /ballots/{id}/resolve': 'the ballot’s page', 'POST /ballots/{id}/take-up': 'the ballot’s page',
}

/** Whether some file has the path's words before and after its parameters in what it asks for. */
function asked(path: string): boolean {
  const parts = path.split(/\{[^}]+\}/)
  const first = parts[0]!
  const rest = parts.slice(1).filter((p) => p && p !== '/')
  return code.some((text) => {
    const begins = text.includes("'" + first) || text.includes('`' + first) || text.includes('"' + first)
    const exact = parts.length > 1 || [`'${first}'`, '`' + first + '`', `'${first}?`, '`' + first + '?', '`' + first + '$'].some((s) => text.includes(s))
    return begins && exact && rest.every((p) => text.includes(p + '`') || text.includes(p + "'") || text.includes(p + '$') || text.includes(p + '?'))
  })
}

const writes = Object.entries(api.paths).flatMap(([path, ops]) => Object.keys(ops).filter((m) => m !== 'get').map((m) => ({ name: `${m.toUpperCase()} ${path}`, path })))

describe('what the API can write', () => {
  it('has a page, or a reason', () => {
    const missing = writes.filter((w) => !asked(w.path) && !apiOnly[w.name]).map((w) => w.name)
    expect(missing).toEqual([])
  })
  it('keeps no reason for what is no more', () => {
    expect(Object.keys(apiOnly).filter((n) => !writes.some((w) => w.name === n))).toEqual([])
  })
  it('would notice a path that no page asks for', () => {
    for (const p of ['/works/{id}/nowhere', '/nowhere/{id}', '/privacy/findd', '/activities/{id}/nowhere']) expect(asked(p), p).toBe(false)
    for (const p of ['/works/{id}/items/{part}/drop', '/privacy/find', '/indicators/trial', '/cases/{id}/party']) expect(asked(p), p).toBe(true)
  })
})
