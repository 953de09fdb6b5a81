/** HTTP edge of the import of hashes. */
import { defineOperation, type Operation } from '#edge'
import { importKeys } from '../import-keys.ts'
import type { KeysRoutesRoom } from '../room.ts'
import { importAnswer, importBody, importOfBody, importToWire, MOST_IMPORTED } from '../schemas-import.ts'

/** Ten thousand items with a SHA-512 in hex and what is told of each. */
const MAX_BODY_BYTES = 16 * 1_048_576

export const importOperations: readonly Operation<KeysRoutesRoom>[] = [
  defineOperation({
    operationId: 'importKeys',
    method: 'post',
    path: '/keys/import',
    tag: 'keys',
    summary: 'Take in keys of another system by their hashes.',
    description:
      `Up to ${MOST_IMPORTED} items in one transaction; each gets its own result, and a bad one does not hold up the ` +
      'others. A hash that was imported before is a duplicate, so an import that broke off is simply repeated. The secrets ' +
      'work from the answer on, as they were handed out. Bodies may have 16 MiB.',
    permission: 'keys.create',
    errors: ['conflict'],
    maxBodyBytes: MAX_BODY_BYTES,
    body: importBody,
    status: 200,
    answer: importAnswer,
    async handler(room: KeysRoutesRoom, call, { body }) {
      const { outcomes, position } = await importKeys(room, call, importOfBody(body))
      await room.applied(position)
      return importToWire(outcomes, position)
    },
  }),
]
