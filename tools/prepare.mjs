/**
 * Makes the checkout ready to run: Node 20 or newer and npm are all that it asks for. Plain JavaScript without
 * packages, because it runs before there are any.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MODULES = join(ROOT, 'node_modules')
const LOCK = join(ROOT, '.install-lock')
const STAMP = join(MODULES, '.claviger-stamp')
/** The project's own Node, whatever started us. */
export const NODE = join(MODULES, 'node', 'bin', 'node')

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What stops us, in words for the person at the keyboard. */
export class Stop extends Error {}

/** Installs the packages if they are missing or not those of the lock file. */
export async function prepare() {
  const major = Number.parseInt(process.versions.node, 10)
  if (major < 20)
    throw new Stop(
      `Claviger needs Node 20 or newer to start, and this is Node ${process.versions.node}. Get a newer one from https://nodejs.org`,
    )
  if (isReady()) return
  requireWritable()
  await lock()
  try {
    // whoever held the lock may have installed the same
    if (!isReady()) await install()
  } finally {
    unlock()
  }
}

/** Everything that a child of ours needs to find the project's own programs. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${join(MODULES, '.bin')}${delimiter}${process.env.PATH ?? ''}` }
}

function isReady() {
  if (!existsSync(NODE)) return false
  const wanted = wantedStamp()
  try {
    if (readFileSync(STAMP, 'utf8') === wanted) return true
  } catch {
    // no stamp: perhaps `npm ci` was run by hand
  }
  if (!installedIsLocked() || !ownNodeRuns()) return false
  writeStamp(wanted)
  return true
}

function wantedStamp() {
  const hash = createHash('sha256').update(readIfThere(join(ROOT, 'package-lock.json')))
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file) : ''
}

/** npm notes what it installed once it is done; compares that note with what is asked for. */
function installedIsLocked() {
  try {
    const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
    const installed = JSON.parse(readFileSync(join(MODULES, '.package-lock.json'), 'utf8')).packages
    return Object.entries(locked).every(([path, entry]) => {
      if (!path.startsWith('node_modules/') || entry.link || entry.optional || entry.peer) return true
      return installed[path]?.version === entry.version && existsSync(join(ROOT, path))
    })
  } catch {
    return false
  }
}

function ownNodeRuns() {
  return spawnSync(NODE, ['--version'], { encoding: 'utf8' }).status === 0
}

/** Only a shortcut for the next start: a checkout that belongs to somebody else works without. */
function writeStamp(text) {
  try {
    writeFileSync(STAMP, text)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error
  }
}

function requireWritable() {
  try {
    accessSync(ROOT, constants.W_OK)
    if (existsSync(MODULES)) accessSync(MODULES, constants.W_OK)
  } catch {
    const state = existsSync(MODULES)
      ? 'the installed packages are not those that this version needs'
      : 'its packages are not installed yet'
    throw new Stop(
      `The checkout ${ROOT} cannot be written by the user '${userName()}', and ${state}. ` +
        'Run npm ci once as its owner (then any user may start it), or make a checkout of your own.',
    )
  }
}

function userName() {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.()}`
  }
}

/** One installation at a time: two at once would pull each other's files away. */
async function lock() {
  for (let said = false; ;) {
    try {
      mkdirSync(LOCK)
      lockedBy([process.pid])
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Stop(`Cannot write in ${ROOT}: ${error.message}`)
    }
    const holders = readIfThere(join(LOCK, 'pids')).toString().split(' ').filter(Boolean).map(Number)
    if (isStale(holders)) unlock()
    else if (!said) {
      said = true
      console.log(`Another process (${holders.join(', ')}) is installing the packages; waiting for it …`)
    }
    await sleep(500)
  }
}

/** npm goes on when we are killed: the lock holds as long as either of us lives. */
function lockedBy(pids) {
  writeFileSync(join(LOCK, 'pids'), pids.join(' '))
}

function unlock() {
  rmSync(LOCK, { recursive: true, force: true })
}

function isStale(holders) {
  // its owner has not written its number yet, or died before it could
  if (holders.length === 0) return Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 5_000
  return !holders.some(isAlive)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

async function install() {
  const locked = existsSync(join(ROOT, 'package-lock.json'))
  console.log(`Installing the packages into ${MODULES} (the first time this takes a minute or so) …`)
  const startedAtMs = Date.now()
  const progress = setInterval(
    () => console.log(`  still installing, ${Math.round((Date.now() - startedAtMs) / 1000)} s`),
    10_000,
  )
  const { status, said } = await runNpm([
    locked ? 'ci' : 'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]).finally(() => clearInterval(progress))
  if (status !== 0)
    throw new Stop(
      `The packages could not be installed. ${inWords(said)}\n${said.trim().split('\n').slice(-15).join('\n')}`,
    )
  if (!existsSync(NODE) || !ownNodeRuns()) {
    throw new Stop(
      `npm installed the packages, but Node 24 is not among them (${NODE}). ` +
        'Install scripts are probably switched off: check `npm config get ignore-scripts`, then delete node_modules and start again.',
    )
  }
  writeStamp(wantedStamp())
  console.log(`  installed in ${Math.round((Date.now() - startedAtMs) / 1000)} s`)
}

function runNpm(args) {
  // `npm start` tells us which npm and which Node it is; our own Node may be about to be replaced
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  const command =
    script !== undefined && node !== undefined && existsSync(script) && !node.startsWith(MODULES)
      ? [node, script]
      : ['npm']
  const child = spawn(command[0], [...command.slice(1), ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'] })
  if (child.pid !== undefined) lockedBy([process.pid, child.pid])
  let interrupted = false
  const interrupt = () => {
    interrupted = true
    child.kill('SIGTERM')
    // npm likes to finish first
    setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
  }
  for (const signal of SIGNALS) process.once(signal, interrupt)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    said = (said + chunk).slice(-20_000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', () =>
      reject(new Stop('npm was not found. Install it along with Node 20 or newer: https://nodejs.org')),
    )
    child.once('close', (status) => {
      for (const signal of SIGNALS) process.removeListener(signal, interrupt)
      if (interrupted) reject(new Stop('Interrupted while installing the packages. The next start begins again.'))
      else resolve({ status, said })
    })
  })
}

function inWords(said) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(said)) {
    return 'The registry of packages cannot be reached: check the network, and the proxy settings of npm if there is a proxy. npm said:'
  }
  if (/ENOSPC|no space left/i.test(said)) return 'The disk is full: about 700 MB are needed. npm said:'
  if (/EACCES|EPERM|EROFS/.test(said))
    return 'A folder cannot be written: npm also needs its cache (npm config get cache). npm said:'
  return 'npm said:'
}
