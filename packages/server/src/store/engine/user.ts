/** Who the engine runs as: PostgreSQL refuses root, so root lends it an unprivileged user. */
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '#config'

export interface EngineUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const PREFERRED = ['claviger', 'nobody']
const LAST_RESORT: EngineUser = { name: 'nobody', uid: 65_534, gid: 65_534 }

/** The user for a new cluster when this process is root; undefined when it is not: the engine runs as ourselves. */
export function unprivilegedUser(): EngineUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = passwd()
  for (const name of PREFERRED) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid !== 0)
    if (user !== undefined) return user
  }
  return LAST_RESORT
}

/** The user of that number, with its own main group where the system knows it. */
export function userOfUid(uid: number, gid: number): EngineUser {
  return passwd().find((user) => user.uid === uid) ?? { name: `uid ${uid}`, uid, gid }
}

/** Whether `user` may pass through every folder down to `path`, `path` included. Access lists beyond the mode bits are not seen. */
export function canTraverse(path: string, user: EngineUser): boolean {
  for (let dir = path; ; dir = dirname(dir)) {
    if (!hasExecuteBit(dir, user)) return false
    if (dirname(dir) === dir) return true
  }
}

function hasExecuteBit(dir: string, user: EngineUser): boolean {
  try {
    const { mode, uid, gid } = statSync(dir)
    if (uid === user.uid) return (mode & 0o100) !== 0
    if (gid === user.gid) return (mode & 0o010) !== 0
    return (mode & 0o001) !== 0
  } catch (error) {
    // a folder that is still to be made is made so that the engine can pass
    if (systemCode(error) === 'ENOENT') return true
    throw error
  }
}

function passwd(): readonly EngineUser[] {
  let text: string
  try {
    text = readFileSync('/etc/passwd', 'utf8')
  } catch {
    // systems without the file (or with another directory of users) get the last resort
    return []
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name !== undefined && uid !== undefined && gid !== undefined
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : []
  })
}
