import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLog } from '#config'
import { startUntilItSucceeds } from './start-jobs.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('background jobs that did not start are tried again, ever later, until they have', async () => {
  let starts = 0
  const start = async (): Promise<void> => {
    if (++starts < 3) throw new Error('away')
  }
  const starting = startUntilItSucceeds({ store: { jobs: { start } }, log: silentLog })
  await vi.advanceTimersByTimeAsync(0)
  expect({ starts, isFailing: starting.isFailing() }).toEqual({ starts: 1, isFailing: true })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(starts).toBe(2)
  await vi.advanceTimersByTimeAsync(1_999)
  expect(starts).toBe(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect({ starts, isFailing: starting.isFailing() }).toEqual({ starts: 3, isFailing: false })
})

test('nothing is tried any more after the end', async () => {
  let starts = 0
  const start = async (): Promise<void> => {
    starts++
    throw new Error('away')
  }
  const starting = startUntilItSucceeds({ store: { jobs: { start } }, log: silentLog })
  await vi.advanceTimersByTimeAsync(0)
  starting.giveUp()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(starts).toBe(1)
})
