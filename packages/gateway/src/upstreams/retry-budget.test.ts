import { expect, test } from 'vitest'
import { RetryBudget } from './retry-budget.ts'

const RETRIES = { maxRetries: 2, statuses: new Set<number>(), budgetPercent: 20, budgetFloor: 3 }
const NOW_MS = 5_000_000

const takeAll = (budget: RetryBudget, nowMs: number): number => {
  let taken = 0
  while (taken < 1_000 && budget.take(RETRIES, nowMs)) taken += 1
  return taken
}

test('allows its floor without any calls, and its share of the calls above that', () => {
  const budget = new RetryBudget()
  expect(takeAll(budget, NOW_MS)).toBe(3)
  for (let call = 0; call < 100; call += 1) budget.countCall(NOW_MS)
  expect(takeAll(budget, NOW_MS)).toBe(20)
  expect(budget.facts(NOW_MS)).toEqual({ calls: 100, retries: 23 })
})

test('slides: what is ten seconds old counts no more, second by second', () => {
  const budget = new RetryBudget()
  for (let second = 0; second < 10; second += 1) {
    for (let call = 0; call < 10; call += 1) budget.countCall(NOW_MS + second * 1_000)
  }
  const endMs = NOW_MS + 9_000
  expect(takeAll(budget, endMs)).toBe(23)
  expect(budget.facts(endMs + 1_000)).toEqual({ calls: 90, retries: 23 })
  expect(budget.facts(endMs + 9_999)).toEqual({ calls: 10, retries: 23 })
  expect(budget.facts(endMs + 10_000)).toEqual({ calls: 0, retries: 0 })
})

test('forgets all after a long silence', () => {
  const budget = new RetryBudget()
  budget.countCall(NOW_MS)
  expect(takeAll(budget, NOW_MS)).toBe(3)
  expect(takeAll(budget, NOW_MS + 3_600_000)).toBe(3)
  expect(budget.facts(NOW_MS + 3_600_000)).toEqual({ calls: 0, retries: 3 })
})
