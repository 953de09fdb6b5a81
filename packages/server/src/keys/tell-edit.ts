/** What follows a change of something that keys point at: an entry of the audit log, and a change in the feed. */
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import type { Tx } from '#store'
import type { Caller } from './room.ts'

export interface Edit {
  readonly type: 'plan' | 'role'
  readonly id: string
  readonly verb: keyof typeof STATUS
  readonly values: Readonly<Record<string, unknown>>
}

const STATUS = { create: 201, update: 200, delete: 204 } as const

/** @returns where it stands in the feed */
export async function tellEdit(tx: Tx, { workspaceId, actor }: Caller, edit: Edit): Promise<number> {
  const { type, id, verb, values } = edit
  await appendEntry(tx, {
    workspaceId,
    actor,
    operation: `${type}s.${verb}`,
    outcome: 'success',
    status: STATUS[verb],
    resource: { type, id },
    values,
  })
  const detail = verb === 'delete' ? { deleted: true } : {}
  return appendChange(tx, { workspaceId, kind: 'edit', subjectType: type, subjectId: id, detail })
}
