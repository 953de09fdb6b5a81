import { describe, expect, test } from 'vitest'
import { UnreadableLine } from './decision-line.ts'
import { decodeEpisode, encodeEpisode, isEpisode, type FailureEpisode } from './episode-line.ts'

const episode: FailureEpisode = {
  id: 'evt_1',
  phase: 'ended',
  atMs: 1_790_000_005_000,
  beganAtMs: 1_790_000_000_000,
  durationMs: 5_000,
  dependency: 'feed',
  mode: 'serve_known',
  target: { type: 'route', id: 'rte_"1\n', workspaceId: 'wsp_1' },
  served: 3,
  refused: 2,
  dropped: 0,
  ended: 'back',
}

describe('a line of an episode', () => {
  test.each([
    episode,
    { ...episode, phase: 'began' as const, ended: undefined, served: 0, refused: 0 },
    { ...episode, target: { type: 'store' as const, id: 'database', workspaceId: undefined } },
  ])('is read as it was written', (written) => {
    const line = encodeEpisode(written)
    expect(line).not.toContain('\n')
    expect(isEpisode(line)).toBe(true)
    expect(decodeEpisode(line)).toEqual(written)
  })

  test.each(['["o",1]', '["d",1]'])('is told from a decision: %s', (line) => {
    expect(isEpisode(line)).toBe(false)
  })

  test.each(['["e"', '["e",1]', encodeEpisode(episode).replace('"feed"', '"moon"'), '["e",{}]'])(
    'that is none is refused: %s',
    (line) => {
      expect(() => decodeEpisode(line)).toThrow(UnreadableLine)
    },
  )
})
