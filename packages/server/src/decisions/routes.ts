/** The control API of this room: questions about decisions. They read, whatever their method. */
import { defineOperation, type Operation } from '#edge'
import { explainDecision } from './explain-decision.ts'
import type { DecisionsRoom } from './room.ts'
import { explainBody, explanationAnswer, explanationToWire, questionFromWire } from './schemas.ts'

const explainDecisionOperation = defineOperation({
  operationId: 'explainDecision',
  method: 'post',
  path: '/decisions/explain',
  tag: 'decisions',
  summary: 'Ask why a call would be allowed or refused.',
  description:
    'Asks what `keys/verify` asks, and tells every rule with what it found. Nothing is charged, journaled or counted as ' +
    'a use. A key that is unknown and one of another workspace are answered alike.',
  permission: 'decisions.explain',
  errors: ['not_found'],
  body: explainBody,
  status: 200,
  answer: explanationAnswer,
  async handler(room: DecisionsRoom, call, { body }) {
    return explanationToWire(await explainDecision(room, questionFromWire(call.workspaceId, body)))
  },
})

export const decisionsOperations: readonly Operation<DecisionsRoom>[] = [explainDecisionOperation]
