// What comes late: an answer that was overtaken, the end of another list, words for an address that was left, a key before its answer.
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import Finder from '../src/desk/finder/Finder.vue'
import Combo from '../src/shared/Combo.vue'
import { address, ways } from '../src/shared/address'
import { carrier } from '../src/shared/offline/send'
import { load, pause } from '../src/shared/load'
import { photosSafe, underway } from '../src/shared/photo'
import { connect, disconnect, onCase } from '../src/desk/live'

/** Questions whose answers come when the test says so. */
function questions<T>() {
  const waiting: { answer: (v: T) => Promise<void>; fail: () => Promise<void> }[] = []
  const settle = async () => { for (let i = 0; i < 10; i++) await Promise.resolve(); await nextTick() }
  const ask = () => new Promise<T>((ok, no) => {
    waiting.push({ answer: (v) => { ok(v); return settle() }, fail: () => { no(new Error('no')); return settle() } })
  })
  return { ask, at: (i: number) => waiting[i]!, count: () => waiting.length }
}

let scope: EffectScope
beforeEach(() => { scope = effectScope(true); vi.useFakeTimers() })
afterEach(() => { scope.stop(); vi.useRealTimers(); vi.unstubAllGlobals(); document.body.innerHTML = '' })

describe('load', () => {
  it('is over when the newest answer is there, not when the overtaken one is', async () => {
    const q = questions<string>()
    const one = scope.run(() => load(q.ask))!
    const over: string[] = []
    void one.run().then(() => over.push('first: ' + one.data.value))
    void one.run().then(() => over.push('second: ' + one.data.value))
    await q.at(0).answer('old')
    expect([one.data.value, over]).toEqual([null, []])
    await q.at(1).answer('new')
    expect(over.sort()).toEqual(['first: new', 'second: new'])
  })

  it('hands on only the answers that are shown', async () => {
    const q = questions<string>()
    const took: string[] = []
    const one = scope.run(() => load(q.ask, (x) => took.push(x)))!
    void one.run()
    void one.run()
    await q.at(1).answer('new')
    await q.at(0).answer('old')
    expect([took, one.data.value]).toEqual([['new'], 'new'])
  })

  it('drops the end of a list that was asked anew, and its failure', async () => {
    const q = questions<string>()
    const next = questions<string>()
    const one = scope.run(() => load(q.ask))!
    void one.run()
    await q.at(0).answer('a')
    const said: unknown[] = []
    const more = () => void one.more(next.ask).then((x) => said.push(x), () => said.push('failed'))
    more()
    more() // pressed twice: asked once
    expect(next.count()).toBe(1)
    await next.at(0).answer('a2')
    more()
    void one.run()
    await q.at(1).answer('b')
    more() // of the new list, while that of the old one is still on its way
    await next.at(1).answer('a3')
    await next.at(2).answer('b2')
    more()
    void one.run()
    await next.at(3).fail()
    await q.at(2).answer('c')
    more()
    await next.at(4).fail()
    expect(said).toEqual([null, 'a2', null, 'b2', null, 'failed'])
  })
})

describe('pause and address', () => {
  it('comes to nothing once the page is left', () => {
    const done = vi.fn()
    const later = scope.run(() => pause(done, 100))!
    later()
    vi.advanceTimersByTime(100)
    later()
    scope.stop()
    vi.advanceTimersByTime(100)
    expect(done).toHaveBeenCalledTimes(1)
  })

  it('does not stop the way to another page, nor land there', async () => {
    history.replaceState(null, '', '/places')
    let arrive = () => {}
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/places', component: { template: '<p/>' } }, { path: '/stats', component: () => new Promise((ok) => { arrive = () => ok({ default: { template: '<p/>' } }) as never }) as never }],
    })
    ways(router)
    await router.push('/places')
    const search = scope.run(() => address((q: string) => void router.replace({ query: { q } }), 100))!
    search('a')
    await vi.advanceTimersByTimeAsync(100)
    expect(router.currentRoute.value.fullPath).toBe('/places?q=a')
    search('ab')
    const going = router.push('/stats') // its script is still on its way
    await vi.advanceTimersByTimeAsync(100)
    arrive()
    await going
    expect(router.currentRoute.value.fullPath).toBe('/stats')
    search('abc')
    history.replaceState(null, '', '/stats')
    await vi.advanceTimersByTimeAsync(100)
    expect(router.currentRoute.value.fullPath).toBe('/stats')
  })
})

it('a list does not offer for new words what was found for the former ones', async () => {
  const q = questions<{ id: string }[]>()
  const combo = mount(Combo, { props: { label: 'x', find: q.ask as never, name: ((i: { id: string }) => i.id) as never }, attachTo: document.body })
  const input = combo.get('input')
  await input.trigger('click')
  await input.setValue('xq')
  await q.at(0).answer([{ id: 'all' }])
  expect(combo.findAll('[role=option]')).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(300)
  await q.at(1).answer([{ id: 'xq' }])
  expect(combo.findAll('[role=option]').map((o) => o.text())).toEqual(['xq'])
  combo.unmount()
})

