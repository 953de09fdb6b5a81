/**
 * The pure decision with what a request is decided by: lifetime, app, workspace, api, scopes, CIDR and two limits, over a
 * thousand keys whose parts and counters are in memory. No hash, no look-up, no socket: those are (a) and (d).
 */
import {
  type ApiPart,
  type Ask,
  type IpAddress,
  type KeyPart,
  type WindowPolicy,
  WindowCounter,
  bucketsFor,
  compileRestrictions,
  compileScopes,
  decide,
  parseIp,
} from '../../../packages/core/src/index.ts'
import { type Scenario, serveJobs } from './serve-jobs.ts'

interface Subject {
  readonly key: KeyPart
  readonly version: KeyPart['versions'][number]
  /** The key's own and that of the api, which all keys share. */
  readonly limits: readonly WindowCounter[]
  readonly clientIp: IpAddress
  readonly asked: readonly string[]
}

const restrictions = compileRestrictions([
  { kind: 'ip', mode: 'enforce', allow: ['10.0.0.0/8', '192.0.2.0/24', '198.51.100.0/24', '2001:db8::/32'] },
])

const KEYS = 1_000
const WINDOW_MS = 60_000
const SCOPES = ['invoices.read', 'invoices.write', 'orders.read', 'orders.write', 'reports.read', 'users.read']
const DAY_MS = 86_400_000
/** Time is handed in: it moves as it would at the rate of the target. */
const CALLS_A_MS = 1_000

const startMs = Date.now()
const apiPolicy = policyOf('api', 1e12)
const api: ApiPart = {
  id: 'api_bench',
  workspaceId: 'wsp_bench',
  name: 'bench',
  prefix: 'bench',
  onFeedLoss: { mode: 'deny' },
  limits: [apiPolicy],
  disabledAtMs: undefined,
}
const apiCounter = new WindowCounter(apiPolicy, startMs)
const workspace = { current: { id: 'wsp_bench', disabledAtMs: undefined } }
const apis = [{ current: { ...api, id: 'api_other' } }, { current: api }]

serveJobs(
  Promise.resolve({
    valid: scenarioOf('valid', ['invoices.write', 'orders.read']),
    refused: scenarioOf('scope_missing', ['invoices.write', 'payments.write']),
  }),
)

function scenarioOf(expected: 'valid' | 'scope_missing', asked: readonly string[]): Scenario {
  const subjects = Array.from({ length: KEYS }, (_, nth) => subjectOf(nth, asked))
  let call = 0
  return {
    call(count) {
      for (const end = call + count; call < end; call += 1) {
        const subject = subjects[call % KEYS]
        if (subject === undefined || evaluate(subject, startMs + call / CALLS_A_MS) !== expected)
          throw new Error(`call ${call} was not ${expected}`)
      }
    },
  }
}

/** As a door does it: the rules, then both limits or none. */
function evaluate({ key, version, limits, clientIp, asked }: Subject, nowMs: number): string {
  const ask: Ask = { nowMs, clientIp, apiId: api.id, scopes: asked }
  const { code } = decide(key, version, ask)
  if (code !== 'valid') return code
  for (const limit of limits) if (!limit.admits(1, nowMs)) return 'limit_reached'
  for (const limit of limits) limit.charge(1, nowMs)
  return code
}

function subjectOf(nth: number, asked: readonly string[]): Subject {
  const version = {
    number: 1,
    publicId: `bench${String(nth).padStart(7, '0')}`,
    pepperVersion: 1,
    digest: new Uint8Array(32),
    expiresAtMs: undefined,
    revokedAtMs: undefined,
  }
  const policy = policyOf(`key${nth}`, 1e9)
  const app = {
    id: `app_${nth}`,
    workspaceId: 'wsp_bench',
    name: 'bench',
    owner: undefined,
    plan: undefined,
    limits: [],
    disabledAtMs: undefined,
  }
  const key: KeyPart = {
    id: `key_${nth}`,
    workspace,
    app: { current: app },
    apis,
    environment: 'live',
    scopes: compileScopes([...SCOPES, `own.${nth}`]),
    roles: [],
    plan: undefined,
    apiVersion: undefined,
    dormantAtMs: undefined,
    deletedAtMs: undefined,
    notBeforeAtMs: startMs - DAY_MS,
    expiresAtMs: startMs + 365 * DAY_MS,
    disabledAtMs: undefined,
    revokedAtMs: undefined,
    restrictions,
    limits: [policy],
    versions: [version],
  }
  const limits = [new WindowCounter(policy, startMs), apiCounter]
  return { key, version, limits, clientIp: addressOf(nth), asked }
}

/** One client in four comes over IPv6. */
function addressOf(nth: number): IpAddress {
  const address = parseIp(nth % 4 === 3 ? `2001:db8::${nth.toString(16)}` : `10.0.${nth >>> 8}.${nth & 255}`)
  if (address === undefined) throw new Error(`${nth} has no address`)
  return address
}

function policyOf(id: string, limit: number): WindowPolicy {
  return {
    id,
    name: 'requests',
    kind: 'window',
    class: 'bounded',
    limit,
    windowMs: WINDOW_MS,
    buckets: bucketsFor(WINDOW_MS),
    mode: 'enforce',
    onCounterLoss: 'closed',
  }
}
