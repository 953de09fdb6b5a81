/** How each declared refusal is provoked: by code for all operations, and by operation where the code means its own thing. */
import { beginUse } from '../../packages/server/src/http/idempotency.ts'
import type { DeclaredOperation, JsonObject } from './document.ts'
import type { Answered } from './judge.ts'
import type { MadeRequest } from './requests.ts'
import { unknownId } from './pool.ts'
import { placeholder, type World } from './world.ts'

export type Way = (world: World, operation: DeclaredOperation) => Promise<Answered>

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
let count = 0

/** The emptiest request: path parameters filled, and no body. */
export function bare({ method, path, parameters }: DeclaredOperation, ids?: ReadonlyMap<string, string>): MadeRequest {
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((all, { name, schema }) => {
      const fallback = placeholder(schema)
      return all.replace(`{${name}}`, ids?.get(fallback.slice(0, 3)) ?? fallback)
    }, path)
  return { method, target: filled, headers: {}, body: undefined }
}

const withBody = (made: MadeRequest, body: string, type = 'application/json'): MadeRequest => ({
  ...made,
  body,
  headers: { ...made.headers, 'content-type': type },
})

/** Sets the clock for one call. */
async function later(world: World, ms: number, ask: () => Promise<Answered>): Promise<Answered> {
  const { identity } = world.doors
  const before = identity.clockMs
  identity.clockMs += ms
  try {
    return await ask()
  } finally {
    identity.clockMs = before
  }
}

const keyed = (made: MadeRequest, key: string): MadeRequest => ({
  ...made,
  headers: { ...made.headers, 'idempotency-key': key },
})

/** As if another process had begun this call, for the request of that id. */
async function begun(world: World, operation: DeclaredOperation, requestId: string) {
  const { store, seal, room, workspaceId } = world.doors.identity
  const made = await world.acceptable(operation)
  const key = `way-${++count}`
  const me = await world.done('GET', '/me')
  const clock = { nowMs: room.nowMs, monotonicMs: () => performance.now() }
  await beginUse(
    { store, seal, clock },
    {
      operation: { operationId: operation.id, secretMembers: [] },
      call: { workspaceId, requestId, operator: { adminKeyId: String(me['admin_key_id']) } },
      key,
      payload: `${made.target.split('?')[0]}\n${String(made.body ?? '')}`,
    },
  )
  return keyed(made, key)
}

/** The least that the operations of the data plane take. */
const QUESTIONS: Readonly<Record<string, string>> = {
  verifyKey: '{"key":"x"}',
  verifyKeys: '{"requests":[{"key":"x"}]}',
  openKey: '{"key":"x"}',
  reportDecisions: '{"batch_id":"b","decisions":[]}',
}

