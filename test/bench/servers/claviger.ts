/** Claviger by its public means: the server's own entry, an admin key from its CLI, everything else over its API. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SERVER_FLAGS } from '../../../tools/server-flags.mjs'
import { UPSTREAM_CREDENTIAL, UPSTREAM_MODEL } from './chat.ts'
import { type RunningServer, freePort, startServer } from './server.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SCOPE = 'chat.write'

export interface RunningClaviger extends RunningServer {
  readonly adminKey: string
  /** @returns the answer's body. @throws with the problem document when it is not 2xx */
  api(method: string, path: string, body?: object): Promise<Record<string, unknown>>
  /** Stops it, puts so many more keys into its database, and starts it again: nothing is cached then. */
  restart(moreKeys: number): Promise<void>
}

export interface SetUp {
  readonly apiId: string
  readonly appId: string
  /** A key with the scope, a CIDR list and a limit: each is checked on every request. */
  readonly key: string
  /** `/gw/{route}` */
  readonly routePath: string
  readonly model: string
}

/** @param settings more of its environment */
export async function startClaviger(settings: Readonly<Record<string, string>> = {}): Promise<RunningClaviger> {
  const port = await freePort()
  const dataDir = mkdtempSync(join(tmpdir(), 'claviger-bench-data-'))
  const env = {
    ...withoutOurs(process.env),
    CLAVIGER_DATA_DIR: dataDir,
    CLAVIGER_LISTEN: `127.0.0.1:${port}`,
    CLAVIGER_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
    ...settings,
  }
  const start = async (): Promise<RunningServer> =>
    startServer({
      name: 'Claviger',
      command: process.execPath,
      args: [...SERVER_FLAGS, '--conditions=@claviger/source', join(ROOT, 'packages/server/src/main.ts')],
      env,
      cwd: ROOT,
      port,
      readyPath: '/readyz',
    })
  let server = await start()
  const adminKey = await createAdminKey(env)
  return {
    name: server.name,
    port,
    get pids() {
      return server.pids
    },
    adminKey,
    api: (method, path, body) => callApi({ port, adminKey, method, path, body }),
    restart: async (moreKeys) => {
      await server.close()
      if (moreKeys > 0) await fillKeys(env, moreKeys)
      server = await start()
    },
    close: async () => {
      await server.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function fillKeys(env: NodeJS.ProcessEnv, count: number): Promise<void> {
  const child = fileURLToPath(new URL('fill-keys.child.ts', import.meta.url))
  await promisify(execFile)(process.execPath, ['--conditions=@claviger/source', child, String(count)], { env })
}

async function createAdminKey(env: NodeJS.ProcessEnv): Promise<string> {
  const args = [join(ROOT, 'packages/cli/bin/claviger.js'), 'admin', 'create-key', '--role', 'owner', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return textOf(JSON.parse(stdout), 'secret')
}

/** One of each: api, app, provider key, route, model, and a key that may use them. */
export async function setUp(claviger: RunningClaviger, upstreamOrigin: string): Promise<SetUp> {
  const apiId = textOf(await claviger.api('POST', '/apis', { name: 'bench', prefix: 'bench', scopes: [SCOPE] }), 'id')
  const appId = textOf(await claviger.api('POST', '/apps', { name: 'bench', owner: 'bench@example.com' }), 'id')
  const providerKey = await claviger.api('POST', '/provider-keys', {
    name: 'bench',
    provider: 'openai',
    origins: [upstreamOrigin],
    secret: UPSTREAM_CREDENTIAL,
  })
  const providerKeyId = textOf(providerKey, 'id')
  const guard = { api_id: apiId, required_scopes: [SCOPE] }
  const route = await claviger.api('POST', '/routes', {
    ...guard,
    name: 'bench',
    upstream_url: upstreamOrigin,
    provider_key_id: providerKeyId,
  })
  const deployments = [{ base_url: `${upstreamOrigin}/v1`, model: UPSTREAM_MODEL, provider_key_id: providerKeyId }]
  await claviger.api('POST', '/models', { ...guard, name: 'bench', deployments })
  const [key] = await createKeys(claviger, { apiId, appId }, 1)
  if (key === undefined) throw new Error('no key')
  return { apiId, appId, key, routePath: textOf(route, 'path'), model: 'bench' }
}

const UNREACHED = { kind: 'window', name: 'requests', limit: 1_000_000_000, window_seconds: 60 }

/** Keys over the API, some at a time. Each has a scope, a CIDR list and a limit that nobody reaches, unless others are given. */
export async function createKeys(
  claviger: RunningClaviger,
  owner: Pick<SetUp, 'apiId' | 'appId'> & { readonly limits?: readonly object[] },
  count: number,
): Promise<string[]> {
  return issueKeys(claviger, count, (nth) => ({
    name: `bench ${nth}`,
    app_id: owner.appId,
    api_ids: [owner.apiId],
    scopes: [SCOPE],
    restrictions: [{ kind: 'ip', allow: ['127.0.0.0/8', '10.0.0.0/8'] }],
    limits: owner.limits ?? [UNREACHED],
  }))
}

/** @returns their secrets */
export async function issueKeys(
  claviger: RunningClaviger,
  count: number,
  bodyOf: (nth: number) => object,
): Promise<string[]> {
  const secrets: string[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) secrets.push(textOf(await claviger.api('POST', '/keys', bodyOf(next++)), 'secret'))
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return secrets
}

/** A request to decide one key, from an address that its CIDR list allows. */
export function verifyBody(key: string, apiId: string): string {
  return JSON.stringify({ key, api_id: apiId, scopes: [SCOPE], client_ip: '10.1.2.3' })
}

/** @throws unless the key is found valid: under load, status and length of an answer are looked at only */
export async function expectValid(claviger: RunningClaviger, key: string, apiId: string): Promise<void> {
  await expectValidBody(claviger, verifyBody(key, apiId))
}

/** @throws unless the answer to that request is a key found valid */
export async function expectValidBody(claviger: RunningClaviger, body: string): Promise<void> {
  const answer = await claviger.api('POST', '/keys/verify', objectOf(JSON.parse(body)))
  if (answer['valid'] !== true) throw new Error(`the key should be valid: ${JSON.stringify(answer)}`)
}

interface ApiCall {
  readonly port: number
  readonly adminKey: string
  readonly method: string
  readonly path: string
  readonly body: object | undefined
}

async function callApi({ port, adminKey, method, path, body }: ApiCall): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  return objectOf(JSON.parse(text))
}

/** The variables of the person who runs this must not change what is measured. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = Object.entries(env).filter(
    ([name]) => !name.startsWith('CLAVIGER_') && name !== 'DATABASE_URL' && name !== 'REDIS_URL',
  )
  return Object.fromEntries(foreign)
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('the answer is not an object')
  return { ...value }
}

function textOf(value: unknown, name: string): string {
  const text = objectOf(value)[name]
  if (typeof text !== 'string') throw new Error(`the answer has no ${name}: ${JSON.stringify(value)}`)
  return text
}
