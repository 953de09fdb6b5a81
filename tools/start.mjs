/** `npm start`: installs what is missing, then becomes the server, in the foreground. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { NODE, prepare, ROOT, Stop, toolEnvironment } from './prepare.mjs'
import { SERVER_FLAGS } from './server-flags.mjs'

try {
  await prepare()
} catch (error) {
  if (!(error instanceof Stop)) throw error
  console.error(`\nClaviger cannot start.\n${error.message}\n`)
  process.exit(1)
}

const args = [
  ...SERVER_FLAGS,
  '--conditions=@claviger/source',
  join(ROOT, 'packages', 'server', 'src', 'main.ts'),
  ...process.argv.slice(2),
]
// compiled modules are kept, so that the next start is faster; where that folder cannot be written, nothing is kept
const env = {
  ...toolEnvironment(),
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(ROOT, 'node_modules', '.cache', 'compiled'),
}

// where Node can, this process becomes the server: nothing in between, signals and exit code are its own
if (typeof process.execve === 'function') process.execve(NODE, [NODE, ...args], env)
else runBeside()

function runBeside() {
  const child = spawn(NODE, args, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches the server by itself: a second one would hurry it
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.once('error', (error) => {
    console.error(
      `\nClaviger cannot start: ${NODE} cannot be run (${error.message}). Delete node_modules and start again.\n`,
    )
    process.exit(1)
  })
  child.once('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal]
  })
}
