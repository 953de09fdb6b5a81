/** The control API of this room: questions about decisions. They read, whatever their method. */
import { ClavigerError } from '@claviger/core'
import { defineOperation, type Operation } from '#edge'
import { dryRun } from './dry-run.ts'
import { explainDecision } from './explain-decision.ts'
import type { DecisionsRoom } from './room.ts'
import { changeFromWire, dryRunAnswer, dryRunBody, dryRunToWire } from './schemas-dry-run.ts'
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

const previewChange = defineOperation({
  operationId: 'previewChange',
  method: 'post',
  path: '/decisions/dry-run',
  tag: 'decisions',
  summary: 'Try a change against the decisions of the last days.',
  description:
    'Lists which journaled decisions of a key or an api the change would make otherwise. Nothing is changed. It looks ' +
    'from now backwards, at most at `max_decisions`, and for some seconds: `truncated` says that it did not get to the end.',
  permission: 'decisions.dry_run',
  errors: ['not_found', 'overloaded'],
  body: dryRunBody,
  status: 200,
  answer: dryRunAnswer,
  async handler(room: DecisionsRoom, call, { body }) {
    const change = changeFromWire(body)
    const request = {
      workspaceId: call.workspaceId,
      change,
      days: body.days,
      mostDecisions: body.max_decisions,
      mostSamples: body.samples,
      isGone: call.isGone,
    }
    return dryRunToWire(await placed(`/${change.kind}`, async () => dryRun(room, request)))
  },
})

/** What is wrong with a change stands below the member that names it. */
async function placed<Result>(pointer: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!ClavigerError.is(error) || error.code !== 'validation_failed') throw error
    const errors = error.errors.map((each) => ({ ...each, pointer: pointer + each.pointer }))
    throw new ClavigerError('validation_failed', error.message, { errors, cause: error })
  }
}

export const decisionsOperations: readonly Operation<DecisionsRoom>[] = [explainDecisionOperation, previewChange]
