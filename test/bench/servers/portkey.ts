/** Portkey's gateway from npm, installed into a folder of its own the first time it is asked for. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningServer, freePort, startServer } from './server.ts'

const FOLDER = fileURLToPath(new URL('../rivals', import.meta.url))
const ENTRY = join(FOLDER, 'node_modules/@portkey-ai/gateway/build/start-server.js')

/** @throws when it is not there and cannot be installed */
export async function startPortkey(): Promise<RunningServer> {
  if (!existsSync(ENTRY)) install()
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

function install(): void {
  process.stderr.write('installing @portkey-ai/gateway into test/bench/rivals …\n')
  // By its lock file. Its install script would run patch-package, but the package ships no patches.
  const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--workspaces=false'], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`npm ci in test/bench/rivals failed:\n${done.stderr}`)
}
