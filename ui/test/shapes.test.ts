import { expect, it } from 'vitest'
import { frame } from '../src/desk/planning/shapes'

it('draws what has a shape, and nothing of what has none', () => {
  const square = [[[[9.5, 47], [9.6, 47], [9.6, 47.1], [9.5, 47.1], [9.5, 47]]]]
  const f = frame([null, square, undefined])
  expect(f.path(square)).toMatch(/^M[\d. L]+Z$/)
  expect(f.path(null)).toBe('')
  expect(f.path([])).toBe('')
  expect(frame([null]).path(square)).toBe('')
})
