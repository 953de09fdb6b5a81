/** The keys of journaled decisions, as they are and as a change would make them; read when they are first met. */
import type { KeyPart } from '@claviger/core'
import type { Compared } from '#keys'
import type { DecisionsRoom } from './room.ts'
import type { Comparison } from './tried-change.ts'

export interface ComparedKeys {
  /** Reads those of these keys that are not known yet. */
  load(keyIds: ReadonlySet<string>): Promise<void>
  /** Whether it was read, and is still known. */
  has(keyId: string): boolean
  /** Undefined: there is no such key any more. */
  get(keyId: string): Compared<KeyPart> | undefined
}

/** Of a change of this one key. */
export function oneKey(key: Compared<KeyPart>): ComparedKeys {
  const get = (keyId: string) => (keyId === key.unchanged.id ? key : undefined)
  return { load: async () => undefined, has: () => true, get }
}

const MOST_KEYS = 20_000
const KEYS_PER_READ = 500

/** Of a change that may be that of every key. */
export function keysWith(room: Pick<DecisionsRoom, 'keys'>, workspaceId: string, compare: Comparison): ComparedKeys {
  const known = new Map<string, Compared<KeyPart> | undefined>()
  return {
    async load(keyIds) {
      const missing = [...keyIds].filter((id) => !known.has(id))
      if (missing.length > 0 && known.size + missing.length > MOST_KEYS) {
        known.clear()
        missing.splice(0, missing.length, ...keyIds)
      }
      for (let at = 0; at < missing.length; at += KEYS_PER_READ) {
        const ids = missing.slice(at, at + KEYS_PER_READ)
        const keys = await room.keys.read(workspaceId, ids)
        for (const id of ids) {
          const key = keys.get(id)
          known.set(id, key && compare(key))
        }
      }
    },
    has: (keyId) => known.has(keyId),
    get: (keyId) => known.get(keyId),
  }
}
