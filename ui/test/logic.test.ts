import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, CallError } from '../src/api'
import { lang } from '../src/lang'
import { grouped, queryOf } from '../src/desk/queue'
import { begin, draft, drop, recent, remember, renew, tidyCode } from '../src/resident/draft'
import { urgent } from '../src/resident/emergency'
import { nameOf, spotOf } from '../src/resident/place'
import { check, filled } from '../src/shared/forms'
import type { CaseRow, Field, MenuItem } from '../src/types'

beforeEach(() => { lang.value = 'zh' })
afterEach(() => { vi.unstubAllGlobals() })

describe('forms', () => {
  const f = (x: Partial<Field>): Field => ({ id: 'a', label: '甲', type: 'text', ...x })
  it.each<[Partial<Field>, unknown, string | undefined]>([
    [{ required: true }, '', '请填「甲」'],
    [{ required: true }, '  x', undefined],
    [{ required: true, type: 'choice' }, undefined, '请选「甲」'],
    [{ required: true, type: 'choices' }, [], '请选「甲」'],
    [{ required: true, type: 'boolean' }, false, undefined],
    [{ type: 'integer' }, 1.5, '「甲」要填数字'],
    [{ type: 'number' }, 'abc', '「甲」要填数字'],
    [{ type: 'number', min: 2 }, 1, '「甲」不能小于 2'],
    [{ type: 'number', max: 2 }, 3, '「甲」不能大于 2'],
    [{ type: 'longtext', min: 4 }, '三个字', '「甲」再写几个字，至少 4 个字'],
    [{}, undefined, undefined],
  ])('%j of %j', (field, value, want) => { expect(check([f(field)], { a: value }).a).toBe(want) })
  it('leaves out answers that say nothing, and keeps no', () => {
    expect(filled({ a: '', b: ' x ', c: [], d: false, e: 0, f: undefined, g: null })).toEqual({ b: 'x', d: false, e: 0 })
  })
})

describe('tracking codes', () => {
  it.each([
    ['k7nd4q2m9xabc0t', 'K7ND-4Q2M-9XAB-C0T'], ['K7ND 4Q2M 9XAB C0T', 'K7ND-4Q2M-9XAB-C0T'], ['k7nd-4q2m-9xab-cot', 'K7ND-4Q2M-9XAB-C0T'],
    ['il1o', '1110'], ['', ''], ['K7ND-', 'K7ND'],
  ])('%s', (typed, want) => { expect(tidyCode(typed)).toBe(want) })
  it('are kept once each, the latest first', () => {
    remember({ code: 'A', number: '1', title: '灯', where: '', at: '' })
    remember({ code: 'B', number: '2', title: '门', where: '', at: '' })
    remember({ code: 'A', number: '1', title: '灯', where: '', at: '' })
    expect(recent.list.map((s) => s.code)).toEqual(['A', 'B'])
  })
})

describe('the draft', () => {
  const item = (id: string) => ({ id, title: id, flow: 'menu', form: [] }) as unknown as MenuItem
  const here = { lon: 1, lat: 2, place: '3 号楼', building: '' }
  it('goes on where it was left, for the same item', () => {
    begin(item('light'), here)
    draft.text = '黑'
    const key = draft.key
    begin(item('light'), here)
    expect(draft.text).toBe('黑')
    expect(draft.key).toBe(key)
  })
  it('begins anew for another item, and takes a new key when it changes', () => {
    begin(item('drain'), here)
    expect(draft.text).toBe('')
    const key = draft.key
    renew()
    expect(draft.key).not.toBe(key)
    expect(draft.key).toMatch(/^[0-9a-f]{32}$/)
    drop()
    expect(draft.item).toBeNull()
  })
})

