/**
 * Nothing acknowledged is lost. Server and engine are killed at random moments under write load, again and again; what was
 * answered before is there afterwards, and a revoked key is never accepted again.
 *
 *   CRASH_ROUNDS=200 CRASH_SEED=7 npx vitest run --project proof test/crash
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { engineProcesses, killNow, postmasterOf } from '../support/engine.ts'
import { makeWorld, startProduct, type Product, type World } from '../support/product.ts'
import { checkKeys } from './check.ts'
import { newWitness, startLoad } from './load.ts'
import { seededRandom, type Random } from '../support/random.ts'

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 20)
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000)
const VICTIMS = ['server', 'engine', 'both'] as const
const ROUND_AT_MOST_MS = 30_000
const READY_WITHIN_MS = 30_000
/** Keys of earlier rounds that are looked at again in each round; at the end it is all of them. */
const OLD_KEYS = 5
/** Characters of the server's output that a failure shows. */
const LAST_WORDS = 4_000

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct({ CLAVIGER_LOG_LEVEL: 'error' })
  world = await makeWorld(product, upstream.origin, { route: { audit: 'before-answer' } })
})

afterAll(async () => {
  await product?.stop()
  // after a failure there may be an engine without its server
  if (product !== undefined) killNow(engineProcesses(product.dataDir))
  await product?.dispose()
  await upstream?.close()
})

test(`${ROUNDS} crashes lose nothing that was acknowledged`, { timeout: ROUNDS * ROUND_AT_MOST_MS }, async () => {
  process.stdout.write(`CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}\n`)
  const random = seededRandom(SEED)
  const witness = newWitness()
  for (let round = 0; round < ROUNDS; round++) {
    const victim = VICTIMS[round % VICTIMS.length] ?? 'both'
    const load = startLoad(product, world, witness, random)
    await sleep(random.whole(200, 1_200))
    await kill(victim, random)
    // an engine alone is missed for a while: calls go on, and what they are told must be true
    if (victim === 'engine') await sleep(random.whole(0, 300))
    await load.stop()
    if (victim === 'engine') await untilReady()
    else await product.start()
    const all = [...witness.keys.values()]
    const fresh = all.filter((key) => key.isFresh || key.state === 'unsure')
    const old = Array.from({ length: Math.min(OLD_KEYS, all.length) }, () => random.pick(all))
    await checkKeys(product, world, witness, [...new Set([...fresh, ...old])])
    expect(
      witness.violations,
      `seed ${SEED}, round ${round}: ${victim} killed\n${product.output().slice(-LAST_WORDS)}`,
    ).toEqual([])
  }
  await checkKeys(product, world, witness, [...witness.keys.values()])
  expect(witness.violations, `seed ${SEED}, all keys at the end`).toEqual([])
  expect(await product.cli(['doctor'])).toMatchObject({ code: 0 })
  process.stdout.write(`acknowledged: ${JSON.stringify(witness.counts)}\n`)
  // a load that did nothing would prove nothing
  expect(witness.counts.created).toBeGreaterThan(ROUNDS)
  expect(witness.counts.revoked).toBeGreaterThan(ROUNDS)
  expect(witness.counts.decided).toBeGreaterThan(ROUNDS * 5)
})

async function kill(victim: (typeof VICTIMS)[number], random: Random): Promise<void> {
  const engine = engineProcesses(product.dataDir)
  if (victim !== 'server') expect(engine.length, 'a running engine').toBeGreaterThan(1)
  // either all at once, as when a machine dies, or the postmaster alone, as when memory runs out
  const dying = random.next() < 0.5 ? engine : engine.slice(0, 1)
  if (victim !== 'engine') {
    const ended = product.stop('SIGKILL')
    if (victim === 'both') killNow(dying)
    await ended
  } else killNow(dying)
}

/** Until the server has revived its engine and says so. */
async function untilReady(): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadlineMs) {
    const answer = await fetch(`${product.url}/readyz`)
    const said = await answer.text()
    if (answer.status === 200 && said.startsWith('ready') && postmasterOf(product.dataDir) !== undefined) return
    await sleep(20)
  }
  throw new Error(`The engine was not revived:\n${product.output().slice(-LAST_WORDS)}`)
}
