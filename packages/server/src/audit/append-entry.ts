/** Appends to the audit log in the caller's transaction: the change and its entry are there together or not at all. */
import { sealOf } from '#seal'
import type { Tx } from '#store'
import type { NewEntry } from './entry.ts'
import { entryFields, type EntryColumns } from './entry-fields.ts'
import { commitmentOf, leafOf, SALT_BYTES } from './leaf.ts'
import { PUBLIC_FIELDS } from './public-fields.ts'
import { redact } from './redact.ts'
import { insertEntry, readNow } from './rows.ts'
import { shortText, storableText } from './text.ts'

const LONGEST_USER_AGENT = 256
const LONGEST_ID = 256

/**
 * Writes one entry. Its time is the database's, so that entries of several nodes have one clock.
 *
 * @throws TypeError for values that have no place in an entry
 */
export async function appendEntry(tx: Tx, entry: NewEntry): Promise<void> {
  const seal = sealOf(tx)
  const hash = await seal.auditHasher(tx, entry.workspaceId)
  const { actor } = entry
  const columns: EntryColumns = {
    at: await readNow(tx),
    workspace_id: entry.workspaceId ?? null,
    actor_type: actor.type,
    actor_id: shortText(actor.id, LONGEST_ID),
    key_id: optional(actor.keyId, LONGEST_ID),
    client_ip: optional(actor.clientIp, LONGEST_ID),
    user_agent: optional(actor.userAgent, LONGEST_USER_AGENT),
    request_id: optional(actor.requestId, LONGEST_ID),
    endpoint: optional(actor.endpoint, LONGEST_ID),
    operation: storableText(entry.operation),
    outcome: entry.outcome,
    status: entry.status,
    duration_ms: Math.max(0, Math.round(entry.durationMs ?? actor.elapsedMs?.() ?? 0)),
    resource_type: storableText(entry.resource.type),
    resource_id: shortText(entry.resource.id, LONGEST_ID),
    facts: redact(entry.values ?? {}, hash, PUBLIC_FIELDS),
  }
  const salts: Record<string, string> = {}
  const commitments = new Map<string, Uint8Array>()
  for (const [name, value] of entryFields(columns)) {
    const salt = seal.randomBytes(SALT_BYTES)
    salts[name] = Buffer.from(salt).toString('hex')
    commitments.set(name, commitmentOf(seal.sha256, salt, name, value))
  }
  await insertEntry(tx, columns, salts, leafOf(seal.sha256, commitments))
}

function optional(text: string | undefined, longest: number): string | null {
  return text === undefined ? null : shortText(text, longest)
}
