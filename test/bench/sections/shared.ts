/** (h) Limits that Redis counts for all processes, against limits that the process counts for itself: the same server, in turn. */
import { wireRequest } from '../load/requests.ts'
import { type Bench, type Contender, fullLoad, warmUp } from '../measure.ts'
import { type SectionResult, Tally, atLeast } from '../report.ts'
import { type RunningClaviger, createKeys, expectValid, setUp, startClaviger, verifyBody } from '../servers/claviger.ts'
import { startRedis } from '../servers/redis.ts'
import type { RunningServer } from '../servers/server.ts'

const KEYS = 1_000
const LEAST_SHARE = 0.6
const LOCAL = 'counted here (approximate)'
const SHARED = 'Redis, leased (bounded)'
/** Asks for every call; no figure is promised of it. */
const EACH = 'Redis, each call (exact)'
const CLASSES = { [LOCAL]: 'approximate', [SHARED]: 'bounded', [EACH]: 'exact' } as const

export async function sharedSection(bench: Bench): Promise<SectionResult> {
  const redis = await startRedis()
  if (redis === undefined) return nothing('(h) not measured: there is no redis-server')
  const claviger = await startClaviger({ REDIS_URL: `redis://127.0.0.1:${redis.port}` })
  try {
    const contenders = await contendersOf(claviger, redis)
    const tally = new Tally()
    await warmUp(bench, contenders)
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.say(`h: round ${round}`)
      for (const contender of contenders) tally.add(contender.name, await fullLoad(bench, contender))
    }
    const share = tally.ratio('perSecond', SHARED, LOCAL)
    return {
      title: `(h) verify one of ${KEYS} keys whose limits Redis counts; CPU with that of Redis`,
      medians: tally.medians(),
      ratios: {
        'requests/s, leased ÷ local': share,
        'requests/s, each call ÷ local': tally.ratio('perSecond', EACH, LOCAL),
        'CPU, leased ÷ local': tally.ratio('cpuMicros', SHARED, LOCAL),
      },
      targets: [atLeast('requests/s with limits shared through Redis, of those with local ones', share, LEAST_SHARE)],
      rounds: tally.rounds(),
    }
  } finally {
    await claviger.close()
    await redis.close()
  }
}

async function contendersOf(claviger: RunningClaviger, redis: RunningServer): Promise<readonly Contender[]> {
  const owner = await setUp(claviger, 'http://127.0.0.1:9')
  const headers = { authorization: `Bearer ${claviger.adminKey}` }
  const server: RunningServer = {
    name: claviger.name,
    port: claviger.port,
    pids: [...claviger.pids, ...redis.pids],
    close: async () => {},
  }
  const contenders: Contender[] = []
  for (const [name, limitClass] of Object.entries(CLASSES)) {
    const limit = { kind: 'window', name: 'requests', limit: 1_000_000_000, window_seconds: 60, class: limitClass }
    const keys = await createKeys(claviger, { ...owner, limits: [limit] }, KEYS)
    for (const key of keys.slice(0, 10)) await expectValid(claviger, key, owner.apiId)
    const requests = keys.map((key) =>
      wireRequest({ path: '/api/v1/keys/verify', port: claviger.port, headers, body: verifyBody(key, owner.apiId) }),
    )
    contenders.push({ name, server, requests, expectBodyBytes: 20 })
  }
  return contenders
}

const nothing = (title: string): SectionResult => ({ title, medians: {}, ratios: {}, targets: [], rounds: {} })
