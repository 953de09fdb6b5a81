/** What must be there after a crash, looked at from outside: with the keys themselves and over the API. */
import { setTimeout as sleep } from 'node:timers/promises'
import { api, type Product, type World } from '../support/product.ts'
import { callRoute, type Witness, type Witnessed } from './load.ts'

/** The next process drains what the dead one left in its spool. */
const DRAINED_WITHIN_MS = 20_000
const AT_ONCE = 6

/** Checks these keys, and writes what is wrong into `witness.violations`. */
export async function checkKeys(
  product: Product,
  world: World,
  witness: Witness,
  keys: readonly Witnessed[],
): Promise<void> {
  const left = [...keys]
  const worker = async (): Promise<void> => {
    // the first violation says it all: what was lost need not be waited for, key by key
    for (let key = left.pop(); key !== undefined && witness.violations.length === 0; key = left.pop()) {
      await checkState(product, world, witness, key)
      await checkEntries(product, witness, key)
      await checkDecisions(product, witness, key)
      key.isFresh = false
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function checkState(product: Product, world: World, witness: Witness, key: Witnessed): Promise<void> {
  const stored = await api(product, 'GET', `/keys/${key.id}`)
  if (stored.status !== 200) {
    witness.violations.push(`${key.id} was created, and reading it answers ${stored.status}`)
    return
  }
  const isRevoked = stored.body['revoked_at'] !== null
  if (isRevoked && key.state === 'living') witness.violations.push(`${key.id} lives, and is stored as revoked`)
  if (!isRevoked && key.state === 'revoked') witness.violations.push(`${key.id} was revoked, and is stored as living`)
  // whichever way an unanswered revocation went, from now on it stays so
  key.state = isRevoked ? 'revoked' : 'living'

  const called = await callRoute(product, key.secret)
  const expected = isRevoked ? 401 : 200
  if (called.status !== expected) witness.violations.push(`${key.id} got ${called.status} for ${expected} on the route`)
  else key.decisions.add(called.requestId)
  const verified = await api(product, 'POST', '/keys/verify', { key: key.secret, api_id: world.apiId })
  if (verified.status !== 200 || verified.body['valid'] === isRevoked)
    witness.violations.push(`${key.id} (${key.state}) was verified as ${JSON.stringify(verified.body)}`)
}

async function checkEntries(product: Product, witness: Witness, key: Witnessed): Promise<void> {
  const outcomes = await listed(product, `/audit?resource_id=${key.id}`, 'outcome')
  // a call that was refused while the database was away is recorded too, as refused: only what took effect counts here
  const operations = (await listed(product, `/audit?resource_id=${key.id}`, 'operation')).filter(
    (_, index) => outcomes[index] === 'success',
  )
  const wanted = key.state === 'revoked' ? ['keys.revoke', 'keys.create'] : ['keys.create']
  const changes = operations.filter((operation) => wanted.includes(operation))
  if (changes.join() !== wanted.join())
    witness.violations.push(`${key.id} (${key.state}) has the audit entries ${operations.join() || 'none'}`)
}

async function checkDecisions(product: Product, witness: Witness, key: Witnessed): Promise<void> {
  const deadlineMs = performance.now() + DRAINED_WITHIN_MS
  for (;;) {
    const journaled = new Set(await listed(product, `/decisions?key_id=${key.id}&limit=100`, 'request_id'))
    const missing = [...key.decisions].filter((requestId) => !journaled.has(requestId))
    if (missing.length === 0) return
    if (performance.now() > deadlineMs) {
      witness.violations.push(`${key.id} lost ${missing.length} of ${key.decisions.size} decisions: ${missing[0]}`)
      return
    }
    await sleep(100)
  }
}

/** One member of all items of a list, through all its pages. */
async function listed(product: Product, path: string, member: string): Promise<readonly string[]> {
  const found: string[] = []
  for (let cursor = ''; ;) {
    const { status, body } = await api(product, 'GET', `${path}${cursor}`)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    const data: unknown = body['data']
    if (!Array.isArray(data)) throw new Error(`GET ${path}: no list`)
    found.push(...data.map((item: Record<string, unknown>) => String(item[member])))
    if (typeof body['next_cursor'] !== 'string') return found
    cursor = `&cursor=${encodeURIComponent(body['next_cursor'])}`
  }
}
