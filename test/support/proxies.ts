/** Starts real proxies on the recipes in `deploy/forward-auth`, with nothing changed but addresses and what is asked. */
import { spawn, type ChildProcess } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from './product.ts'
import { findProgram } from './programs.ts'

const RECIPES = resolve(import.meta.dirname, '../../deploy/forward-auth')
const READY_WITHIN_MS = 10_000

export interface RunningProxy {
  readonly port: number
  /** What it has printed. */
  output(): string
  stop(): Promise<void>
}

interface Wiring {
  readonly clavigerPort: number
  readonly appPort: number
  /** What stands in the place of `api=orders`. */
  readonly question: string
}

interface Kind {
  readonly program: string
  readonly debianPackage: string
  readonly recipe: string
  readonly besides: readonly string[]
  /** What the recipe leaves to the machine, made to work in a folder of the test's own. */
  readonly fit: (recipe: string, port: number) => string
  readonly args: (folder: string) => readonly string[]
}

export const PROXIES = {
  nginx: {
    program: 'nginx',
    debianPackage: 'nginx-light',
    recipe: 'nginx.conf',
    besides: [],
    fit: (recipe, port) =>
      recipe
        .replace('listen 8000;', `listen 127.0.0.1:${port};`)
        .replace('http {', `http { access_log off; ${temporaryPaths()}`),
    args: (folder) => [
      ...['-p', folder, '-c', join(folder, 'nginx.conf')],
      ...['-e', 'stderr', '-g', `daemon off; pid ${folder}/nginx.pid; worker_processes 1;`],
    ],
  },
  caddy: {
    program: 'caddy',
    debianPackage: 'caddy',
    recipe: 'Caddyfile',
    besides: [],
    fit: (recipe, port) =>
      `{\n\tadmin off\n\tauto_https off\n}\n${recipe.replace(':8000 {', `http://:${port} {\n\tbind 127.0.0.1`)}`,
    args: (folder) => ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
  },
  haproxy: {
    program: 'haproxy',
    debianPackage: 'haproxy',
    recipe: 'haproxy.cfg',
    besides: ['claviger.lua'],
    fit: (recipe, port) => recipe.replace('bind :8000', `bind 127.0.0.1:${port}`),
    args: (folder) => ['-db', '-f', join(folder, 'haproxy.cfg')],
  },
} as const satisfies Record<string, Kind>

export type ProxyName = keyof typeof PROXIES

/** Undefined where it is missing on a laptop. @throws where it is missing and CI=true */
export const findProxy = (name: ProxyName): string | undefined =>
  findProgram(PROXIES[name].program, PROXIES[name].debianPackage)

export async function startProxy(name: ProxyName, path: string, wiring: Wiring): Promise<RunningProxy> {
  const kind: Kind = PROXIES[name]
  const folder = await mkdtemp(join(tmpdir(), `claviger-${name}-`))
  const port = await freePort()
  const recipe = (await readFile(join(RECIPES, kind.recipe), 'utf8'))
    .replaceAll('127.0.0.1:7300', `127.0.0.1:${wiring.clavigerPort}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${wiring.appPort}`)
    .replaceAll('api=orders', wiring.question)
  await writeFile(join(folder, kind.recipe), kind.fit(recipe, port))
  for (const file of kind.besides) await copyFile(join(RECIPES, file), join(folder, file))
  const env = { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const child = spawn(path, kind.args(folder), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-50_000)))
  const stop = async (): Promise<void> => {
    await ended(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await listening(port, child)
  } catch (cause) {
    await stop()
    throw new Error(`${name} did not start:\n${printed}`, { cause })
  }
  return { port, output: () => printed, stop }
}

const temporaryPaths = (): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${what};`).join(' ')

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await gone
  clearTimeout(late)
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => done(true)).once('error', () => done(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await new Promise((done) => setTimeout(done, 20))
  }
  throw new Error('nobody listens')
}
