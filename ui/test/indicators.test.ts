import { describe, expect, it } from 'vitest'
import { fromSteps, leftOver, meanOf, periodsOf, toSteps } from '../src/desk/indicators/steps'

describe('amounts in smallest steps', () => {
  it('are exact where floating point is not', () => {
    expect(leftOver('0.3', ['0.1', '0.2'], 1)).toBe(0n)
    expect(leftOver('120.0', ['40', '40.0', '39.8'], 1)).toBe(2n)
    expect(fromSteps(-2n, 1)).toBe('-0.2')
    expect(fromSteps(5n, 2)).toBe('0.05')
    expect(fromSteps(7n, 0)).toBe('7')
  })
  it('refuse what is no number or finer than the step', () => {
    for (const s of ['', 'x', '-1', '1.23', '1e3']) expect(toSteps(s, 1), s).toBeNull()
    expect(toSteps('1.20', 1)).toBe(12n)
    expect(leftOver('10', ['5', ''], 0)).toBeNull()
  })
  it('give the mean by weights as the server does, halves rounded up', () => {
    expect(meanOf([{ amount: '90', weight: 1 }, { amount: '96', weight: 2 }], 1)).toBe(940n)
    expect(meanOf([{ amount: '90', weight: 0 }, { amount: '91', weight: 0 }], 0)).toBe(91n)
    expect(meanOf([{ amount: '90', weight: 1 }, { amount: '', weight: 1 }], 0)).toBeNull()
    expect(meanOf([], 0)).toBeNull()
  })
  it('know the parts of a period', () => {
    expect(periodsOf('2023Q4')).toEqual(['2023-10', '2023-11', '2023-12'])
    expect(periodsOf('2023')).toHaveLength(4)
    expect(periodsOf('2023-04')).toEqual([])
  })
})
