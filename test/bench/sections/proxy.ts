/** (b) An authenticated POST through the whole pipeline: verify, scope, CIDR, limit, inject, forward, meter, audit. */
import { type Bench, type Contender, addedLatency, fullLoad, idleCpu, warmUp } from '../measure.ts'
import { memoryOf } from '../proc/process-tree.ts'
import { type SectionResult, Tally, type Target, atLeast, atMost } from '../report.ts'
import { startUpstream } from '../servers/upstream.ts'
import { type Field, startField } from './rivals.ts'

/** The target of memory is of the whole product, engine included. */
const MAX_PSS_MEGABYTES = 400

export async function proxySection(bench: Bench): Promise<SectionResult> {
  const upstream = await startUpstream()
  const field = await startField(bench, upstream, { isStreamed: false, expectBodyBytes: 200 })
  try {
    const contenders = [field.gateway, field.nginx, field.openai, field.portkey].filter((each) => each !== undefined)
    const tally = new Tally()
    tally.add('Claviger /gw', { idleMicrosPerSecond: await idleCpu(field.claviger, bench.options.seconds) })
    await warmUp(bench, contenders)
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.say(`b: round ${round}, full load`)
      await fullRound(bench, contenders, tally)
      bench.say(`b: round ${round}, half load`)
      await halfRound(bench, contenders, { direct: field.direct, tally })
    }
    return { title: '(b) authenticated proxied POST', ...verdict(tally, field) }
  } finally {
    await field.close()
    await upstream.close()
  }
}

async function fullRound(bench: Bench, contenders: readonly Contender[], tally: Tally): Promise<void> {
  for (const contender of contenders) {
    tally.add(contender.name, await fullLoad(bench, contender))
    tally.add(contender.name, { pssMegabytes: memoryOf(contender.server.pids) / 1e6 })
  }
}

/** Half of what each can do, but never more than half of what Claviger can: at the same rate where both can. */
async function halfRound(
  bench: Bench,
  contenders: readonly Contender[],
  { direct, tally }: { readonly direct: Contender; readonly tally: Tally },
): Promise<void> {
  const ours = tally.median('Claviger /gw', 'perSecond') / 2
  for (const contender of contenders) {
    const rate = Math.min(ours, tally.median(contender.name, 'perSecond') / 2)
    tally.add(contender.name, await addedLatency(bench, contender, direct, rate))
  }
}

function verdict(tally: Tally, { gateway, openai, nginx, portkey }: Field): Omit<SectionResult, 'title'> {
  const ratios: Record<string, number> = {}
  const targets: Target[] = []
  if (nginx !== undefined) {
    const cpu = tally.ratio('cpuMicros', gateway.name, nginx.name)
    ratios['CPU, Claviger /gw ÷ nginx'] = cpu
    targets.push(atMost('CPU against nginx', cpu, 3.5))
  }
  if (portkey !== undefined) {
    const throughput = tally.ratio('perSecond', gateway.name, portkey.name)
    ratios['requests/s, Claviger /gw ÷ Portkey'] = throughput
    ratios['requests/s, Claviger /openai ÷ Portkey'] = tally.ratio('perSecond', openai.name, portkey.name)
    ratios['CPU, Portkey ÷ Claviger /openai'] = tally.ratio('cpuMicros', portkey.name, openai.name)
    targets.push(atLeast('requests/s against Portkey', throughput, 6))
  }
  targets.push(
    atMost('added p50 at half load, ms', tally.median(gateway.name, 'addedP50Ms'), 1),
    atMost('added p99 at half load, ms', tally.median(gateway.name, 'addedP99Ms'), 5),
    atMost('PSS of all processes, MB', tally.median(gateway.name, 'pssMegabytes'), MAX_PSS_MEGABYTES),
  )
  return { medians: tally.medians(), ratios, targets, rounds: tally.rounds() }
}