it('shows emergency numbers by the words that the server gives', () => {
  const lines = [{ number: '119', title: '火警', words: ['着火', 'fire'] }, { number: '120', title: '急救', words: null }]
  expect(urgent('楼下着火了', lines).map((l) => l.number)).toEqual(['119'])
  expect(urgent('FIRE in the stair', lines).map((l) => l.number)).toEqual(['119'])
  expect(urgent('灯不亮', lines)).toEqual([])
})

describe('the door', () => {
  it.each<[Record<string, unknown>, unknown]>([
    [{ at: '101.7593426,36.6484989' }, { lon: 101.7593426, lat: 36.6484989 }],
    [{ place: '01HX0000000000000000000001' }, { place: '01HX0000000000000000000001' }],
    [{ place: '<script>' }, null], [{ at: '1;2' }, null], [{}, null],
  ])('%j', (q, want) => { expect(spotOf(q)).toEqual(want) })
  it('is named by the smallest place', () => {
    const r = (name: string, kind: string) => ({ id: name, code: '', name, kind })
    const none = { grid: null, village: null, county: null, compound: null, building: null, community: null, street: null }
    expect(nameOf({ ...none, building: r('3 号楼', 'building'), compound: r('12 号院', 'compound'), community: r('小桥社区', 'community') })).toEqual({ head: '12 号院 3 号楼', sub: '小桥社区' })
    expect(nameOf({ ...none, community: r('小桥社区', 'community'), street: r('小桥街道', 'subdistrict') })).toEqual({ head: '小桥社区', sub: '小桥街道' })
  })
})

describe('the queue', () => {
  const now = Date.parse('2023-04-28T01:00:00Z')
  const row = (id: string, due: string | null, more: Partial<CaseRow> = {}) => ({ id, clock: due ? { state: 'running', due_at: due, used: 0.1 } : null, ...more }) as CaseRow
  it('groups by what runs out', () => {
    const g = grouped([
      row('a', '2023-04-28T00:00:00Z'), row('b', '2023-04-28T16:00:00Z'), row('c', '2023-04-29T10:00:00Z'), row('d', '2023-05-02T10:00:00Z'),
      row('e', null), row('f', null, { overdue: true }), row('g', '2023-04-29T16:00:00Z'),
    ], now)
    expect(Object.fromEntries(g.map((x) => [x.group, x.rows.map((r) => r.id)]))).toEqual({ over: ['a', 'f'], today: ['b'], tomorrow: ['c', 'g'], later: ['d'], still: ['e'] })
  })
  it('puts every filter of the address into the call', () => {
    expect(queryOf({ q: '灯', overdue: '1', step: 'ordered' })).toMatchObject({ mine: true, sort: 'due', q: '灯', overdue: true, step: 'ordered' })
    expect(queryOf({ tab: 'done' })).toMatchObject({ state: 'closed', sort: 'new' })
    expect(queryOf({ tab: 'all' }).mine).toBeUndefined()
  })
})

describe('calls', () => {
  const answer = (status: number, body: unknown) => vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify(body), { status })))
  it('send a key with every POST, the language with all', async () => {
    answer(201, { id: 'x' })
    await api.open({ flow: 'menu', text: 'x', lon: 1, lat: 2 }, 'key1')
    const init = vi.mocked(fetch).mock.calls[0]![1]!
    expect(init.headers).toMatchObject({ 'Idempotency-Key': 'key1', 'Accept-Language': 'zh' })
  })
  it('fail in words, with the fields', async () => {
    answer(422, { detail: '有一处要改', errors: [{ field: 'form.reason', message: '请写原因' }] })
    const e = await api.act('1', 'return', 1, {}).catch((x: unknown) => x as CallError)
    expect(e).toBeInstanceOf(CallError)
    expect((e as CallError).message).toBe('有一处要改')
    expect((e as CallError).fields).toEqual({ reason: '请写原因' })
  })
  it('tell a lost connection from a refusal', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('x') }))
    const e = await api.config().catch((x: unknown) => x as CallError)
    expect((e as CallError).offline).toBe(true)
    expect((e as CallError).message).toContain('连不上网')
  })
})
