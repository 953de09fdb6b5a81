/** What a server of Redis or Valkey says of itself, as far as counting depends on it. */

export interface ServerFacts {
  /** Comes anew with each start, and differs between servers. */
  readonly runId: string
  /** A restart loses nothing: every write is on the disk before it is answered, and this server never followed another. */
  readonly keepsAll: boolean
  /** It may throw keys away when its memory is full. */
  readonly mayEvict: boolean
}

/** Sends one command. */
export type Send = (words: readonly string[]) => Promise<unknown>

/** Of a server that was never a replica. */
const NO_FORMER_MASTER = /^0+$/

export async function readServerFacts(send: Send): Promise<ServerFacts> {
  const info = parseInfo(String(await send(['INFO'])))
  const isWrittenThrough = info.get('aof_enabled') === '1' && (await setting(send, 'appendfsync')) === 'always'
  const neverFollowed = info.get('role') === 'master' && NO_FORMER_MASTER.test(info.get('master_replid2') ?? '')
  return {
    runId: info.get('run_id') ?? '',
    keepsAll: isWrittenThrough && neverFollowed,
    mayEvict: info.get('maxmemory') !== '0' && info.get('maxmemory_policy') !== 'noeviction',
  }
}

/** `name:value` in lines, among comments. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) pairs.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return pairs
}

/** Undefined where the server does not let this user read its settings: many that are rented do not. */
async function setting(send: Send, name: string): Promise<string | undefined> {
  try {
    const reply = await send(['CONFIG', 'GET', name])
    return Array.isArray(reply) ? String(reply[1]) : undefined
  } catch {
    return undefined
  }
}
