/** (c) A streamed chat of 200 chunks. */
import { type Bench, type Contender, fullLoad, warmUp } from '../measure.ts'
import { type SectionResult, Tally } from '../report.ts'
import { STREAM_CHUNKS, streamEvents } from '../servers/chat.ts'
import { startStreamUpstream } from '../servers/upstream.ts'
import { startField } from './rivals.ts'

export async function streamSection(bench: Bench): Promise<SectionResult> {
  const upstream = await startStreamUpstream()
  // A gateway may rewrite events, but none may be missing: shorter than three quarters of the upstream's bytes is an error.
  const expectBodyBytes = Math.floor(streamEvents().join('').length * 0.75)
  const field = await startField(bench, upstream, { isStreamed: true, expectBodyBytes })
  try {
    const contenders = [field.direct, field.openai, field.gateway, field.nginx].filter((each) => each !== undefined)
    await warmUp(bench, contenders)
    const { portkey } = field
    const isFit = portkey !== undefined && (await endures(bench, portkey))
    if (isFit) contenders.push(portkey)
    const tally = new Tally()
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.say(`c: round ${round}`)
      for (const contender of contenders) {
        const figures = await fullLoad(bench, contender)
        tally.add(contender.name, { ...figures, cpuMicrosPerChunk: figures.cpuMicros / STREAM_CHUNKS })
      }
    }
    const ratios: Record<string, number> = {}
    for (const rival of [field.nginx, isFit ? portkey : undefined]) {
      if (rival === undefined) continue
      ratios[`CPU, Claviger /openai ÷ ${rival.name}`] = tally.ratio('cpuMicros', field.openai.name, rival.name)
      ratios[`CPU, Claviger /gw ÷ ${rival.name}`] = tally.ratio('cpuMicros', field.gateway.name, rival.name)
    }
    return {
      title: `(c) streamed chat of ${STREAM_CHUNKS} chunks`,
      medians: tally.medians(),
      ratios,
      targets: [],
      rounds: tally.rounds(),
    }
  } finally {
    await field.close()
    await upstream.close()
  }
}

/** A rival that answers streams with errors is left out, and the report says so; figures of errors are none. */
async function endures(bench: Bench, rival: Contender): Promise<boolean> {
  try {
    await warmUp(bench, [rival])
    return true
  } catch (error) {
    bench.say(`${rival.name} does not take part in (c): ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
