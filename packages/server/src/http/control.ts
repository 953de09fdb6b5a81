/** The control API as a listener of node:http. It answers every request that it is handed. */
import { ClavigerError, makeId } from '@claviger/core'
import { getRequestListener } from '@hono/node-server'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createApp } from './app.ts'
import type { ControlOptions } from './control-options.ts'
import { createOpenCalls, isHealthPath } from './open-calls.ts'
import { clavigerErrorOf, problemResponse } from './problem-response.ts'
import { deleteExpired } from './rows.ts'
import { visitOf, type Visit } from './visit.ts'

export interface Control {
  handle(incoming: IncomingMessage, outgoing: ServerResponse): void
  /** From now on new calls get 503 with `Retry-After`; those under way go on. */
  drain(): void
}

const HSTS = 'max-age=31536000; includeSubDomains'
const CLEAN_EVERY_MS = 15 * 60_000

export function createControl(options: ControlOptions): Control {
  const { config, seal, clock, log, store } = options
  const takeOpenCall = createOpenCalls(options)
  const app = createApp(options, takeOpenCall)
  let isDraining = false
  store.jobs.every('http_expired', CLEAN_EVERY_MS, async () => deleteExpired(store.db, new Date(clock.nowMs())))

  const listener = getRequestListener(
    async (request, env) => {
      const made = {
        requestId: makeId('req', clock.nowMs(), seal.randomBytes(10)),
        startedMonotonicMs: clock.monotonicMs(),
      }
      // Of HTTP/1.1 only: main opens no HTTP/2 listener.
      const incoming = env.incoming as IncomingMessage
      try {
        const visit = visitOf(incoming, config.trustedProxies, made)
        return finish(refusalOf(visit, new URL(request.url).pathname) ?? (await app.fetch(request, { visit })), visit)
      } catch (thrown) {
        return finish(problemResponse(clavigerErrorOf(thrown, log, made.requestId), made.requestId), {
          ...made,
          isSecure: false,
        })
      }
    },
    {
      overrideGlobalObjects: false,
      errorHandler: (thrown) => {
        const requestId = makeId('req', clock.nowMs(), seal.randomBytes(10))
        log.debug({ err: thrown, requestId }, 'a request could not be read')
        return finish(problemResponse(new ClavigerError('bad_request', 'This request cannot be read.'), requestId), {
          requestId,
          isSecure: false,
        })
      },
    },
  )

  /** Everywhere, until it is said where, or hosts have routes of their own. */
  function answersOn(host: string): boolean {
    return options.isControlHost(host) || (config.controlHosts.size === 0 && !options.hasHostRoutes())
  }

  /** Before any route: this server, in this role, on this host? */
  function refusalOf(visit: Visit, path: string): Response | undefined {
    const isHealth = isHealthPath(path)
    if (isHealth) takeOpenCall('health', visit)
    if (isDraining && !isHealth) {
      const stopping = new ClavigerError('draining', 'This server is stopping. Ask again in a moment.', {
        retryAfterSeconds: 1,
      })
      return problemResponse(stopping, visit.requestId)
    }
    const isHere = config.roles.has('control') && answersOn(visit.host)
    if (isHealth || isHere) return undefined
    return problemResponse(new ClavigerError('not_found', 'There is nothing here.'), visit.requestId)
  }

  return {
    handle: (incoming, outgoing) => void listener(incoming, outgoing),
    drain: () => {
      isDraining = true
    },
  }
}

/** What every answer carries, whatever it is. */
function finish(response: Response, visit: Pick<Visit, 'requestId' | 'isSecure'>): Response {
  const { headers } = response
  headers.set('X-Request-Id', visit.requestId)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Frame-Options', 'DENY')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  headers.set('Cache-Control', 'no-store')
  if (!headers.has('Content-Security-Policy'))
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  if (visit.isSecure) headers.set('Strict-Transport-Security', HSTS)
  return response
}