/** For whichever operation declares the code. */
export const BY_CODE: Readonly<Record<string, Way>> = {
  bad_request: async (world, operation) => world.ask(withBody(bare(operation), '{}')),
  bad_path: async (world, operation) => {
    const made = bare(operation)
    return world.ask({ ...made, target: `${made.target}/%2e%2e` })
  },
  bad_header: async (world, operation) => world.ask(bare(operation), { host: 'no host/' }),
  validation_failed: async (world, operation) => {
    const made = bare(operation)
    return world.ask({ ...made, target: `${made.target}?no_such_parameter=1` })
  },
  uri_too_long: async (world, operation) => {
    const made = bare(operation)
    return world.ask({ ...made, target: `${made.target}?x=${'x'.repeat(9_000)}` })
  },
  probing: async (world, operation) => {
    world.doors.world.shieldedForMs = 1_000
    try {
      return await world.ask(bare(operation))
    } finally {
      world.doors.world.shieldedForMs = 0
    }
  },
  feed_lost: async (world, operation) => {
    world.doors.world.feedAgeMs = 60_000
    try {
      return await world.ask(bare(operation))
    } finally {
      world.doors.world.feedAgeMs = 0
    }
  },
  credential_missing: async (world, operation) => world.ask(bare(operation), { authorization: '' }),
  credential_invalid: async (world, operation) =>
    world.ask(bare(operation), { authorization: 'Bearer clv_admin_wrong' }),
  key_expired: async (world, operation) => {
    const expiresAt = new Date(world.doors.identity.clockMs + HOUR_MS).toISOString()
    const { secret } = await world.done('POST', '/admin-keys', { name: 'ends', role: 'owner', expires_at: expiresAt })
    return later(world, 2 * HOUR_MS, async () =>
      world.ask(bare(operation), { authorization: `Bearer ${String(secret)}` }),
    )
  },
  workspace_disabled: async (world, operation) => {
    const { id } = await world.done('POST', '/workspaces', { name: `Disabled ${++count}` })
    const secret = await world.doors.mint('owner', String(id))
    await world.done('PATCH', `/workspaces/${String(id)}`, { disabled: true })
    await world.doors.settled()
    return world.ask(bare(operation), { authorization: `Bearer ${secret}` })
  },
  permission_missing: async (world, operation) => {
    const { id } = await world.done('POST', '/workspaces', { name: `Tenant ${++count}` })
    const role = operation.permission === 'keys.verify' ? 'auditor' : 'verifier'
    const secret = await world.doors.mint(role, String(id))
    await world.doors.settled()
    const question = QUESTIONS[operation.id]
    const made = question === undefined ? bare(operation) : withBody(bare(operation), question)
    return world.ask(made, { authorization: `Bearer ${secret}` })
  },
  not_found: async (world, operation) => world.ask(await world.acceptable(operation)),
  bad_json: async (world, operation) => world.ask(withBody(bare(operation), '{')),
  body_too_large: async (world, operation) => {
    const made = withBody(bare(operation), '{')
    // it is refused for what it says, and then no more is read from it
    return world.ask({ ...made, headers: { ...made.headers, 'content-length': '99999999', connection: 'close' } })
  },
  unsupported_media_type: async (world, operation) => world.ask(withBody(bare(operation), '{}', 'text/plain')),
  idempotency_in_flight: async (world, operation) => world.ask(await begun(world, operation, 'req_of_another_process')),
  idempotency_mismatch: async (world, operation) => {
    const key = `way-${++count}`
    const app = { name: `Mismatch ${count}`, owner: 'ada@example.com' }
    await world.ask(keyed(withBody(bare(world.operation('createApp')), JSON.stringify(app)), key))
    return world.ask(keyed(await world.acceptable(operation), key))
  },
  idempotency_secret_gone: async (world, operation) => {
    const app = { name: `Gone ${++count}`, owner: 'ada@example.com' }
    const made = await world.ask(withBody(bare(world.operation('createApp')), JSON.stringify(app)))
    const again = await begun(world, operation, made.headers.get('x-request-id') ?? '')
    return later(world, 3 * 60_000, async () => world.ask(again))
  },
  precondition_failed: async (world, operation) => {
    const made = { ...(await world.acceptable(operation)), target: bare(operation, world.ids).target }
    return world.ask({ ...made, headers: { ...made.headers, 'if-match': '"999"' } })
  },
}

const newApp = async (world: World): Promise<JsonObject> =>
  world.done('POST', '/apps', { name: `App of a way ${++count}`, owner: `way-${count}@example.com` })

async function newKey(world: World): Promise<JsonObject> {
  const body = { name: `way ${++count}`, app_id: world.ids.get('app'), api_ids: [world.ids.get('api')] }
  return world.done('POST', '/keys', body)
}

const asked = async (world: World, method: string, path: string, body?: object): Promise<Answered> => {
  const made: MadeRequest = { method, target: `/api/v1${path}`, headers: {}, body: undefined }
  return world.ask(body === undefined ? made : withBody(made, JSON.stringify(body)))
}

