/** Where the embedded engine's programs, cluster and socket are, and who runs it. */
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { diskFullError, isDiskFull, messageOf, StartError, systemCode } from '#config'
import { findEngineFiles, type EngineFiles } from './engine-files.ts'
import { canTraverse, unprivilegedUser, userOfUid, type EngineUser } from './user.ts'

export interface Place {
  readonly files: EngineFiles
  /** Holds the cluster, its log and nothing else of ours when it is not the data directory itself. */
  readonly homeDir: string
  readonly clusterDir: string
  readonly logFile: string
  readonly socketDir: string
  /** Undefined: the engine runs as this process's own user. */
  readonly user: EngineUser | undefined
  /** What was put elsewhere than asked, for people. */
  readonly notes: readonly string[]
}

/** Where root puts what an unprivileged user could not reach in the place asked for. */
const SHARED_HOME = '/var/lib/claviger'
/** Remembers the move, so that a later change of folder modes does not hide the database. */
const POINTER = 'postgres.location'
/** A Unix socket's path has at most 107 bytes on Linux, 103 on macOS. */
const SOCKET_PATH_MAX_BYTES = 100

/** @throws StartError when the data directory cannot be used */
export function findPlace(dataDir: string): Place {
  const notes: string[] = []
  makeWritable(dataDir)
  const newUser = unprivilegedUser()
  const homeDir = findHome(dataDir, newUser, notes)
  const clusterDir = join(homeDir, 'postgres')
  const user = clusterUser(clusterDir, newUser)
  const files = reachableFiles(findEngineFiles(), user, notes)
  return {
    files,
    homeDir,
    clusterDir,
    logFile: join(homeDir, 'postgres.log'),
    socketDir: findSocketDir(clusterDir, user),
    user,
    notes,
  }
}

/** @throws StartError `disk_full`, `data_dir_not_writable` */
export function makeWritable(dataDir: string): void {
  try {
    // root leaves the folder passable, because the engine's user has to pass; what is secret in it is closed by itself
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw dataDirError(dataDir, cause)
  }
}

/** Why a folder of ours cannot be used. */
export function dataDirError(dataDir: string, cause: unknown): StartError {
  if (isDiskFull(cause)) return diskFullError(dataDir, cause)
  const reason = {
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'part of the path is a file',
    EEXIST: 'it is a file',
  }[systemCode(cause) ?? '']
  return new StartError(
    'data_dir_not_writable',
    `The data directory ${dataDir} cannot be written: ${reason ?? messageOf(cause)}. Mend that, or set CLAVIGER_DATA_DIR to another folder.`,
    { cause },
  )
}

function findHome(dataDir: string, newUser: EngineUser | undefined, notes: string[]): string {
  const real = realpathSync(dataDir)
  const pointer = join(real, POINTER)
  if (!existsSync(pointer)) {
    if (newUser === undefined || existsSync(join(real, 'postgres')) || canTraverse(real, newUser)) return real
    notes.push(`PostgreSQL does not run as root, and the user '${newUser.name}' that it runs as cannot reach ${real}`)
    choosePlaceElsewhere(real, pointer)
  }
  const home = readFileSync(pointer, 'utf8').trim()
  if (!existsSync(home)) {
    throw new StartError(
      'data_dir_foreign',
      `The database of ${dataDir} was in ${home}, and it is not there any more. Put it back, or delete ${pointer} to begin with an empty database.`,
    )
  }
  notes.push(`the database of ${dataDir} is in ${home}`)
  return home
}

/** Notes a new home, once: of two processes that start at the same time, the quicker one chooses. */
function choosePlaceElsewhere(dataDir: string, pointer: string): void {
  const name = join(SHARED_HOME, folderNameOf(dataDir))
  // an earlier folder of this name may have been deleted; its database is not the one of this folder
  let home = name
  for (let next = 2; existsSync(join(home, 'postgres')); next += 1) home = `${name}.${next}`
  try {
    mkdirSync(home, { recursive: true, mode: 0o711 })
    writeFileSync(pointer, `${home}\n`, { flag: 'wx' })
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw dataDirError(home, cause)
  }
}

