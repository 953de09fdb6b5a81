import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { diskLevel, watchDisk } from './disk.ts'

const marks = { diskWarnFreeBytes: 1_000, diskStopFreeBytes: 100 }

test.each([
  [1_000, 'ok'],
  [999, 'warn'],
  [100, 'warn'],
  [99, 'full'],
])('%i bytes free are %s', (freeBytes, level) => {
  expect(diskLevel(freeBytes, marks)).toBe(level)
})

describe('watchDisk', () => {
  test('tells the declared mode, and a full disk when the watermark is above what there is', async () => {
    const watch = await watchDisk(
      [tmpdir()],
      { diskWarnFreeBytes: 2 ** 60, diskStopFreeBytes: 2 ** 60, diskFullMode: 'drop' },
      silentLog,
    )
    expect(watch.state()).toMatchObject({ level: 'full', mode: 'drop' })
    watch.close()
  })

  test('measures the real disk', async () => {
    const watch = await watchDisk(
      [tmpdir()],
      { diskWarnFreeBytes: 0, diskStopFreeBytes: 0, diskFullMode: 'refuse' },
      silentLog,
    )
    expect(watch.state().level).toBe('ok')
    expect(watch.state().freeBytes).toBeGreaterThan(0)
    watch.close()
  })
})
