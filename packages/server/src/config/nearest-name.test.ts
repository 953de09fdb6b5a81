import { expect, test } from 'vitest'
import { nearestName } from './nearest-name.ts'

const NAMES = ['CLAVIGER_LISTEN', 'CLAVIGER_LOG_LEVEL', 'CLAVIGER_URL']

test.each([
  ['CLAVIGER_LISTN', 'CLAVIGER_LISTEN'],
  ['CLAVIGER_LOGLEVEL', 'CLAVIGER_LOG_LEVEL'],
  ['CLAVIGER_LEVEL_OF_THE_LOG_FILE', undefined],
])('%s means %s', (wrong, meant) => {
  expect(nearestName(wrong, NAMES)).toBe(meant)
})