/** The same creation twice: the name is taken. */
const taken: Way = async (world, operation) => {
  const made = await world.acceptable(operation)
  const named = withBody(made, JSON.stringify({ ...withoutPlaces(made), name: `taken-${++count}` }))
  const first = await world.ask(named)
  if (first.status !== 201) throw new Error(`${operation.id}: ${first.status} ${first.text}`)
  return world.ask(named)
}

/** The body, without hosts and paths: they are taken once, like names. */
function withoutPlaces({ body }: MadeRequest): JsonObject {
  const { hosts: _hosts, paths: _paths, ...rest } = JSON.parse(String(body)) as JsonObject
  return rest
}

/** A change to the name of another one that was made as `create` does. */
const renamed =
  (create: string): Way =>
  async (world, operation) => {
    const other = await world.acceptable(world.operation(create))
    const name = `other-${++count}`
    const made = await world.ask(withBody(other, JSON.stringify({ ...withoutPlaces(other), name })))
    if (made.status !== 201) throw new Error(`${create}: ${made.status} ${made.text}`)
    return world.ask(withBody(bare(operation, world.ids), JSON.stringify({ name })))
  }

/** On a key that was revoked. */
const revoked =
  (method: string, suffix: string, body?: object): Way =>
  async (world) => {
    const { id } = await newKey(world)
    await world.done('POST', `/keys/${String(id)}/revoke`, {})
    return asked(world, method, `/keys/${String(id)}${suffix}`, body)
  }

const ofDisabledApp =
  (path: string, members: object): Way =>
  async (world) => {
    const { id } = await newApp(world)
    await world.done('PATCH', `/apps/${String(id)}`, { disabled: true })
    return asked(world, 'POST', path, { app_id: id, api_ids: [world.ids.get('api')], ...members })
  }

interface Order {
  readonly path: string
  readonly body: object
}
const orderOfApp = async (world: World): Promise<Order> => ({
  path: `/apps/${String((await newApp(world))['id'])}/decommission`,
  body: {},
})
const orderOfOwner = async (world: World): Promise<Order> => ({
  path: '/owners/decommission',
  body: { owner: (await newApp(world))['owner'] },
})
const orderOfKeys = async (): Promise<Order> => ({
  path: '/keys/bulk-revoke',
  body: { filter: { tag: `way-${++count}` } },
})

const unpreviewed =
  (order: (world: World) => Promise<Order>): Way =>
  async (world) => {
    const { path, body } = await order(world)
    await world.done('POST', `${path}/preview`, path.startsWith('/apps') ? undefined : body)
    return asked(world, 'POST', path, { ...body, confirm: 'A'.repeat(43) })
  }

const tooOld =
  (order: (world: World) => Promise<Order>): Way =>
  async (world) => {
    const { path, body } = await order(world)
    const { confirm } = await world.done('POST', `${path}/preview`, path.startsWith('/apps') ? undefined : body)
    return later(world, HOUR_MS, async () => asked(world, 'POST', path, { ...body, confirm }))
  }

