/** For Fastify 4 and 5: an `onRequest` hook. Fastify itself is not needed to load this. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGuard, type GuardOptions } from './guard.ts'
import { enter } from './node.ts'

export { callerOf, type GuardOptions } from './guard.ts'

/** What of a request of Fastify is used. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

/** What of a reply of Fastify is used. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  /** The answer is written here, and Fastify keeps out of it. */
  hijack(): unknown
  header(name: string, value: string): unknown
}

export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<void>

/** `app.addHook('onRequest', guardFastify({ verifier, apiId }))`, or as `onRequest` of one route. */
export function guardFastify(options: GuardOptions): FastifyHook {
  const guard = createGuard(options)
  return async (request, reply) => {
    const { raw } = request
    const outcome = await guard(raw, raw.url ?? '/')
    if (outcome.kind === 'refused') {
      reply.hijack()
      enter(outcome, raw, reply.raw)
      return
    }
    for (let at = 0; at + 1 < outcome.headers.length; at += 2) {
      reply.header(outcome.headers[at] ?? '', outcome.headers[at + 1] ?? '')
    }
  }
}
