/** (d) Deciding keys out of small and large sets: a hot thousand, and keys that nobody has asked for before. */
import { wireRequest } from '../load/requests.ts'
import { type Bench, type Contender, fullLoad, warmUp } from '../measure.ts'
import { memoryOf } from '../proc/process-tree.ts'
import { type SectionResult, Tally, atMost } from '../report.ts'
import { type RunningClaviger, createKeys, expectValid, setUp, startClaviger, verifyBody } from '../servers/claviger.ts'

const HOT_KEYS = 1_000
/** Of all rounds together: they are presented, so they are made over the API. The rest of a large set is filled in. */
const COLD_KEYS = 2_000
const MAX_PSS_MEGABYTES = 400

interface KeySet {
  readonly name: string
  readonly claviger: RunningClaviger
  readonly hot: Contender
  /** One for each round. */
  readonly cold: readonly Contender[]
}

export async function keysSection(bench: Bench): Promise<SectionResult> {
  const sets: KeySet[] = []
  try {
    for (const size of bench.options.keys) sets.push(await makeSet(bench, size))
    const tally = new Tally()
    await warmUp(
      bench,
      sets.map((set) => set.hot),
    )
    for (let round = 0; round < bench.options.rounds; round += 1) {
      bench.say(`d: round ${round + 1}`)
      for (const set of sets) await oneRound(bench, set, { round, tally })
    }
    return { title: '(d) verify with many keys stored', ...verdict(tally, sets) }
  } finally {
    await Promise.all(sets.map((set) => set.claviger.close()))
  }
}

async function oneRound(
  bench: Bench,
  set: KeySet,
  { round, tally }: { readonly round: number; readonly tally: Tally },
): Promise<void> {
  tally.add(`${set.name}, hot`, await fullLoad(bench, set.hot))
  tally.add(`${set.name}, hot`, { pssMegabytes: memoryOf(set.claviger.pids) / 1e6 })
  const cold = set.cold[round]
  if (cold !== undefined)
    tally.add(`${set.name}, cold`, await fullLoad(bench, cold, { maxRequests: cold.requests.length }))
}

async function makeSet(bench: Bench, size: number): Promise<KeySet> {
  const claviger = await startClaviger()
  const owner = await setUp(claviger, 'http://127.0.0.1:9')
  bench.say(`d: making ${size} keys`)
  const startedAtMs = performance.now()
  const secrets = await createKeys(claviger, owner, Math.min(size, HOT_KEYS + COLD_KEYS))
  // What it remembers of making them must not be measured.
  await claviger.restart(size - secrets.length)
  bench.say(`d: made ${size} keys in ${Math.round((performance.now() - startedAtMs) / 1_000)} s`)
  for (const key of secrets.slice(0, 10)) await expectValid(claviger, key, owner.apiId)
  const headers = { authorization: `Bearer ${claviger.adminKey}` }
  const contender = (name: string, keys: readonly string[]): Contender => ({
    name,
    server: claviger,
    requests: keys.map((key) =>
      wireRequest({ path: '/api/v1/keys/verify', port: claviger.port, headers, body: verifyBody(key, owner.apiId) }),
    ),
    expectBodyBytes: 20,
  })
  const name = `${size.toLocaleString('en')} keys`
  const spare = secrets.slice(HOT_KEYS)
  const perRound = Math.floor(spare.length / bench.options.rounds)
  const cold = Array.from({ length: perRound > 0 ? bench.options.rounds : 0 }, (_, round) =>
    contender(`${name}, cold`, spare.slice(round * perRound, (round + 1) * perRound)),
  )
  return { name, claviger, hot: contender(`${name}, hot`, secrets.slice(0, HOT_KEYS)), cold }
}

function verdict(tally: Tally, sets: readonly KeySet[]): Omit<SectionResult, 'title'> {
  const first = sets[0]
  const last = sets.at(-1)
  if (first === undefined || last === undefined) throw new Error('(d) needs a size of keys')
  const memory = atMost(
    `PSS with ${last.name}, MB`,
    tally.median(`${last.name}, hot`, 'pssMegabytes'),
    MAX_PSS_MEGABYTES,
  )
  const isOne = first === last
  const ratio = isOne ? 1 : tally.ratio('cpuMicros', `${last.name}, hot`, `${first.name}, hot`)
  return {
    medians: tally.medians(),
    ratios: isOne ? {} : { [`CPU of the hot set, ${last.name} ÷ ${first.name}`]: ratio },
    targets: isOne ? [memory] : [atMost('hot set, CPU of the largest against the smallest', ratio, 1.2), memory],
    rounds: tally.rounds(),
  }
}
