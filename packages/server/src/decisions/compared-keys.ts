/** The keys of journaled decisions, as they are and as a changed api or role would make them; read when they are first met. */
import type { ApiPart, KeyPart, RolePart } from '@claviger/core'
import type { Compared } from '#keys'
import type { DecisionsRoom } from './room.ts'

export interface ComparedKeys {
  /** Reads those of these keys that are not known yet. */
  load(keyIds: ReadonlySet<string>): Promise<void>
  /** Undefined: there is no such key any more. */
  get(keyId: string): Compared<KeyPart> | undefined
}

/** Of a change of this one key. */
export function oneKey(key: Compared<KeyPart>): ComparedKeys {
  return { load: async () => undefined, get: (keyId) => (keyId === key.unchanged.id ? key : undefined) }
}

const MOST_KEYS = 20_000
const KEYS_PER_READ = 500

/** Of a change of an api, which may be that of every key. */
export function keysOfApi(
  room: Pick<DecisionsRoom, 'keys'>,
  workspaceId: string,
  { unchanged, changed }: Compared<ApiPart>,
): ComparedKeys {
  const withApi = (key: KeyPart, api: ApiPart): KeyPart => ({
    ...key,
    apis: key.apis.map((ref) => (ref.current.id === api.id ? { current: api } : ref)),
  })
  return keysWith(room, workspaceId, (key) => ({ unchanged: withApi(key, unchanged), changed: withApi(key, changed) }))
}

/** Of a change of a role, which may be held by every key. */
export function keysOfRole(
  room: Pick<DecisionsRoom, 'keys'>,
  workspaceId: string,
  { unchanged, changed }: Compared<RolePart>,
): ComparedKeys {
  const withRole = (key: KeyPart, role: RolePart): KeyPart => ({
    ...key,
    roles: key.roles.map((ref) => (ref.current.id === role.id ? { current: role } : ref)),
  })
  return keysWith(room, workspaceId, (key) => ({
    unchanged: withRole(key, unchanged),
    changed: withRole(key, changed),
  }))
}

function keysWith(
  room: Pick<DecisionsRoom, 'keys'>,
  workspaceId: string,
  compare: (key: KeyPart) => Compared<KeyPart>,
): ComparedKeys {
  const known = new Map<string, Compared<KeyPart> | undefined>()
  return {
    async load(keyIds) {
      const missing = [...keyIds].filter((id) => !known.has(id))
      if (missing.length > 0 && known.size + missing.length > MOST_KEYS) known.clear()
      for (let at = 0; at < missing.length; at += KEYS_PER_READ) {
        const ids = missing.slice(at, at + KEYS_PER_READ)
        const keys = await room.keys.read(workspaceId, ids)
        for (const id of ids) {
          const key = keys.get(id)
          known.set(id, key && compare(key))
        }
      }
    },
    get: (keyId) => known.get(keyId),
  }
}
