import { expect, test } from 'vitest'
import { isNumber } from '../src/resident/draft'
import { nearest } from '../src/resident/said'

test('what meets the words best stands first', () => {
  const titles = (said: string) => nearest([{ title: '楼道灯不亮' }, { title: '下水道堵塞' }, { title: '停水、漏水' }], said).map((x) => x.title)
  expect(titles('楼道漏水')[0]).toBe('停水、漏水')
  expect(titles('楼道灯不亮了')[0]).toBe('楼道灯不亮')
  expect(titles('水')).toEqual(['下水道堵塞', '停水、漏水', '楼道灯不亮'])
})

test('the number of an order is told from its code', () => {
  for (const s of ['630105-20261124-1TENE', '630105 20261124 1tene']) expect(isNumber(s)).toBe(true)
  for (const s of ['K7AS-3W31-14S1-5WF', 'K7AS3W3114S15WF', '', '630105']) expect(isNumber(s)).toBe(false)
})
