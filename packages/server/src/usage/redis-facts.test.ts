import { describe, expect, test } from 'vitest'
import { parseInfo, readServerFacts } from './redis-facts.ts'

const ZEROS = '0'.repeat(40)

async function factsOf(changes: Readonly<Record<string, string>>, appendfsync: string | Error = 'always') {
  const info = {
    run_id: 'r1',
    aof_enabled: '1',
    role: 'master',
    master_replid2: ZEROS,
    maxmemory: '0',
    maxmemory_policy: 'noeviction',
  }
  const lines = Object.entries({ ...info, ...changes }).map(([name, value]) => `${name}:${value}`)
  return readServerFacts(async ([command]) => {
    if (command === 'INFO') return ['# Server', ...lines, ''].join('\r\n')
    if (appendfsync instanceof Error) throw appendfsync
    return ['appendfsync', appendfsync]
  })
}

describe('a server', () => {
  test('that writes through and never followed another keeps all', async () => {
    expect(await factsOf({})).toEqual({ runId: 'r1', keepsAll: true, mayEvict: false })
  })

  test.each([
    [{ aof_enabled: '0' }, 'always'],
    [{}, 'everysec'],
    [{ role: 'slave' }, 'always'],
    [{ master_replid2: 'ab'.repeat(20) }, 'always'],
    [{}, new Error('NOPERM this user has no permissions')],
  ] as const)('with %j and appendfsync %s may lose something', async (changes, appendfsync) => {
    expect(await factsOf(changes, appendfsync)).toMatchObject({ keepsAll: false })
  })

  test.each([
    [{ maxmemory: '0', maxmemory_policy: 'allkeys-lru' }, false],
    [{ maxmemory: '1000', maxmemory_policy: 'noeviction' }, false],
    [{ maxmemory: '1000', maxmemory_policy: 'volatile-lru' }, true],
  ] as const)('with %j throws counters away: %s', async (changes, mayEvict) => {
    expect(await factsOf(changes)).toMatchObject({ mayEvict })
  })
})

test('what a server says of itself is read line by line', () => {
  expect([...parseInfo('# Server\r\nrun_id:abc\r\n\r\nexecutable:/usr/bin/redis:server\r\n')]).toEqual([
    ['run_id', 'abc'],
    ['executable', '/usr/bin/redis:server'],
  ])
})
