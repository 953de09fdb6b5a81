/** For plain `node:http`: a listener that only hears what may come in. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createGuard, type GuardOptions, type Outcome } from './guard.ts'

export { callerOf, type GuardOptions } from './guard.ts'

/** Stands before a listener. What is refused is answered here, and the listener never sees it. */
export function guardListener(options: GuardOptions, listener: RequestListener): RequestListener {
  const guard = createGuard(options)
  return (request, response) => {
    const end = (outcome: Outcome): void => {
      if (enter(outcome, request, response)) listener(request, response)
    }
    const outcome = guard(request, request.url ?? '/')
    if (outcome instanceof Promise) void outcome.then(end, (cause: unknown) => response.destroy(asError(cause)))
    else end(outcome)
  }
}

/** @returns whether it may come in; if not, it has been answered */
export function enter(outcome: Outcome, request: IncomingMessage, response: ServerResponse): boolean {
  if (outcome.kind === 'refused') {
    const { status, headers, body } = outcome.refusal
    if (response.headersSent || response.destroyed) return false
    for (const [name, value] of pairs(headers)) response.setHeader(name, value)
    response.statusCode = status
    response.end(body)
    // what is left of the body is thrown away, so that the connection lives on
    request.resume()
    return false
  }
  for (const [name, value] of pairs(outcome.headers)) response.setHeader(name, value)
  return true
}

function* pairs(flat: readonly string[]): Generator<readonly [string, string]> {
  for (let at = 0; at + 1 < flat.length; at += 2) yield [flat[at] ?? '', flat[at + 1] ?? '']
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)))