/** `operation code`. What a code means for one operation only. */
export const BY_OPERATION: Readonly<Record<string, Way>> = {
  'completeSetup credential_invalid': async (world) =>
    asked(world, 'POST', '/setup', { secret: 'clv_setup_wrong', owner_name: 'Eve' }),
  'completeSetup gone': async (world) => {
    const { id } = await world.done('POST', '/workspaces', { name: `Set up ${++count}` })
    const link = await world.done('POST', `/workspaces/${String(id)}/setup-links`)
    const body = { secret: String(link['setup_url']).split('#')[1], owner_name: 'Eve' }
    await world.done('POST', '/setup', body)
    return asked(world, 'POST', '/setup', body)
  },
  'revokeAdminKey conflict': async (world) => {
    const { id } = await world.done('POST', '/workspaces', { name: `Last ${++count}` })
    const secret = await world.doors.mint('owner', String(id))
    const me = await world.doors.call('GET', '/api/v1/me', { as: secret })
    const revoke = {
      method: 'POST',
      target: `/api/v1/admin-keys/${me.body.admin_key_id}/revoke`,
      headers: {},
      body: undefined,
    }
    return world.ask(revoke, { authorization: `Bearer ${secret}` })
  },
  'createWorkspace conflict': taken,
  'updateWorkspace conflict': async (world) =>
    asked(world, 'PATCH', `/workspaces/${world.doors.identity.workspaceId}`, { disabled: true }),
  'createApp conflict': taken,
  'updateApp conflict': renamed('createApp'),
  'createApi conflict': taken,
  'updateApi conflict': renamed('createApi'),
  'deleteApi conflict': async (world) => {
    await newKey(world)
    return asked(world, 'DELETE', `/apis/${world.ids.get('api')}`)
  },
  'createKey conflict': ofDisabledApp('/keys', { name: 'late' }),
  'importKeys conflict': ofDisabledApp('/keys/import', {
    algorithm: 'sha256',
    encoding: 'hex',
    keys: [{ hash: 'a'.repeat(64) }],
  }),
  'updateKey conflict': revoked('PATCH', '', { name: 'late' }),
  'rotateKey conflict': revoked('POST', '/rotate', {}),
  'grantCredits conflict': async (world) => {
    const [path, reference] = [`/credits/${world.ids.get('key')}/grants`, `way-${++count}`]
    await world.done('POST', path, { units: 1, reference })
    return asked(world, 'POST', path, { units: 2, reference })
  },
  'adjustCredits conflict': async (world) => {
    const [path, reference] = [`/credits/${world.ids.get('key')}`, `way-${++count}`]
    const { number: entry } = await world.done('POST', `${path}/grants`, { units: 5 })
    await world.done('POST', `${path}/adjustments`, { entry, units: -1, reference, note: 'x' })
    return asked(world, 'POST', `${path}/adjustments`, { entry, units: -2, reference, note: 'x' })
  },
  'liftShieldBlock not_found': async (world) =>
    asked(world, 'POST', '/shield/lift', { kind: 'key', subject: 'NobodysKey00' }),
  'createPlan conflict': taken,
  'updatePlan conflict': renamed('createPlan'),
  'deletePlan conflict': async (world) => {
    const { id } = await world.done('POST', '/plans', { name: `In use ${++count}` })
    const { id: key } = await newKey(world)
    await world.done('PATCH', `/keys/${String(key)}`, { plan_id: id })
    return asked(world, 'DELETE', `/plans/${String(id)}`)
  },
  'createRole conflict': taken,
  'updateRole conflict': renamed('createRole'),
  'deleteRole conflict': async (world) => {
    const { id } = await world.done('POST', '/roles', { name: `Held ${++count}` })
    const { id: key } = await newKey(world)
    await world.done('PATCH', `/keys/${String(key)}`, { role_ids: [id] })
    return asked(world, 'DELETE', `/roles/${String(id)}`)
  },
  'verifyKey validation_failed': async (world, operation) => world.ask(withBody(bare(operation), '{}')),
  'verifyKeys validation_failed': async (world, operation) => world.ask(withBody(bare(operation), '{}')),
  'openKey validation_failed': async (world, operation) => world.ask(withBody(bare(operation), '{}')),
  'reportDecisions validation_failed': async (world, operation) => world.ask(withBody(bare(operation), '{}')),
  'verifyKey query_credential': keyInQuery,
  'verifyKeys query_credential': keyInQuery,
  'openKey query_credential': keyInQuery,
  'reportDecisions query_credential': keyInQuery,
  'explainDecision not_found': async (world) =>
    asked(world, 'POST', '/decisions/explain', { key_id: unknownId('key'), api_id: world.ids.get('api') }),
  'previewChange not_found': async (world) =>
    asked(world, 'POST', '/decisions/dry-run', { key: { id: unknownId('key'), name: 'x' } }),
  'wakeKey conflict': revoked('POST', '/wake'),
  'restoreKey gone': async (world) => {
    const { id } = await newKey(world)
    await world.done('DELETE', `/keys/${String(id)}`)
    return later(world, 31 * DAY_MS, async () => asked(world, 'POST', `/keys/${String(id)}/restore`))
  },
  'revokeKeys conflict': unpreviewed(orderOfKeys),
  'revokeKeys gone': tooOld(orderOfKeys),
  'decommissionApp conflict': unpreviewed(orderOfApp),
  'decommissionApp gone': tooOld(orderOfApp),
  'decommissionOwner conflict': unpreviewed(orderOfOwner),
  'decommissionOwner gone': tooOld(orderOfOwner),
  'createProviderKey conflict': taken,
  'updateProviderKey conflict': renamed('createProviderKey'),
  'createRoute conflict': taken,
  'updateRoute conflict': renamed('createRoute'),
  'createModel conflict': taken,
  'updateModel conflict': renamed('createModel'),
}

