/**
 * Portkey's gateway from npm, installed into a folder of its own, in the fastest set-up in which it answers everything:
 * our Node (it is slower on 20 and 22), without its page of logs, and with the `@hono/node-server` of its own lock file.
 * npm alone would take the newest of that range, with which it answers every stream with 500 (docs/benchmarks.md).
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningServer, freePort, startServer } from './server.ts'

const FOLDER = fileURLToPath(new URL('../rivals', import.meta.url))
const ENTRY = join(FOLDER, 'node_modules/@portkey-ai/gateway/build/start-server.js')
const LOCK = join(FOLDER, 'package-lock.json')
/** npm writes it once everything is there. */
const INSTALLED = join(FOLDER, 'node_modules/.package-lock.json')

/** @throws when it is not there and cannot be installed */
export async function startPortkey(): Promise<RunningServer> {
  if (changedAtMs(INSTALLED) < changedAtMs(LOCK)) install()
  const port = await freePort()
  const env = { ...process.env, NODE_ENV: 'production' }
  return startServer({
    name: 'Portkey',
    command: process.execPath,
    args: [ENTRY, `--port=${port}`, '--headless'],
    env,
    cwd: FOLDER,
    port,
    readyPath: '/',
  })
}

/** 0 when there is no such file. */
function changedAtMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function install(): void {
  process.stderr.write('installing @portkey-ai/gateway into test/bench/rivals …\n')
  // By its lock file. Its install script would run patch-package, but the package ships no patches.
  const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--workspaces=false'], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`npm ci in test/bench/rivals failed:\n${done.stderr}`)
}
