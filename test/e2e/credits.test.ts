/** Credits over the whole product: exactly as many calls as there are units, in one process, and in three of which one is killed. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { engineUrlOf } from '../support/engine.ts'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const UNITS = 1_000
const CLIENTS = 64

let upstream: Awaited<ReturnType<typeof startStandIn>>
let first: Product
let world: World

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  first = await startProduct()
  world = await makeWorld(first, upstream.origin)
})
afterAll(async () => {
  await first?.dispose()
  await upstream?.close()
})

interface Key {
  readonly id: string
  readonly secret: string
}

async function keyWithCredits(limitClass: 'bounded' | 'exact', units: number): Promise<Key> {
  const key = await makeKey(first, world, { limits: [{ kind: 'credits', name: 'credits', class: limitClass }] })
  const { status } = await api(first, 'POST', `/credits/${key.id}/grants`, { units, reference: 'first' })
  expect(status).toBe(201)
  return key
}

/** Calls one after the other until it is stopped: what was answered, and what was under way when the line broke. */
class Client {
  answers = 0
  refusals = 0
  broken = 0
  /** Told that the ledger did not answer in time: on a busy machine. In class exact the unit may be spent all the same. */
  lost = 0
  isStopped = false
  readonly #product: Product
  readonly #secret: string

  constructor(product: Product, secret: string) {
    this.#product = product
    this.#secret = secret
  }

  async run(): Promise<void> {
    while (!this.isStopped) {
      const status = await this.#call()
      if (status === 200) this.answers++
      else if (status === 429) this.refusals++
      else if (status === 503) this.lost++
      else if (status === 'broken') this.broken++
      else if (status !== 'unreachable') throw new Error(`answered ${status}`)
      if (status !== 200) await new Promise((done) => setTimeout(done, 50))
    }
  }

