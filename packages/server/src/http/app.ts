/** The routes of the control API: operations, their description, and what machines ask about the server's health. */
import { ClavigerError } from '@claviger/core'
import { Hono, type Context } from 'hono'
import type { BoundOperation } from '#edge'
import { API_ROOT } from './answer.ts'
import { bindContract } from './contract.ts'
import type { ControlOptions } from './control-options.ts'
import type { TakeOpenCall } from './open-calls.ts'
import { docsPage } from './pages/docs-page.ts'
import { pageResponse } from './pages/html.ts'
import { setupPage } from './pages/setup-page.ts'
import { clavigerErrorOf, problemResponse } from './problem-response.ts'
import { createRunner, type Arrived } from './run-operation.ts'
import type { Visit } from './visit.ts'
import { onceMade, readWrittenDocument } from './written-document.ts'

export interface ControlEnv {
  readonly Bindings: { readonly visit: Visit }
}

export function createApp(options: ControlOptions, takeOpenCall: TakeOpenCall): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>()
  const run = createRunner(options, takeOpenCall)
  for (const [path, operations] of byPath(bindContract(options.rooms))) {
    for (const operation of operations) {
      app.on(operation.method.toUpperCase(), path, async (context) => run(operation, arrivedOf(context)))
    }
    app.all(path, (context) => {
      takeOpenCall('page', context.env.visit)
      return methodNotAllowed(operations, context.env.visit.requestId)
    })
  }
  addPages(app, options, takeOpenCall)
  addHealth(app, options)
  app.onError((thrown, context) =>
    problemResponse(clavigerErrorOf(thrown, options.log, context.env.visit.requestId), context.env.visit.requestId),
  )
  app.notFound((context) => {
    takeOpenCall('page', context.env.visit)
    return problemResponse(new ClavigerError('not_found', 'There is nothing here.'), context.env.visit.requestId)
  })
  return app
}

function addPages(app: Hono<ControlEnv>, { seal }: ControlOptions, takeOpenCall: TakeOpenCall): void {
  const document = onceMade(readWrittenDocument)
  const docs = onceMade(async () => docsPage(JSON.parse(await document())))
  const sha256 = (input: string): Uint8Array => seal.sha256(input)
  const page = (path: string, answer: () => Promise<Response>): void => {
    app.get(path, async (context) => {
      takeOpenCall('page', context.env.visit)
      return answer()
    })
  }
  page(
    '/api/openapi.json',
    async () => new Response(await document(), { headers: { 'Content-Type': 'application/json' } }),
  )
  page('/api/docs', async () => pageResponse(await docs(), sha256))
  page('/api/setup', async () => pageResponse(setupPage, sha256))
}

function addHealth(app: Hono<ControlEnv>, { readiness, metrics }: ControlOptions): void {
  app.get('/healthz', () => plain(200, 'ok\n'))
  app.get('/readyz', () => {
    const { state, reasons } = readiness()
    return plain(state === 'unready' ? 503 : 200, `${[state, ...reasons].join('\n')}\n`)
  })
  app.get('/metrics', () => plain(200, metrics.text(), 'text/plain; version=0.0.4; charset=utf-8'))
}

function plain(status: number, text: string, type = 'text/plain; charset=utf-8'): Response {
  return new Response(text, { status, headers: { 'Content-Type': type } })
}

function arrivedOf(context: Context<ControlEnv>): Arrived {
  const url = new URL(context.req.url)
  return { visit: context.env.visit, params: context.req.param(), path: url.pathname, query: url.searchParams }
}

/** Hono's paths, each with the operations of its methods. Fixed segments go before parameters. */
function byPath(operations: readonly BoundOperation[]): ReadonlyMap<string, readonly BoundOperation[]> {
  const served = operations.filter((operation) => operation.handle !== undefined)
  const paths = new Map<string, BoundOperation[]>()
  for (const operation of served) {
    const path = `${API_ROOT}${operation.path.replaceAll(/\{([a-z_]+)\}/g, ':$1')}`
    paths.set(path, [...(paths.get(path) ?? []), operation])
  }
  return new Map([...paths].toSorted(([one], [other]) => Number(one.includes(':')) - Number(other.includes(':'))))
}

function methodNotAllowed(operations: readonly BoundOperation[], requestId: string): Response {
  const methods = operations.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  const allow = methods.join(', ')
  return problemResponse(
    new ClavigerError('method_not_allowed', `Here one may ${allow}.`, { facts: { allow } }),
    requestId,
  )
}
