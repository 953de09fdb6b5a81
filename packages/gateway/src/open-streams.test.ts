import { describe, expect, test } from 'vitest'
import { OpenStreams, type CutReason, type StreamIds } from './open-streams.ts'

const ids: StreamIds = {
  keyId: 'key_1',
  versionId: 'v1',
  appId: 'app_1',
  workspaceId: 'wsp_1',
  targetId: 'rte_1',
  apiId: 'api_1',
}

function open(streams: OpenStreams, changes: Partial<StreamIds> = {}) {
  const cuts: CutReason[] = []
  const stream = { cut: (reason: CutReason) => void cuts.push(reason) }
  return { cuts, stream, registration: streams.register({ ...ids, ...changes }, stream) }
}

describe('OpenStreams', () => {
  test.each(Object.keys(ids) as (keyof StreamIds)[])('cuts by %s what matches, and nothing else', (kind) => {
    const streams = new OpenStreams()
    const mine = open(streams)
    const alsoMine = open(streams)
    // another key, app or workspace has other secrets too
    const isOfTarget = kind === 'targetId' || kind === 'apiId'
    const other = open(streams, isOfTarget ? { [kind]: 'other' } : { versionId: 'other', [kind]: 'other' })
    // computed names widen to string: the selector has exactly this one
    expect(streams.cut({ [kind]: ids[kind] } as { readonly keyId: string }, 'revoked')).toBe(2)
    expect([mine.cuts, alsoMine.cuts, other.cuts]).toEqual([['revoked'], ['revoked'], []])
    expect(streams.size).toBe(1)
  })

  test('cuts nothing that has ended', () => {
    const streams = new OpenStreams()
    const { cuts, stream, registration } = open(streams)
    streams.release(registration, stream)
    streams.release(registration, stream)
    expect(streams.cut({ keyId: 'key_1' }, 'revoked')).toBe(0)
    expect([cuts, streams.size]).toEqual([[], 0])
  })

  test('cuts a stream once, though it releases itself while it is cut', () => {
    const streams = new OpenStreams()
    let count = 0
    const stream = { cut: () => ((count += 1), streams.release(registration, stream)) }
    const registration = streams.register(ids, stream)
    expect(streams.cut({ appId: 'app_1' }, 'revoked')).toBe(1)
    expect(streams.cutAll('draining')).toBe(0)
    expect(count).toBe(1)
  })

  test('cuts all, for the end of a drain', () => {
    const streams = new OpenStreams()
    const opened = [open(streams), open(streams, { workspaceId: 'wsp_2', versionId: 'v2' })]
    expect(streams.cutAll('draining')).toBe(2)
    expect(opened.map(({ cuts }) => cuts)).toEqual([['draining'], ['draining']])
  })

  test('finds streams of before and after a target moved to another api', () => {
    const streams = new OpenStreams()
    const before = open(streams)
    const after = open(streams, { apiId: 'api_2' })
    expect(streams.cut({ apiId: 'api_2' }, 'revoked')).toBe(1)
    expect([before.cuts, after.cuts]).toEqual([[], ['revoked']])
    expect(streams.cut({ targetId: 'rte_1' }, 'revoked')).toBe(1)
  })

  test('forgets keys that are no longer used, and still finds those that are', () => {
    const streams = new OpenStreams()
    const lasting = open(streams, { keyId: 'key_lasting', versionId: 'lasting' })
    for (let count = 0; count < 20_000; count += 1) {
      const { stream, registration } = open(streams, { keyId: `key_${count}`, versionId: `v${count}` })
      streams.release(registration, stream)
    }
    expect(streams.size).toBe(1)
    expect(streams.groups).toBeLessThan(5_000)
    expect(streams.cut({ keyId: 'key_lasting' }, 'revoked')).toBe(1)
    expect(lasting.cuts).toEqual(['revoked'])
  })
})
