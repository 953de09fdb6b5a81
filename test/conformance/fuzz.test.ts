/**
 * The whole document against the running product: requests made from its schemas, good ones and almost good ones, and every
 * answer held against what is declared. A new operation joins by standing in the document.
 *
 *   FUZZ_RUNS=100000 FUZZ_SEED=7 npx vitest run --project proof test/conformance/fuzz.test.ts
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, makeKey, makeWorld, startProduct, type Product } from '../support/product.ts'
import { seededRandom, type Random } from '../support/random.ts'
import { readDocument, type DeclaredOperation, type Json, type JsonObject } from './document.ts'
import { createJudge, type Answered } from './judge.ts'
import { NEVER, PINS } from './pins.ts'
import { createPool } from './pool.ts'
import { createRequestMaker, send, someAddress, type MadeRequest } from './requests.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_500)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_125)
const RUN_AT_MOST_MS = 250
/** Good requests to each operation, in the order of the document, before chance decides. */
const WARM_UP = 3
const GOOD_SHARE = 0.45
/** Requests under way together. The story of a seed is the same as far as their order lets it. */
const AT_ONCE = 4
const TWICE_SHARE = 0.2
const SHOWN = 25
/** Its pin waits for a ledger. */
const SLOW = 'refundCredits'

/** Of good requests to an operation that has pins. */
const PINNED_SHARE = 0.4
/** Of the operations: so many succeed at least once, or the requests are no good. Those that cannot are named, with the reason. */
const REACHED_AT_LEAST = 0.95
/** Good requests to each operation that chance did not get through to. */
const LAST_CHANCES = 25

const document = readDocument()
const judge = createJudge(document)
let product: Product

beforeAll(async () => {
  product = await startProduct({ CLAVIGER_TRUSTED_PROXIES: '127.0.0.1', CLAVIGER_LOG_LEVEL: 'error' })
})
afterAll(async () => product?.dispose())

test(`${RUNS} requests are answered as the document says`, { timeout: 60_000 + RUNS * RUN_AT_MOST_MS }, async () => {
  process.stdout.write(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}\n`)
  const random = seededRandom(SEED)
  const { body: me } = await api(product, 'GET', '/me')
  const pool = createPool(new Set([String(me['admin_key_id'] ?? me['id'])]))
  await makeKey(product, await makeWorld(product, 'https://api.example.com'))
  for (const { path, method } of document.operations)
    if (method === 'GET' && !path.includes('{'))
      pool.learn((await api(product, 'GET', path.slice('/api/v1'.length))).body as JsonObject)
  const maker = createRequestMaker(document, pool, random)
  const faults = new Map<string, string>()
  const succeeded = new Set<string>()
  const answers = new Map<number, number>()

  const judged = (operation: DeclaredOperation, made: MadeRequest, answer: Answered): void => {
    answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
    for (const fault of faultsOf(operation, made, answer)) {
      const name = `${operation.id}: ${fault.slice(0, 300)}`
      if (!faults.has(name)) faults.set(name, described(made, answer))
    }
    if (answer.status >= 300) return
    succeeded.add(operation.id)
    if (answer.text !== '') pool.learn(JSON.parse(answer.text) as Json)
  }

  for (let run = 0; run < RUNS; run += AT_ONCE) {
    const drawn: Drawn[] = []
    for (let index = 0; index < Math.min(AT_ONCE, RUNS - run); index++) {
      const operation = nextOperation(run + index, random)
      const isGood = run < document.operations.length * WARM_UP || random.next() < GOOD_SHARE
      // one that is slow to make is left to the last chances
      const pin = isGood && random.next() < PINNED_SHARE && operation.id !== SLOW ? PINS[operation.id] : undefined
      const made = isGood ? maker.good(operation, await pin?.(product)) : maker.spoiled(operation)
      const credential = random.next() < 0.01 ? {} : asOwner()
      drawn.push({ operation, made, more: { ...credential, 'x-forwarded-for': someAddress(random) } })
    }
    // the same twice at once, now and then: what a race breaks must be a conflict, not a fault of ours
    const [first] = drawn
    const sent = first !== undefined && random.next() < TWICE_SHARE ? [...drawn, first] : drawn
    const got = await Promise.all(sent.map(async ({ made, more }) => send(product.url, made, more)))
    for (const [index, { operation, made }] of sent.entries()) {
      const answer = got[index]
      if (answer !== undefined) judged(operation, made, answer)
    }
  }

  for (const operation of document.operations) {
    for (let chance = 0; chance < LAST_CHANCES && !succeeded.has(operation.id); chance++) {
      if (NEVER[operation.id] !== undefined) break
      const made = maker.good(operation, await PINS[operation.id]?.(product))
      judged(operation, made, await send(product.url, made, { ...asOwner(), 'x-forwarded-for': someAddress(random) }))
    }
  }

  process.stdout.write(`answers: ${JSON.stringify(Object.fromEntries(answers))}\n`)
  const shown = [...faults].slice(0, SHOWN).map(([name, detail]) => `${name}\n  ${detail}`)
  expect(shown.join('\n'), `${faults.size} kinds of faults; FUZZ_SEED=${SEED}\n${product.output().slice(-4_000)}`).toBe(
    '',
  )
  const never = document.operations.map(({ id }) => id).filter((id) => !succeeded.has(id))
  process.stdout.write(`never answered with success: ${never.join(', ')}\n`)
  const unexplained = never.filter((id) => NEVER[id] === undefined)
  expect(unexplained, 'Give their schemas better examples, or say in pins.ts what must stand in them.').toEqual([])
  expect(succeeded.size / document.operations.length).toBeGreaterThanOrEqual(REACHED_AT_LEAST)
})

interface Drawn {
  readonly operation: DeclaredOperation
  readonly made: MadeRequest
  readonly more: Readonly<Record<string, string>>
}

const asOwner = (): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`,
})

function nextOperation(run: number, random: Random): DeclaredOperation {
  const { operations } = document
  return (
    (run < operations.length * WARM_UP ? operations[run % operations.length] : undefined) ?? random.pick(operations)
  )
}

function faultsOf(operation: DeclaredOperation, made: MadeRequest, answer: Answered): readonly string[] {
  const isLax = answer.status < 300 && !judge.allows(operation, made.body)
  const lax = isLax ? ['a body that the document forbids was taken'] : []
  return [...lax, ...judge.faultsOf(operation, answer)]
}

function described({ method, target, headers, body }: MadeRequest, { status, text }: Answered): string {
  const sent = body === undefined ? '' : String(body).slice(0, 600)
  return `${method} ${target.slice(0, 300)} ${JSON.stringify(headers)} ${JSON.stringify(sent)} → ${status} ${text.slice(0, 600)}`
}