/** An existing cluster is run by its owner: PostgreSQL accepts no one else. */
function clusterUser(clusterDir: string, newUser: EngineUser | undefined): EngineUser | undefined {
  if (!existsSync(clusterDir)) return newUser
  const { uid, gid } = lstatSync(clusterDir)
  const self = process.getuid?.()
  if (self === uid && self !== 0) return undefined
  const owner = userOfUid(uid, gid)
  if (self !== 0) {
    throw new StartError(
      'data_dir_foreign',
      `The database in ${clusterDir} belongs to the user '${owner.name}', and this process runs as another. Start Claviger as '${owner.name}' or as root, or set CLAVIGER_DATA_DIR to another folder.`,
    )
  }
  if (uid === 0)
    throw new StartError(
      'data_dir_foreign',
      `The database in ${clusterDir} belongs to root, and PostgreSQL does not run as root. Give it to another user: chown -R nobody ${clusterDir}`,
    )
  if (!canTraverse(clusterDir, owner)) {
    throw new StartError(
      'data_dir_foreign',
      `The database in ${clusterDir} belongs to the user '${owner.name}', who cannot reach that folder. Open the folders above it: chmod o+x`,
    )
  }
  return owner
}

/** The engine's programs, copied once to where `user` can run them if the checkout is closed to it. */
function reachableFiles(files: EngineFiles, user: EngineUser | undefined, notes: string[]): EngineFiles {
  if (user === undefined) return files
  const needed = ['bin', 'lib', join('share', 'postgresql')]
  if (needed.every((part) => canTraverse(join(files.dir, part), user))) return files
  const copy = join(SHARED_HOME, `engine-${files.version}-${files.platform}`)
  if (!existsSync(copy)) copyWhole(files.dir, copy)
  notes.push(
    `PostgreSQL does not run as root, and the user '${user.name}' that it runs as cannot reach ${files.dir}: a copy in ${copy} is used`,
  )
  return { ...files, dir: copy }
}

function copyWhole(from: string, to: string): void {
  const partial = `${to}.new-${process.pid}`
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
    cpSync(from, partial, { recursive: true, verbatimSymlinks: true })
    openToAll(partial)
    renameSync(partial, to)
  } catch (cause) {
    rmSync(partial, { recursive: true, force: true })
    // another process finished the same copy first
    if (existsSync(to)) return
    throw dataDirError(to, cause)
  }
}

/** The checkout may have been made under a strict umask. */
function openToAll(dir: string): void {
  const stack = [dir]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    chmodSync(next, 0o755)
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) stack.push(path)
      else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644)
    }
  }
}

function findSocketDir(clusterDir: string, user: EngineUser | undefined): string {
  if (Buffer.byteLength(join(clusterDir, '.s.PGSQL.5432.lock')) <= SOCKET_PATH_MAX_BYTES) return clusterDir
  const uid = user?.uid ?? process.getuid?.() ?? 0
  const dir = join(tmpdir(), `claviger-${uid}-${crc32(clusterDir).toString(16)}`)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (user !== undefined && lstatSync(dir).uid === 0) chownSync(dir, user.uid, user.gid)
  const stats = lstatSync(dir)
  // the temporary folder is open to everybody: never trust what somebody else may have put there
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0) {
    throw new StartError(
      'data_dir_foreign',
      `${dir} should be a private folder of this installation, and somebody else made it. Remove it, or choose a shorter CLAVIGER_DATA_DIR.`,
    )
  }
  return dir
}

/** `/root/claviger/data` becomes `root+claviger+data`: readable, and different for every path. */
function folderNameOf(path: string): string {
  const name = path
    .replaceAll('+', '++')
    .split('/')
    .filter((part) => part !== '')
    .join('+')
  return name.length <= 120 ? name : `${crc32(path).toString(16)}+${name.slice(-100)}`
}