it('Enter before the answer opens what the words find, not what stood there before', async () => {
  const q = questions<Response>()
  vi.stubGlobal('fetch', q.ask)
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<p/>' } }] })
  const push = vi.spyOn(router, 'push')
  const finder = mount(Finder, { props: { pages: [] }, global: { plugins: [router] }, attachTo: document.body })
  const answer = (id: string) => new Response(JSON.stringify({ cases: [{ id, text: id, title: id, number: id, step_title: '' }], places: [], orgs: [] }), { headers: { 'Content-Type': 'application/json' } })
  await finder.get('button').trigger('click')
  await vi.advanceTimersByTimeAsync(0)
  const box = document.querySelector<HTMLInputElement>('#finder')!
  const type = (s: string) => { box.value = s; box.dispatchEvent(new Event('input')) }
  const enter = () => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }))
  type('one')
  await vi.advanceTimersByTimeAsync(200)
  await q.at(0).answer(answer('one'))
  await vi.advanceTimersByTimeAsync(50)
  expect(document.querySelector('#finderlist')?.textContent).toContain('one')
  type('two')
  enter()
  await vi.advanceTimersByTimeAsync(200)
  expect(push).not.toHaveBeenCalled()
  await q.at(q.count() - 1).answer(answer('two'))
  await vi.advanceTimersByTimeAsync(50)
  expect(push.mock.calls.map((c) => c[0])).toEqual(['/cases/two'])
  finder.unmount()
})

it('what moved while the page was hidden or the stream cut off is caught up with', async () => {
  const on: Record<string, (e: unknown) => void> = {}
  vi.stubGlobal('EventSource', class { static CLOSED = 2; readyState = 1; addEventListener(k: string, f: (e: unknown) => void) { on[k] = f } close() {} })
  Object.assign(window, { EventSource: globalThis.EventSource })
  const hear = vi.fn()
  const again = vi.fn()
  scope.run(() => onCase(hear, again))
  const moved = () => on.case!({ data: '{"id":"A","step":"s","version":2}' })
  let hidden = false
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
  const hide = (h: boolean) => { hidden = h; document.dispatchEvent(new Event('visibilitychange')) }
  connect()
  on.hello!({})
  moved()
  expect([hear.mock.calls.length, again.mock.calls.length]).toEqual([1, 0])
  hide(true)
  hide(false) // nothing moved meanwhile
  expect(again).toHaveBeenCalledTimes(0)
  hide(true)
  moved()
  moved()
  expect([hear.mock.calls.length, again.mock.calls.length]).toEqual([1, 0])
  hide(false)
  expect(again).toHaveBeenCalledTimes(1)
  on.hello!({}) // the line was cut and is there again
  expect(again).toHaveBeenCalledTimes(2)
  hide(true)
  on.hello!({})
  expect(again).toHaveBeenCalledTimes(2)
  hide(false)
  expect(again).toHaveBeenCalledTimes(3)
  disconnect()
  delete (document as { hidden?: boolean }).hidden
})

it('a form waits for the photos that are on their way, not for those that were let go', async () => {
  const q = questions<boolean>()
  const said: boolean[] = []
  const ask = () => void photosSafe().then((x) => said.push(x))
  ask()
  await vi.advanceTimersByTimeAsync(0)
  expect(said).toEqual([true])
  underway(q.ask())
  const letGo = underway(q.ask())
  ask()
  await q.at(0).answer(true)
  expect(said).toHaveLength(1)
  letGo()
  await vi.advanceTimersByTimeAsync(0)
  expect(said).toEqual([true, true])
  underway(q.ask())
  ask()
  await q.at(2).answer(false)
  await vi.advanceTimersByTimeAsync(0)
  expect(said).toEqual([true, true, false])
})

it('a photo that is sent ahead and with its order at once goes once', async () => {
  const q = questions<Response>()
  vi.stubGlobal('fetch', q.ask)
  const box = new Map<string, Record<string, unknown>>([['local:1', { blob: new Blob(['x']), key: 'k' }]])
  const { bring, shelf } = carrier({ one: (id: string) => Promise.resolve({ ...box.get(id) }), write: (k: Record<string, unknown>) => { box.set('local:1', k); return Promise.resolve() } } as never)
  const got: unknown[] = []
  void shelf.send('local:1').then((x) => got.push(x))
  void bring('local:1').then((x) => got.push(x))
  await vi.advanceTimersByTimeAsync(0)
  expect(q.count()).toBe(1)
  await q.at(0).answer(new Response('{"id":"U"}', { status: 201, headers: { 'Content-Type': 'application/json' } }))
  await vi.advanceTimersByTimeAsync(0)
  expect(got).toEqual(['U', 'U'])
  expect(await bring('local:1')).toBe('U')
  expect(q.count()).toBe(1)
})
