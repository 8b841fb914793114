import { beforeEach, describe, expect, it } from 'vitest'
import { dropView, filtersOf, readColumns, readViews, same, saveColumns, saveView } from '../src/desk/queue/views'

beforeEach(() => { localStorage.clear() })

describe('views of the queue', () => {
  it('keep filters under a name, for one account', () => {
    saveView('li', ' 超时 ', { tab: 'all', overdue: '1', case: '01H', x: 'y', q: ['a'] })
    expect(readViews('li')).toEqual([{ name: '超时', query: { tab: 'all', overdue: '1' } }])
    expect(readViews('wang')).toEqual([])
  })
  it('replace the one of the same name, and hold twelve', () => {
    for (let i = 0; i < 14; i++) saveView('li', 'v' + i, { q: String(i) })
    expect(readViews('li')).toHaveLength(12)
    expect(readViews('li')[0]!.name).toBe('v13')
    saveView('li', 'v10', { q: 'new' })
    expect(readViews('li')).toHaveLength(12)
    expect(readViews('li')[3]).toEqual({ name: 'v10', query: { q: 'new' } })
    expect(dropView('li', 'v10').some((v) => v.name === 'v10')).toBe(false)
  })
  it('survive what is not theirs', () => {
    for (const bad of ['{', '5', '[null,{"name":""},{"name":"a"}]']) {
      localStorage.setItem('sanzhi.views.li', bad)
      expect(readViews('li')).toEqual([])
    }
  })
  it('are the same when their filters are, whatever case is open', () => {
    expect(same({ tab: 'all', case: '1' }, { tab: 'all' })).toBe(true)
    expect(same({ tab: 'all' }, { tab: 'done' })).toBe(false)
    expect(filtersOf({ q: '' })).toEqual({})
  })
})

describe('columns of the queue', () => {
  it('are the usual ones until chosen, and may be none', () => {
    expect(readColumns()).toEqual(['where', 'note', 'strands'])
    saveColumns([])
    expect(readColumns()).toEqual([])
    localStorage.setItem('sanzhi.columns', '["unit","nothing","number"]')
    expect(readColumns()).toEqual(['number', 'unit'])
  })
})