  async #call(): Promise<number | 'broken' | 'unreachable'> {
    try {
      const answer = await fetch(`${this.#product.url}/gw/notes/`, { headers: { 'x-api-key': this.#secret } })
      await answer.arrayBuffer()
      return answer.status
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
      return cause !== undefined && 'code' in cause && cause.code === 'ECONNREFUSED' ? 'unreachable' : 'broken'
    }
  }
}

const sum = (clients: readonly Client[], what: 'answers' | 'broken' | 'lost'): number =>
  clients.reduce((total, client) => total + client[what], 0)

const balanceOf = async (key: Key): Promise<object> => {
  const { balance, reserved } = (await api(first, 'GET', `/credits/${key.id}`)).body
  return { balance, reserved }
}

/** @param nodeId of this process alone: the reference of a spend begins with it */
async function debitsOf(key: Key, nodeId = ''): Promise<number> {
  const entries = Object.values(await first.cliJson(['credits', 'list', key.id, '--limit', '100000']))
  return entries.reduce<number>((total, entry) => {
    const { kind, units, reference } = Object(entry) as Readonly<Record<string, unknown>>
    return kind === 'spend' && String(reference).startsWith(nodeId) ? total - Number(units) : total
  }, 0)
}

async function nodeIdOf(product: Product): Promise<string> {
  const told = async (): Promise<unknown> => Object((await api(product, 'GET', '/status')).body['node']).id
  // One that has just started may not know the operator's key yet.
  await expect.poll(told, { timeout: 10_000 }).toMatch(/^nod_/)
  return String(await told())
}

test('every example of the guide runs', { timeout: 120_000 }, async () => {
  const key = await makeKey(first, world)
  const guide = await readFile(join(ROOT, 'docs/guide/credits.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```sh example\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  expect(blocks.length).toBe(4)
  const [grant = '', correct = '', refund = '', again = ''] = blocks
  const before = await shell(key, [grant, correct])
  expect(before[0]).toMatch(/^kind +grant$/m)
  expect(before[0]).toMatch(/^available +1000$/m)
  expect(before[1]).toMatch(/^kind +adjust$/m)
  expect(before[1]).toMatch(/^balance +900$/m)
  // The limit has arrived at this process with the answer to the update.
  for (let call = 0; call < 5; call++) {
    const answer = await fetch(`${first.url}/gw/notes/`, { headers: { 'x-api-key': key.secret } })
    await answer.arrayBuffer()
    expect(answer.status).toBe(200)
  }
  await expect.poll(async () => balanceOf(key), { timeout: 40_000 }).toEqual({ balance: 895, reserved: 0 })
  const entry = Object.values(await first.cliJson(['credits', 'list', key.id])).find(
    (each) => Object(each).kind === 'spend',
  )
  const after = await shell(key, [refund, again], { ENTRY: String(Object(entry).number) })
  expect(after[0]).toMatch(/^balance +897$/m)
  expect(after[1]?.match(/^balance +1397$/gm)).toHaveLength(2)
})

async function shell(key: Key, blocks: readonly string[], env: object = {}): Promise<readonly string[]> {
  const script = `set -euo pipefail\n${blocks.join('\necho ----\n')}`
  const running = spawn('bash', ['-c', script], {
    cwd: first.dataDir,
    env: {
      ...first.env,
      ...env,
      KEY_ID: key.id,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [running.stdout, running.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const code = await new Promise<number>((done) => running.on('close', (exit) => done(exit ?? -1)))
  expect({ code, printed }).toMatchObject({ code: 0 })
  return printed.split('----\n')
}

test('the commands refuse what cannot be meant, with its place', async () => {
  const key = await keyWithCredits('bounded', 5)
  const cases = [
    [['grant', key.id, 'many'], 2, 'many is not a whole number'],
    [['grant', key.id, '0'], 1, '/units'],
    [['grant', 'key_01k2m5f8r2e9vbt9rpk9w0z5c3', '5'], 1, 'There is no key'],
    [['refund', key.id, '1'], 1, '/entry'],
    [['adjust', key.id, '1'], 2, '--note'],
    [['adjust', key.id, '1', '--units=-6', '--note', 'x'], 1, '5 of 5 units are left'],
    [['settle-node', 'nod_01k2m5f8r2e9vbt9rpk9w0z5c3', '--as', 'free', '--note', 'x'], 1, 'There is no process'],
  ] as const
  for (const [args, code, said] of cases) {
    const ran = await first.cli(['credits', ...args])
    expect({ args, code: ran.code, stderr: ran.stderr }).toMatchObject({ code, stderr: expect.stringContaining(said) })
  }
  expect(await balanceOf(key)).toMatchObject({ balance: 5 })
})

describe(`${UNITS} credits and ${CLIENTS} clients`, { timeout: 180_000 }, () => {
  test.each(['bounded', 'exact'] as const)('in one process, class %s: exactly so many are admitted', async (its) => {
    const key = await keyWithCredits(its, UNITS)
    const clients = Array.from({ length: CLIENTS }, () => new Client(first, key.secret))
    const running = Promise.all(clients.map(async (client) => client.run()))
    try {
      await expect
        .poll(async () => balanceOf(key), { timeout: 60_000, interval: 250 })
        .toEqual({ balance: 0, reserved: 0 })
    } finally {
      for (const client of clients) client.isStopped = true
      await running
    }
    expect(sum(clients, 'broken')).toBe(0)
    expect(sum(clients, 'answers')).toBeLessThanOrEqual(UNITS)
    expect(sum(clients, 'answers')).toBeGreaterThanOrEqual(UNITS - (its === 'exact' ? sum(clients, 'lost') : 0))
    expect(await debitsOf(key)).toBe(UNITS)
  })

  test.each(['bounded', 'exact'] as const)(
    'in three processes of which one is killed, class %s: so many are debited, and no answer is missing but what the victim had in flight',
    async (its) => {
      const key = await keyWithCredits(its, UNITS)
      const beside = {
        DATABASE_URL: engineUrlOf(first.dataDir),
        CLAVIGER_SEAL_KEY_FILE: join(first.dataDir, 'seal.key'),
      }
      const token = { CLAVIGER_TOKEN: first.env['CLAVIGER_TOKEN'] ?? '' }
      const others = await Promise.all([
        startProduct({ ...beside, ...token }, 'without an owner'),
        startProduct({ ...beside, ...token }, 'without an owner'),
      ])
      const [victim] = others
      const products = [first, ...others]
      const clients = Array.from(
        { length: CLIENTS },
        (_, index) => new Client(products[index % products.length] ?? first, key.secret),
      )
      const clientsOf = (product: Product): readonly Client[] =>
        clients.filter((_, index) => products[index % products.length] === product)
      const ofVictim = clientsOf(victim)
      const nodeIds = await Promise.all(products.map(nodeIdOf))
      const running = Promise.all(clients.map(async (client) => client.run()))
      try {
        await expect.poll(() => sum(ofVictim, 'answers'), { timeout: 30_000, interval: 1 }).toBeGreaterThan(60)
        await victim.stop('SIGKILL')
        for (const client of ofVictim) client.isStopped = true
        expect(sum(clients, 'answers')).toBeLessThan(UNITS)
        const { blocks } = (await api(first, 'GET', `/credits/${key.id}`)).body
        expect(blocks).toContainEqual(expect.objectContaining({ node_id: nodeIds[1] }))
        // What it had drawn and not spent comes back with its spool.
        await victim.start()
        await expect
          .poll(async () => balanceOf(key), { timeout: 90_000, interval: 250 })
          .toEqual({ balance: 0, reserved: 0 })
      } finally {
        for (const client of clients) client.isStopped = true
        await running
        for (const product of others) await product.dispose()
      }
      const inFlight = sum(ofVictim, 'broken')
      expect(sum(clients, 'broken')).toBe(inFlight)
      expect(inFlight).toBeLessThanOrEqual(ofVictim.length)
      expect(await debitsOf(key)).toBe(UNITS)
      // Each process for itself: should there ever be too many, this says whose they are.
      for (const [at, product] of products.entries())
        expect(sum(clientsOf(product), 'answers'), `answers of process ${at}`).toBeLessThanOrEqual(
          await debitsOf(key, nodeIds[at]),
        )
      expect(sum(clients, 'answers')).toBeLessThanOrEqual(UNITS)
      expect(sum(clients, 'answers')).toBeGreaterThanOrEqual(
        UNITS - inFlight - (its === 'exact' ? sum(clients, 'lost') : 0),
      )
      const { body } = await api(first, 'POST', '/keys/verify', { key: key.secret })
      expect(body).toMatchObject({ valid: false, code: 'credits_exhausted' })
    },
  )
})