async function keyInQuery(world: World, operation: DeclaredOperation) {
  const made = withBody(bare(operation), QUESTIONS[operation.id] ?? '')
  const { secret } = await newKey(world)
  return world.ask({ ...made, target: `${made.target}?key=${String(secret)}` })
}

const ELSEWHERE = 'The data plane answers it; packages/gateway/src/fronts/verify*.proof.test.ts prove it there.'

/** What is declared and not provoked here, and why. By code, or by operation and code. */
export const NOT_PROVOKED: Readonly<Record<string, string>> = {
  store_unavailable:
    'Needs a connection that dies under the call: http/control.proof.test.ts and test/e2e/failure-modes.',
  draining: 'Ends the server: the last test of refusals.test.ts asks every operation at once.',
  'completeSetup limit_reached': 'Uses up what an address may ask: http/open-calls.proof.test.ts.',
  'previewChange overloaded': 'Needs more calls at once than may run: http/dry-run.proof.test.ts.',
  'refundCredits conflict': 'Needs units that a call spent: usage/credits.proof.test.ts.',
  'settleNodeCredits conflict': 'Needs another process, one that lives or holds more: test/e2e/credits.test.ts.',
  'verifyKeys bad_request': 'Is for messages that are no HTTP: packages/gateway/src/http/hostile.proof.test.ts.',
  'openKey bad_request': 'Is for messages that are no HTTP: packages/gateway/src/http/hostile.proof.test.ts.',
  'reportDecisions bad_request': 'Is for messages that are no HTTP: packages/gateway/src/http/hostile.proof.test.ts.',
  'verifyKey bad_request': 'Is for messages that are no HTTP: packages/gateway/src/http/hostile.proof.test.ts.',
  'verifyKey probing': ELSEWHERE,
  'verifyKeys probing': ELSEWHERE,
  'openKey probing': ELSEWHERE,
  'reportDecisions probing': ELSEWHERE,
  'verifyKey feed_lost': ELSEWHERE,
  'verifyKeys feed_lost': ELSEWHERE,
  'openKey feed_lost': ELSEWHERE,
  'reportDecisions feed_lost': ELSEWHERE,
  'verifyKey unavailable': ELSEWHERE,
  'verifyKeys unavailable': ELSEWHERE,
  'openKey unavailable': ELSEWHERE,
  'reportDecisions unavailable': ELSEWHERE,
  'verifyKey counters_unavailable': ELSEWHERE,
  'verifyKey journal_full': ELSEWHERE,
  'reportDecisions journal_full': ELSEWHERE,
}

/** Undefined: it can be provoked. */
export function whyNot(operation: DeclaredOperation, code: string): string | undefined {
  if (code === 'bad_request' && operation.body !== undefined)
    return 'Only who goes away within its body gets it, and cannot read it any more: http/hostile.proof.test.ts.'
  return NOT_PROVOKED[code] ?? NOT_PROVOKED[`${operation.id} ${code}`]
}
