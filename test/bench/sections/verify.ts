/** (a) Deciding one key over HTTP, against the least that can be done in Node. */
import { wireRequest } from '../load/requests.ts'
import { type Bench, type Contender, fullLoad, warmUp } from '../measure.ts'
import { memoryOf } from '../proc/process-tree.ts'
import { type SectionResult, Tally, atMost } from '../report.ts'
import { benchKey, startBare } from '../servers/bare.ts'
import { createKeys, expectValid, expectValidBody, setUp, startClaviger, verifyBody } from '../servers/claviger.ts'
import { everythingBody, setUpEverything } from '../servers/everything.ts'

/** Keys that are asked for in turn, on both sides. */
const HOT_KEYS = 1_000

export async function verifySection(bench: Bench): Promise<SectionResult> {
  const bare = await startBare(HOT_KEYS)
  const claviger = await startClaviger()
  try {
    // Verify forwards nothing, so this upstream need not be there.
    const owner = await setUp(claviger, 'http://127.0.0.1:9')
    const keys = await createKeys(claviger, owner, HOT_KEYS)
    for (const key of keys.slice(0, 10)) await expectValid(claviger, key, owner.apiId)
    const everything = await setUpEverything(claviger, HOT_KEYS)
    const everythingBodies = everything.secrets.map((secret) => everythingBody(secret, everything.apiId))
    for (const body of everythingBodies.slice(0, 10)) await expectValidBody(claviger, body)
    const headers = { authorization: `Bearer ${claviger.adminKey}` }
    const ours: Contender = {
      name: 'Claviger',
      server: claviger,
      requests: keys.map((key) =>
        wireRequest({ path: '/api/v1/keys/verify', port: claviger.port, headers, body: verifyBody(key, owner.apiId) }),
      ),
      expectBodyBytes: 20,
    }
    const all: Contender = {
      name: 'Claviger, everything on',
      server: claviger,
      requests: everythingBodies.map((body) =>
        wireRequest({ path: '/api/v1/keys/verify', port: claviger.port, headers, body }),
      ),
      expectBodyBytes: 20,
    }
    const theirs: Contender = {
      name: 'bare node:http',
      server: bare,
      requests: keys.map((_, nth) =>
        wireRequest({ path: '/', port: bare.port, headers, body: verifyBody(benchKey(nth), owner.apiId) }),
      ),
      expectBodyBytes: 20,
    }
    const contenders = [ours, all, theirs]
    const tally = new Tally()
    await warmUp(bench, contenders)
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.say(`a: round ${round}`)
      for (const contender of contenders) {
        tally.add(contender.name, await fullLoad(bench, contender))
        tally.add(contender.name, { pssMegabytes: memoryOf(contender.server.pids) / 1e6 })
      }
    }
    const cpu = tally.ratio('cpuMicros', ours.name, theirs.name)
    const cpuOfAll = tally.ratio('cpuMicros', all.name, theirs.name)
    return {
      title: `(a) verify one of ${HOT_KEYS} keys`,
      medians: tally.medians(),
      ratios: {
        'CPU, Claviger ÷ bare': cpu,
        'CPU, Claviger with everything on ÷ bare': cpuOfAll,
        'requests/s, Claviger ÷ bare': tally.ratio('perSecond', ours.name, theirs.name),
      },
      targets: [
        atMost('CPU against the bare server', cpu, 2),
        atMost('CPU against the bare server, everything on', cpuOfAll, 2),
      ],
      rounds: tally.rounds(),
    }
  } finally {
    await Promise.all([bare.close(), claviger.close()])
  }
}
