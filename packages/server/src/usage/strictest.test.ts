import type { CreditsPolicy, LimitPolicy } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { Partitions } from './partitions.ts'
import { creditsOf, slotsOf } from './testing/worlds.ts'

const subject = { keyId: 'key_1', appId: 'app_1', targetId: undefined, clientIp: undefined }

/** As an api, a route or a plan declares it: of whichever key calls. */
const ofCaller = (rest: Partial<CreditsPolicy> = {}): LimitPolicy =>
  creditsOf('', { id: 'api:api_1:credits:test', account: undefined, per: ['key'], owner: 'api', ...rest })
const ofKey = (rest: Partial<CreditsPolicy>): LimitPolicy => creditsOf('key_1', { owner: 'key', ...rest })

describe('two declarations of one balance', () => {
  const looser: readonly (readonly [string, Partial<CreditsPolicy>])[] = [
    ['in shadow', { mode: 'shadow' }],
    ['open when the ledger is away', { onCounterLoss: 'open' }],
    ['bounded', { class: 'bounded' }],
    ['all of these', { mode: 'shadow', onCounterLoss: 'open', class: 'bounded' }],
  ]
  const strict = { class: 'exact', mode: 'enforce', onCounterLoss: 'closed' } as const

  test.each(looser)('are paid as the strict one says, whichever comes first: one of the key %s', (_name, rest) => {
    const own = ofKey({ ...strict, ...rest })
    const partitions = new Partitions()
    for (const declared of [
      [own, ofCaller(strict)],
      [ofCaller(strict), own],
    ]) {
      const bound = partitions.bind([slotsOf(5), ...declared], subject)
      expect(bound).toHaveLength(2)
      expect(bound[1]).toMatchObject({ kind: 'credits', id: 'credits:key_1', account: 'key_1', ...strict })
    }
  })

  test('add up what each is strict in', () => {
    const exactShadow = ofKey({ class: 'exact', mode: 'shadow', onCounterLoss: 'open' })
    const boundedClosed = ofCaller({ class: 'bounded' })
    for (const declared of [
      [exactShadow, boundedClosed],
      [boundedClosed, exactShadow],
    ])
      expect(new Partitions().bind(declared, subject)).toMatchObject([{ ...strict, owner: 'api' }])
  })

  test('a shadow that would be closed does not close one that is enforced and open: a shadow refuses nobody', () => {
    const bound = new Partitions().bind([ofKey({ mode: 'shadow' }), ofCaller({ onCounterLoss: 'open' })], subject)
    expect(bound).toMatchObject([{ mode: 'enforce', onCounterLoss: 'open' }])
  })

  test('are one declaration from call to call, so that one account serves them', () => {
    const partitions = new Partitions()
    const declared = [ofKey({ class: 'exact', mode: 'shadow' }), ofCaller(), ofCaller({ onCounterLoss: 'open' })]
    expect(partitions.bind(declared, subject)[0]).toBe(partitions.bind(declared, subject)[0])
  })

  test('of two balances stay two', () => {
    const declared = [ofKey({}), creditsOf('app_1')]
    expect(new Partitions().bind(declared, subject)).toBe(declared)
  })
})
