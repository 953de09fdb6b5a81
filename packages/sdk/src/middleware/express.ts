/** For Express 4 and 5, and whatever else takes `(request, response, next)`. Express itself is not needed to load this. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGuard, type GuardOptions } from './guard.ts'
import { enter } from './node.ts'

export { callerOf, type GuardOptions } from './guard.ts'

/** What of a request of Express is used. */
export type ExpressRequest = IncomingMessage & { readonly originalUrl?: string }

export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** `app.use(guardExpress({ verifier, apiId }))`, or before a single route. */
export function guardExpress(options: GuardOptions): ExpressMiddleware {
  const guard = createGuard(options)
  return (request, response, next) => {
    // below a router, `url` is what is left of it
    const outcome = guard(request, request.originalUrl ?? request.url ?? '/')
    if (!(outcome instanceof Promise)) {
      if (enter(outcome, request, response)) next()
      return
    }
    outcome.then((known) => {
      if (enter(known, request, response)) next()
    }, next)
  }
}
