import { describe, expect, it } from 'vitest'
import { CONTRACT } from './contract.ts'
import { onceMade, readWrittenDocument } from './written-document.ts'

describe('the description of the API that is served', () => {
  it('is the file that the test of the contract holds to the operations', async () => {
    const document: unknown = JSON.parse(await readWrittenDocument())
    expect(document).toMatchObject({ openapi: '3.1.0' })
    expect(JSON.stringify(document)).toContain(CONTRACT[0]?.path)
  })
})

describe('onceMade', () => {
  it('makes it for the first who asks, and once', async () => {
    let made = 0
    const get = onceMade(async () => (made += 1))
    expect(made).toBe(0)
    expect(await Promise.all([get(), get()])).toEqual([1, 1])
    expect(await get()).toBe(1)
  })

  it('tries again after a failure', async () => {
    let tries = 0
    const get = onceMade(async () => {
      tries += 1
      if (tries === 1) throw new Error('not yet')
      return tries
    })
    await expect(get()).rejects.toThrow('not yet')
    expect(await get()).toBe(2)
  })
})
