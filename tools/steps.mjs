/** Runs commands as named steps: a line each, output only of those that fail. */
import { spawn } from 'node:child_process'
import { ROOT, toolEnvironment } from './prepare.mjs'

const running = new Set()
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true
    for (const child of running) child.kill(signal)
    process.exitCode = 130
  })
}

/**
 * @param {string} name what the line is called
 * @param {string[]} command program and arguments
 * @param {{ show?: boolean, summary?: (output: string) => string }} options show: print everything as it comes
 * @returns {Promise<boolean>} whether it succeeded
 */
export async function step(name, command, options = {}) {
  if (interrupted) return false
  const startedAtMs = Date.now()
  if (options.show) console.log(`\n── ${name}: ${command.join(' ')}`)
  const child = spawn(command[0], command.slice(1), {
    cwd: ROOT,
    env: toolEnvironment(),
    stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
    })
  }
  const status = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += `${command[0]} cannot be run: ${error.message}`
      resolve(1)
    })
    child.once('close', (code) => resolve(code ?? 1))
  })
  running.delete(child)
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
  const extra = options.summary?.(output) ?? ''
  console.log(
    `${status === 0 ? '✓' : '✗'} ${name.padEnd(6)} ${seconds.padStart(5)} s${extra === '' ? '' : `  ${extra}`}`,
  )
  if (status !== 0 && !options.show) console.log(`${output.trimEnd()}\n`)
  return status === 0
}

/** Runs the jobs in order, `width` at a time; answers whether all succeeded. */
export async function inLanes(width, jobs) {
  const waiting = [...jobs]
  const results = []
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) results.push(await job())
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results.every(Boolean)
}
