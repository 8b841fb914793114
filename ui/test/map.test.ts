import { describe, expect, test } from 'vitest'
import { classes, classOf, viewOf, viewText } from '../src/desk/map/points'
import { means } from '../src/desk/finder/initials'
import { layersOf, type Ink } from '../src/map/style'
import { overlays } from '../src/desk/map/overlay'

describe('the washes of the map', () => {
  test('a class for each value while they are few, fifths of them else', () => {
    expect(classes([0, 0])).toEqual([])
    expect(classes([3, 0, 1, 1, 1])).toEqual([1, 3])
    expect(classes(Array.from({ length: 20 }, (_, i) => i))).toEqual([1, 4, 8, 12, 16])
  })
  test('a value stands in the class whose bound it has reached', () => {
    expect([0, 1, 2, 3, 99].map((v) => classOf(v, [1, 3, 9]))).toEqual([0, 1, 1, 2, 3])
  })
})

describe('the position in the address', () => {
  test('it comes back as it went', () => expect(viewOf(viewText([101.7614527899, 36.64622, 14.24]))).toEqual([101.76145, 36.64622, 14.2]))
  test.each(['', '1,2', '1,2,x', '181,0,3', '0,86,3', '0,0,23', undefined, ['1,2,3']])('%j is none', (s) => expect(viewOf(s)).toBeUndefined())
})

describe('pages by initials', () => {
  test.each([['待办', 'db'], ['一张图', 'yzt'], ['地图', 'dt'], ['简报', 'jb'], ['统计', 'tj'], ['巡查', 'xc'], ['机构', 'jg'], ['Queue', 'que'], ['规划', '划']])('%s is meant by %s', (name, typed) => expect(means(name, typed)).toBe(true))
  test.each([['待办', 'b'], ['待办', ''], ['地图', 'tu']])('%s is not meant by %s', (name, typed) => expect(means(name, typed)).toBe(false))
})

// Vermilion is lateness alone, and every layer has a name of its own.
test('the base map has no colour of warning', () => {
  const c = new Proxy({ washes: ['a', 'b', 'c', 'd', 'e'] } as unknown as Ink, { get: (o, k) => (k === 'washes' ? o.washes : String(k)) })
  expect(JSON.stringify(layersOf(c))).not.toContain('vermilion')
  const ids = [...layersOf(c), ...overlays(c)].map((l) => l.id)
  expect(new Set(ids).size).toBe(ids.length)
})
