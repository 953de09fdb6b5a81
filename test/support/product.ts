/** Runs the product as users run it: its own process, its own data directory, the command line beside it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const SERVER = join(ROOT, 'packages/server/src/main.ts')
const CLI = join(ROOT, 'packages/cli/src/main.ts')
const READY_WITHIN_MS = 40_000

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Product {
  readonly url: string
  readonly dataDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The server's process; a new one after `restart`. */
  readonly process: ChildProcess
  /** What the server has printed so far. */
  output(): string
  /** Runs `claviger …`; `input` goes to its standard input. */
  cli(args: readonly string[], input?: string): Promise<Ran>
  /** The same, under way: for tests that end it. Nothing of what it prints is read. */
  cliProcess(args: readonly string[]): ChildProcess
  /** The same with `--json`, read. @throws when the exit code is not 0 */
  cliJson(args: readonly string[], input?: string): Promise<Record<string, unknown>>
  /** Answers the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>
  start(): Promise<void>
  /** Stops it and removes its data. */
  dispose(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Runs `claviger …` in this environment; `input` goes to its standard input. */
export async function runCli(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  input = '',
): Promise<Ran> {
  const ran = spawn(process.execPath, ['--conditions=@claviger/source', CLI, ...args], {
    env,
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  ran.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  ran.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  ran.stdin.end(input)
  const code = await new Promise<number>((done, fail) => {
    ran.on('error', fail)
    ran.on('close', (exit) => done(exit ?? -1))
  })
  return { code, stdout, stderr }
}

/** Passable, so that the engine of a root's server, which runs as somebody else, keeps its files in it. */
export async function makeDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'claviger-e2e-'))
  await chmod(dir, 0o711)
  return dir
}

/** Starts a server and makes an owner's key for the command line. */
export async function startProduct(
  settings: Readonly<Record<string, string>> = {},
  owner: 'with an owner' | 'without an owner' = 'with an owner',
): Promise<Product> {
  const dataDir = settings['CLAVIGER_DATA_DIR'] ?? (await makeDataDir())
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env: Record<string, string | undefined> = {
    ...process.env,
    CLAVIGER_DATA_DIR: dataDir,
    CLAVIGER_LISTEN: `127.0.0.1:${port}`,
    CLAVIGER_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1,localhost',
    CLAVIGER_LOG_LEVEL: 'warn',
    CLAVIGER_URL: url,
    NODE_OPTIONS: undefined,
    VITEST: undefined,
    NODE_ENV: undefined,
    ...settings,
  }
  let child: ChildProcess | undefined
  let printed = ''

  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, ['--conditions=@claviger/source', SERVER], {
      env,
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-200_000)
      })
    }
    const deadlineMs = Date.now() + READY_WITHIN_MS
    while (Date.now() < deadlineMs) {
      if (started.exitCode !== null) throw new Error(`The server ended with ${started.exitCode}:\n${printed}`)
      const answer = await fetch(`${url}/readyz`).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.status === 200) return
      await new Promise((done) => setTimeout(done, 20))
    }
    throw new Error(`The server was not ready in time:\n${printed}`)
  }

  const cli = async (args: readonly string[], input = ''): Promise<Ran> => runCli(env, args, input)

  const cliProcess = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, ['--conditions=@claviger/source', CLI, ...args], { env, cwd: ROOT, stdio: 'ignore' })

  const cliJson = async (args: readonly string[], input = ''): Promise<Record<string, unknown>> => {
    const ran = await cli([...args, '--json'], input)
    if (ran.code !== 0) throw new Error(`claviger ${args.join(' ')} ended with ${ran.code}: ${ran.stderr}`)
    const read: unknown = JSON.parse(ran.stdout)
    if (typeof read !== 'object' || read === null) throw new Error(ran.stdout)
    return Object.fromEntries(Object.entries(read))
  }

  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number> => {
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null)
      return running?.exitCode ?? -1
    const ended = new Promise<number>((done) => running.on('exit', (code) => done(code ?? -1)))
    running.kill(signal)
    return ended
  }

  const dispose = async (): Promise<void> => {
    await stop()
    await rm(dataDir, { recursive: true, force: true })
  }

  try {
    await start()
    if (owner === 'with an owner') {
      const key = await cliJson(['admin', 'create-key', '--role', 'owner'])
      env['CLAVIGER_TOKEN'] = String(key['secret'])
    }
  } catch (error) {
    // nobody else knows of it yet
    await dispose()
    throw error
  }
  return {
    url,
    dataDir,
    env,
    get process() {
      if (child === undefined) throw new Error('not started')
      return child
    },
    output: () => printed,
    cli,
    cliProcess,
    cliJson,
    stop,
    start,
    dispose,
  }
}

/** Calls the control API with the owner's key. */
export async function api(
  product: Product,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(`${product.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const read: unknown = text === '' ? {} : JSON.parse(text)
  return {
    status: answer.status,
    body: typeof read === 'object' && read !== null ? Object.fromEntries(Object.entries(read)) : {},
  }
}

export interface World {
  readonly apiId: string
  readonly appId: string
  readonly routeId: string
  readonly modelId: string
}

/** An api, an app, a provider key, the route `notes` and the model `fast`, over one upstream. */
export async function makeWorld(
  product: Product,
  origin: string,
  settings: { readonly route?: object; readonly providerSecret?: string } = {},
): Promise<World> {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await api(product, 'POST', path, body)
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return String(answer.body['id'])
  }
  const apiId = await made('/apis', { name: 'demo', prefix: 'demo', scopes: ['chat', 'notes.read'] })
  const appId = await made('/apps', { name: 'tests', owner: 'tests@example.com' })
  const providerKeyId = await made('/provider-keys', {
    name: 'stand-in',
    provider: 'stand-in',
    origins: [origin],
    secret: settings.providerSecret ?? 'sk-stand-in',
  })
  const routeId = await made('/routes', {
    name: 'notes',
    api_id: apiId,
    upstream_url: `${origin}/echo`,
    required_scopes: ['notes.read'],
    provider_key_id: providerKeyId,
    ...settings.route,
  })
  const modelId = await made('/models', {
    name: 'fast',
    api_id: apiId,
    required_scopes: ['chat'],
    deployments: [{ base_url: `${origin}/v1`, model: 'stand-in-1', provider_key_id: providerKeyId }],
  })
  return { apiId, appId, routeId, modelId }
}

/** Makes a key with all scopes of `makeWorld`. */
export async function makeKey(
  product: Product,
  world: World,
  members: object = {},
): Promise<{ readonly id: string; readonly secret: string }> {
  const answer = await api(product, 'POST', '/keys', {
    name: 'test',
    app_id: world.appId,
    api_ids: [world.apiId],
    scopes: ['chat', 'notes.read'],
    ...members,
  })
  if (answer.status !== 201) throw new Error(`POST /keys: ${answer.status} ${JSON.stringify(answer.body)}`)
  return { id: String(answer.body['id']), secret: String(answer.body['secret']) }
}
