import { ClavigerError, Secret } from '@claviger/core'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { StartError } from '#config'
import { startFailureOf } from './start-failure.ts'

const embedded = { dataDir: tmpdir(), databaseUrl: undefined }
const external = { dataDir: tmpdir(), databaseUrl: new Secret('postgres://db.example/claviger') }
/** As the driver throws it. */
const noSpace = Object.assign(new Error('could not extend file "base/1": No space left on device'), { code: '53100' })
const unavailable = (cause: unknown): ClavigerError =>
  new ClavigerError('store_unavailable', 'The database does not answer.', { cause })

describe('what stops a start is told in plain words', () => {
  test.each([
    ['by a statement', noSpace],
    ['by a transaction', unavailable(noSpace)],
    ['by a migration', new StartError('migration_failed', 'It could not be brought up to date.', { cause: noSpace })],
    ['by the file system', Object.assign(new Error('write'), { code: 'ENOSPC' })],
    ['by a quota', Object.assign(new Error('write'), { code: 'EDQUOT' })],
    ['by one of several', new AggregateError([new Error('other'), noSpace])],
  ])('a full disk, met %s', async (_, error) => {
    expect(await startFailureOf(error, embedded)).toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining(`holds ${tmpdir()} is full`),
    })
  })

  test('a full disk of a database that runs elsewhere is not taken for ours', async () => {
    const told = await startFailureOf(unavailable(noSpace), external)
    expect(told).toMatchObject({ code: 'disk_full', message: expect.stringContaining('DATABASE_URL') })
    expect(String(told)).not.toContain(tmpdir())
  })

  test('a database that went away', async () => {
    const told = await startFailureOf(unavailable(new Error('Connection terminated')), external)
    expect(told).toMatchObject({
      code: 'database_unreachable',
      message: 'The database stopped answering: Connection terminated',
    })
  })

  test('words that a step has found, and faults of our own, stay what they are', async () => {
    const words = new StartError('seal_key_unwritable', 'Cannot write the seal key', { cause: { code: 'ENOSPC' } })
    const fault = new TypeError('x is not a function')
    expect([await startFailureOf(words, embedded), await startFailureOf(fault, embedded)]).toEqual([words, fault])
  })
})
