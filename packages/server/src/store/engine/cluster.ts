/** Makes a cluster with initdb, whole or not at all. */
import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { diskFullError, isDiskFull, messageOf, StartError, type Log } from '#config'
import { dataDirError, type Place } from './place.ts'
import { isAlive } from './postmaster-file.ts'

/** The only role in an embedded cluster; its socket stands in a folder that nobody else can enter. */
export const ENGINE_ROLE = 'claviger'
export const ENGINE_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }

const MEBIBYTE = 1024 * 1024
/** Of a new cluster with our schema and its write-ahead log. */
const NEW_CLUSTER_BYTES = 64 * MEBIBYTE

/**
 * Makes sure that the cluster exists and is of our major version. Two processes may do so at once: one cluster stays.
 *
 * @param keepFreeBytes must still be free beside a new cluster
 * @throws StartError `disk_full`, `engine_failed`, `data_dir_newer`
 */
export async function ensureCluster(place: Place, keepFreeBytes: number, log: Log): Promise<void> {
  if (!existsSync(join(place.clusterDir, 'PG_VERSION'))) {
    log.info({ folder: place.clusterDir }, 'making the database')
    removeAbandoned(place.homeDir)
    requireSpace(place.homeDir, keepFreeBytes)
    await makeCluster(place)
  }
  checkVersion(place)
}

/** An installation that would begin with a full disk is not begun. */
function requireSpace(folder: string, keepFreeBytes: number): void {
  const { blocks, bavail, bsize } = statfsSync(folder)
  const freeBytes = bavail * bsize
  // some network file systems do not tell their size
  if (blocks === 0 || freeBytes >= NEW_CLUSTER_BYTES + keepFreeBytes) return
  const [free, needed, kept] = [freeBytes, NEW_CLUSTER_BYTES, keepFreeBytes].map((bytes) =>
    Math.floor(bytes / MEBIBYTE),
  )
  throw new StartError(
    'disk_full',
    `The disk that holds ${folder} has ${free} MB free. A new database needs ${needed} MB, and a disk with less than ${kept} MB free ` +
      'counts as full (CLAVIGER_DISK_STOP_FREE_MB). Free some space, or set CLAVIGER_DATA_DIR to a folder on another disk.',
  )
}

async function makeCluster(place: Place): Promise<void> {
  const partial = join(place.homeDir, `postgres.new-${process.pid}`)
  try {
    mkdirSync(partial, { mode: 0o700 })
    if (place.user !== undefined) chownSync(partial, place.user.uid, place.user.gid)
    await runInitdb(place, partial)
    renameSync(partial, place.clusterDir)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    // another process was quicker: its cluster is as good
    if (existsSync(join(place.clusterDir, 'PG_VERSION'))) return
    throw error instanceof StartError ? error : dataDirError(place.homeDir, error)
  }
}

function runInitdb(place: Place, dir: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(
    join(place.files.dir, 'bin', 'initdb'),
    // the builtin locale depends on no locale of the system; C for messages, so that we can read them
    [
      '-D',
      dir,
      '-U',
      ENGINE_ROLE,
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: ENGINE_ENVIRONMENT, cwd: '/', ...identity(place) },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4000)
  })
  child.once('error', (cause) => reject(spawnError(place, cause)))
  child.once('close', (code, signal) => {
    if (code === 0) resolve()
    else reject(engineError(place, said, `initdb ended with ${signal ?? code}`))
  })
  return promise
}

/** The part of spawn's options that says who the child is. */
export function identity(place: Place): { readonly uid?: number; readonly gid?: number } {
  return place.user === undefined ? {} : { uid: place.user.uid, gid: place.user.gid }
}

export function spawnError(place: Place, cause: unknown): StartError {
  return new StartError(
    'engine_missing',
    `The embedded PostgreSQL in ${place.files.dir} cannot be run on this machine (${messageOf(cause)}). ` +
      'It needs Linux with glibc, or macOS. Run npm install again on this very machine, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    { cause },
  )
}

/** Puts what PostgreSQL said on its way down into words that help. */
export function engineError(place: Place, said: string, ending: string): StartError {
  if (isDiskFull(said)) return diskFullError(place.homeDir, said)
  if (/error while loading shared libraries|Library not loaded/.test(said)) {
    return new StartError(
      'engine_missing',
      `The embedded PostgreSQL in ${place.files.dir} is incomplete. Run: npm rebuild. Then start again.`,
      { cause: said },
    )
  }
  const last = said.trim().split('\n').slice(-3).join(' ')
  return new StartError(
    'engine_failed',
    `The embedded PostgreSQL did not start (${ending}): ${last === '' ? 'it said nothing' : last}`,
    { cause: said },
  )
}

function checkVersion(place: Place): void {
  const major = Number.parseInt(readFileAs(place), 10)
  if (major === place.files.major) return
  const relation = major > place.files.major ? 'newer' : 'older'
  throw new StartError(
    'data_dir_newer',
    `The database in ${place.clusterDir} was made by PostgreSQL ${major}, and this Claviger brings PostgreSQL ${place.files.major}: the database is ${relation}. ` +
      'Start the version of Claviger that made it, take a backup there, and restore it here.',
  )
}

function readFileAs(place: Place): string {
  return readFileSync(join(place.clusterDir, 'PG_VERSION'), 'utf8')
}

/** What a killed process left half made. It only takes space: if it cannot be removed now, it is next time. */
function removeAbandoned(homeDir: string): void {
  for (const name of readdirSync(homeDir)) {
    const pid = /^postgres\.new-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    try {
      rmSync(join(homeDir, name), { recursive: true, force: true })
    } catch {
      // an initdb that outlived its parent may still be writing there
    }
  }
}
