import { expect, test } from 'vitest'
import { aside } from '../src/picture/aside'

test('a name steps aside for a mark, and stays where none is', () => {
  const names = [{ x: 100, y: 100, name: '人民街街道' }, { x: 400, y: 100, name: 'Renmin' }]
  const [a, b] = aside(names, [{ x: 100, y: 95 }], 300)
  expect(b).toBe(0)
  expect(a).not.toBe(0)
  expect(Math.abs(100 + a! - 5 - 95)).toBeGreaterThanOrEqual(6 + 7.5)
})
test('two names do not cross', () => {
  const [a, b] = aside([{ x: 100, y: 100, name: '城东街道' }, { x: 120, y: 104, name: '城西街道' }], [], 300)
  expect(Math.abs(100 + a! - (104 + b!))).toBeGreaterThanOrEqual(18)
})
test('a name stays within the picture, and the least covered line is taken where all are', () => {
  expect(aside([{ x: 100, y: 22, name: '城东街道' }], [{ x: 100, y: 22 }], 300)[0]).toBeGreaterThan(0)
  const full = Array.from({ length: 20 }, (_, i) => ({ x: 100, y: 50 + i * 6 }))
  expect(Math.abs(aside([{ x: 100, y: 100, name: '城东街道' }], full, 300)[0]!)).toBeLessThanOrEqual(24)
})
