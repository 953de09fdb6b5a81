/** Does what was planned, step by step, and stops at the first that is refused: what is done stays done. */
import { UnreachableError, type OperationId } from '@claviger/sdk'
import { settled, textOf } from './pending.ts'
import { isMembers, type Members } from './schema.ts'
import type { Step } from './steps.ts'

export interface Done {
  readonly step: Step
  readonly state: 'done' | 'failed' | 'not tried'
  readonly id?: string
  /** Of a key that was made now: it is nowhere else, unless `keepSecret` took it. */
  readonly secret?: string
  /** Of a step that failed. */
  readonly error?: unknown
}

export interface NewSecret {
  readonly key_id: string
  readonly app: string
  readonly name: string
  readonly secret: string
}

/** What carrying out touches, handed in. */
export interface Hands {
  call(
    operation: OperationId,
    call: {
      readonly params?: object
      readonly body: object
      readonly idempotencyKey?: string
      readonly ifMatch?: string
    },
  ): Promise<object>
  /** Takes a secret before the next key is made; left out: it is answered. */
  readonly keepSecret?: (secret: NewSecret) => Promise<void>
  /** After each step. */
  onDone(done: Done): void
  randomId(): string
  wait(ms: number): Promise<void>
}

const TRIES = 3
const WAIT_MS = 1_000

/** In the order of the steps, one entry for each. */
export async function carryOut(steps: readonly Step[], hands: Hands): Promise<readonly Done[]> {
  const ids = new Map<string, string>()
  const all: Done[] = []
  let isStopped = false
  for (const step of steps) {
    const done: Done = isStopped ? { step, state: 'not tried' } : await tried(step, ids, hands)
    isStopped ||= done.state === 'failed'
    all.push(done)
    hands.onDone(done)
  }
  return all
}

async function tried(step: Step, ids: Map<string, string>, hands: Hands): Promise<Done> {
  try {
    if (step.action === 'unchanged') return { step, state: 'done', id: textOf(step.id) }
    const answer = step.action === 'create' ? await create(step, ids, hands) : await update(step, ids, hands)
    const id = String(answer['id'])
    ids.set(step.place, id)
    const { secret } = answer
    if (step.action !== 'create' || typeof secret !== 'string') return { step, state: 'done', id }
    return await delivered({ step, state: 'done', id, secret }, hands)
  } catch (error) {
    return { step, state: 'failed', error }
  }
}

/** Repeats a creation whose answer did not come: under the same key, one thing is made, and its secret is told once more. */
async function create(step: Step, ids: ReadonlyMap<string, string>, hands: Hands): Promise<Members> {
  const call = { body: bodyOf(step, ids), idempotencyKey: hands.randomId() }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return membersOf(await hands.call(step.kind.create, call))
    } catch (error) {
      if (!(error instanceof UnreachableError) || attempt >= TRIES) throw error
      await hands.wait(WAIT_MS * attempt)
    }
  }
}

/** Refused when somebody else has changed the thing since it was read. */
async function update(step: Step, ids: ReadonlyMap<string, string>, hands: Hands): Promise<Members> {
  const { revision } = step
  return membersOf(
    await hands.call(step.kind.update, {
      params: { id: settled(step.id, ids) },
      body: bodyOf(step, ids),
      ...(revision !== undefined && { ifMatch: `"${revision}"` }),
    }),
  )
}

/** A secret that cannot be kept is answered, with the failure: it must not be lost. */
async function delivered(done: Done & { readonly id: string; readonly secret: string }, hands: Hands): Promise<Done> {
  const { step, id, secret } = done
  if (hands.keepSecret === undefined) return done
  try {
    await hands.keepSecret({ key_id: id, app: step.app ?? '', name: step.name, secret })
    return { step, state: 'done', id }
  } catch (error) {
    return { ...done, state: 'failed', error }
  }
}

function bodyOf(step: Step, ids: ReadonlyMap<string, string>): object {
  return membersOf(settled(step.body, ids))
}

function membersOf(value: unknown): Members {
  if (!isMembers(value)) throw new Error('an object was expected')
  return value
}
