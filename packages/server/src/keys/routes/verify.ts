/** Decisions about presented keys: the data plane answers all of it. */
import { describeOperation, type Operation } from '#edge'
import { openAnswer, openBody, reportAnswer, reportBody } from '../schemas-embedded.ts'
import { verifyAnswer, verifyBatchAnswer, verifyBatchBody, verifyBody } from '../schemas-verify.ts'

const verifyKey = describeOperation({
  operationId: 'verifyKey',
  method: 'post',
  path: '/keys/verify',
  tag: 'keys',
  summary: 'Ask whether a presented key is good.',
  description:
    'Always 200 for a caller that may ask: `valid` and `code` are the decision. An unknown key is answered in one shape, ' +
    'whatever is wrong with it. A decision for a key that is known is journaled, and limits are charged when it is valid.',
  permission: 'keys.verify',
  errors: ['counters_unavailable', 'journal_full'],
  body: verifyBody,
  status: 200,
  answer: verifyAnswer,
})

const verifyKeys = describeOperation({
  operationId: 'verifyKeys',
  method: 'post',
  path: '/keys/verify/batch',
  tag: 'keys',
  summary: 'Ask about up to 100 keys.',
  description:
    'Each request is decided for itself, in their order, like one of `POST /keys/verify`; a wrong request refuses all of them ' +
    'before anything is decided. Each result has a `request_id` of its own.',
  permission: 'keys.verify',
  body: verifyBatchBody,
  status: 200,
  answer: verifyBatchAnswer,
})

const openKey = describeOperation({
  operationId: 'openKey',
  method: 'post',
  path: '/keys/verify/open',
  tag: 'keys',
  summary: 'Ask for all that is needed to decide about a presented key elsewhere.',
  description:
    'For embedded verifiers (the SDK): nothing is decided, charged or journaled. What is answered holds until ' +
    '`GET /keys/changes`, an event stream, names one of its ids.',
  permission: 'keys.verify',
  body: openBody,
  status: 200,
  answer: openAnswer,
})

const reportDecisions = describeOperation({
  operationId: 'reportDecisions',
  method: 'post',
  path: '/keys/verify/report',
  tag: 'keys',
  summary: 'Tell what was decided elsewhere.',
  description: 'It goes into the journal and so into usage, added up: a line stands for `count` decisions.',
  permission: 'keys.verify',
  errors: ['journal_full'],
  body: reportBody,
  status: 200,
  answer: reportAnswer,
})

export const verifyOperations: readonly Operation<unknown>[] = [verifyKey, verifyKeys, openKey, reportDecisions]
