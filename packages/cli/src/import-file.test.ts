import { ApiError, UnreachableError } from '@claviger/sdk'
import { describe, expect, test } from 'vitest'
import { importFile, type ImportRun, type Refused } from './import-file.ts'
import type { ImportLine } from './read-import.ts'

async function* linesOf(items: readonly (object | string)[]): AsyncGenerator<ImportLine, void, undefined> {
  for (const [index, item] of items.entries()) yield { number: index + 1, endsAtBytes: index + 1, item }
}

/** As the server answers: every item is made, unless it says what it is. */
const answerTo = (items: readonly object[]): object => {
  const results = items.map((item) => ({ outcome: 'outcome' in item ? item.outcome : 'created', detail: 'because' }))
  const count = (outcome: string): number => results.filter((each) => each.outcome === outcome).length
  return { created: count('created'), duplicates: count('duplicate'), results }
}

async function run(items: readonly (object | string)[], changes: Partial<ImportRun> = {}) {
  const refused: Refused[] = []
  const tally = await importFile({
    lines: linesOf(items),
    batchSize: 3,
    send: async (batch) => answerTo(batch),
    onRefused: (each) => refused.push(each),
    onProgress: () => {},
    ...changes,
  })
  return { tally, refused: refused.toSorted((one, other) => one.line - other.line) }
}

const problem = (errors: readonly object[]): ApiError =>
  new ApiError(400, { code: 'validation_failed', detail: 'The body is not right.', errors }, new Headers())

describe('importFile', () => {
  test('accounts for every line, whatever becomes of it', async () => {
    const items = [{}, { outcome: 'duplicate' }, 'unreadable', { outcome: 'invalid' }, {}, {}, {}]
    const { tally, refused } = await run(items)
    expect(tally).toEqual({ lines: 7, created: 4, duplicates: 1, invalid: 2 })
    expect(refused).toEqual([
      { line: 3, detail: 'unreadable' },
      { line: 4, detail: 'because' },
    ])
  })

  test('leaves out what the server cannot read, and sends the rest of the batch again', async () => {
    const sent: number[] = []
    const { tally, refused } = await run([{ bad: 1 }, {}, { bad: 2 }], {
      send: async (batch) => {
        sent.push(batch.length)
        const errors = batch.flatMap((item, index) =>
          'bad' in item ? [{ pointer: `/keys/${index}/bad`, detail: 'There is no such member.' }] : [],
        )
        if (errors.length > 0) throw problem(errors.slice(0, 1)) // as a server that names some of them at a time
        return answerTo(batch)
      },
    })
    expect(sent).toEqual([3, 2, 1])
    expect(tally).toEqual({ lines: 3, created: 1, duplicates: 0, invalid: 2 })
    expect(refused.map((each) => each.line)).toEqual([1, 3])
  })

  test('stops at a refusal that concerns all of them', async () => {
    const send = async (): Promise<object> =>
      Promise.reject(problem([{ pointer: '/app_id', detail: 'There is no app.' }]))
    await expect(run([{}], { send })).rejects.toMatchObject({ code: 'validation_failed' })
  })

  test('tries again what may pass', async () => {
    let tries = 0
    const { tally } = await run([{}], {
      send: async (batch) => {
        tries += 1
        if (tries === 1) throw new UnreachableError('http://127.0.0.1:1', new Error('reset'))
        return answerTo(batch)
      },
    })
    expect([tries, tally.created]).toEqual([2, 1])
  })

  test('does not take an answer for one that does not tell of every item', async () => {
    await expect(run([{}, {}], { send: async () => ({ created: 2, duplicates: 0, results: [] }) })).rejects.toThrow(
      'every item',
    )
  })

  test('keeps two batches under way, no more', async () => {
    let [underWay, most] = [0, 0]
    await run(
      Array.from({ length: 30 }, () => ({})),
      {
        send: async (batch) => {
          underWay += 1
          most = Math.max(most, underWay)
          await new Promise((done) => setTimeout(done, 2))
          underWay -= 1
          return answerTo(batch)
        },
      },
    )
    expect(most).toBe(2)
  })
})
