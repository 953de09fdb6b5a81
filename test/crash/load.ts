/** Write load that remembers what was acknowledged: the witness of the crash test. */
import { setTimeout as sleep } from 'node:timers/promises'
import { api, makeKey, type Product, type World } from '../support/product.ts'
import type { Random } from '../support/random.ts'

export interface Witnessed {
  readonly id: string
  readonly secret: string
  /** `unsure`: a revocation was asked for and not answered. It may have happened; then it stays so. */
  state: 'living' | 'unsure' | 'revoked'
  /** Changed since the last check. */
  isFresh: boolean
  /** Requests whose decision was acknowledged: the answer came. */
  readonly decisions: Set<string>
}

export interface Witness {
  readonly keys: Map<string, Witnessed>
  /** What must never happen, in words. */
  readonly violations: string[]
  readonly counts: { created: number; revoked: number; decided: number; unanswered: number }
}

/** No call hangs, whatever dies: later than this it has. */
const HUNG_AFTER_MS = 20_000
const MOST_LIVING = 60

export function newWitness(): Witness {
  return { keys: new Map(), violations: [], counts: { created: 0, revoked: 0, decided: 0, unanswered: 0 } }
}

/** Runs until `stop` is called, which waits for the calls that are under way. Deaths of the server do not end it. */
export function startLoad(product: Product, world: World, witness: Witness, random: Random): { stop(): Promise<void> } {
  let isStopped = false
  const repeat = async (work: () => Promise<void>, pauseMs: number): Promise<void> => {
    while (!isStopped) {
      const startedAtMs = performance.now()
      try {
        await work()
      } catch {
        // the server died under the call: not acknowledged
        witness.counts.unanswered += 1
      }
      if (performance.now() - startedAtMs > HUNG_AFTER_MS) witness.violations.push('a call hung')
      await sleep(pauseMs)
    }
  }
  const workers = [
    repeat(async () => create(product, world, witness), 5),
    repeat(async () => revoke(product, witness, random), 15),
    repeat(async () => callLiving(product, witness, random), 1),
    repeat(async () => callLiving(product, witness, random), 1),
    repeat(async () => callRevoked(product, witness, random), 10),
  ]
  return {
    async stop() {
      isStopped = true
      await Promise.all(workers)
    },
  }
}

async function create(product: Product, world: World, witness: Witness): Promise<void> {
  if (inState(witness, 'living').length >= MOST_LIVING) return
  const { id, secret } = await makeKey(product, world)
  witness.keys.set(id, { id, secret, state: 'living', isFresh: true, decisions: new Set() })
  witness.counts.created += 1
}

async function revoke(product: Product, witness: Witness, random: Random): Promise<void> {
  const living = inState(witness, 'living')
  if (living.length < 4) return
  const key = random.pick(living)
  key.state = 'unsure'
  key.isFresh = true
  const answer = await api(product, 'POST', `/keys/${key.id}/revoke`, { reason: 'crash test' })
  if (answer.status !== 200) return
  key.state = 'revoked'
  witness.counts.revoked += 1
}

async function callLiving(product: Product, witness: Witness, random: Random): Promise<void> {
  const living = inState(witness, 'living')
  if (living.length === 0) return
  const key = random.pick(living)
  const { status, requestId } = await callRoute(product, key.secret)
  // 503: the server cannot know at the moment; 401 is right only if a revocation was asked for meanwhile
  if (status === 401 && key.state === 'living') witness.violations.push(`${key.id} lives and was refused`)
  if (status !== 200) return
  key.decisions.add(requestId)
  key.isFresh = true
  witness.counts.decided += 1
}

async function callRevoked(product: Product, witness: Witness, random: Random): Promise<void> {
  const revoked = inState(witness, 'revoked')
  if (revoked.length === 0) return
  const key = random.pick(revoked)
  const { status, requestId } = await callRoute(product, key.secret)
  if (status < 400) witness.violations.push(`${key.id} was revoked, and accepted with ${status}`)
  if (status === 401) key.decisions.add(requestId)
}

export async function callRoute(product: Product, secret: string): Promise<{ status: number; requestId: string }> {
  const answer = await fetch(`${product.url}/gw/notes/crash`, { headers: { 'x-api-key': secret } })
  await answer.arrayBuffer()
  return { status: answer.status, requestId: answer.headers.get('x-request-id') ?? '' }
}

function inState(witness: Witness, state: Witnessed['state']): readonly Witnessed[] {
  return [...witness.keys.values()].filter((key) => key.state === state)
}
