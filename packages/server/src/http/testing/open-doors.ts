/**
 * The doors of the data plane beside the control API of a test, over the same database: what is changed over the one is
 * decided on the others. Decisions go into the journal by its own writer, when a test says so.
 */
import { compileCidrs } from '@claviger/core'
import { OpenStreams, createGateway, mount, serverOptions, type DecisionRecord } from '@claviger/gateway'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeDecision, writeJournal } from '#audit'
import { silentLog } from '#config'
import { FeedChangeLog, Verifiers, createForwardAuth, createSnapshots, startHealthChecks } from '#dataplane'
import { createEgress } from '#egress'
import { selectHomeWorkspace } from '#identity'
import { ApiNames } from '#keys'
import { Credentials } from '#vault'
import { openTestControl, type Got, type TestControl } from './open-control.ts'

export interface TestDoors extends TestControl {
  /** What was decided and not written into the journal yet. */
  readonly decided: DecisionRecord[]
  /** Answers whatever it is asked with 200. */
  readonly upstreamUrl: string
  /** Of the data plane, and behind it the control API; without a slash at its end. It believes what 127.0.0.1 forwards. */
  readonly doorsUrl: string
  /** Asks `keys/verify` as the owner. */
  verify(question: object): Promise<Got['body']>
  /** Calls the data plane. @returns the status */
  knock(path: string, options: { readonly method?: string; readonly headers: Record<string, string> }): Promise<number>
  /** Settles when the doors know all that was changed until now. */
  settled(): Promise<void>
  /** Writes what was decided into the journal. */
  flush(): Promise<void>
}

export async function openTestDoors(): Promise<TestDoors> {
  const control = await openTestControl()
  const { store, seal, feed, directory, room } = control.identity
  const clock = { nowMs: room.nowMs, monotonicMs: () => performance.now() }
  const decided: DecisionRecord[] = []
  const egress = createEgress({
    config: { allowPrivateUpstreams: new Set(['127.0.0.1']) },
    log: silentLog,
    credentials: new Credentials({ store, seal }),
    clock,
  })
  await control.targets.loadAll()
  const healthChecks = startHealthChecks({
    egress,
    routes: () => control.targets.routes(),
    monotonicMs: clock.monotonicMs,
  })
  const apiNames = new ApiNames(store, control.keys.apis, async () => (await selectHomeWorkspace(store.db))?.id)
  feed.onChange((changes) => changes.forEach((change) => apiNames.mark(change)))
  const settings = {
    maxBodyBytes: 1_048_576,
    maxHeaderBytes: 32_768,
    maxTargetBytes: 8_192,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 30_000,
    idleTimeoutMs: 5_000,
    clientStallMs: 10_000,
    feedStaleMs: 60_000,
    serveKnownMs: 86_400_000,
    isServing: true,
    trustedProxies: compileCidrs(['127.0.0.1']),
    hstsSeconds: 0,
    viaName: undefined,
  }
  const gateway = createGateway({
    ports: {
      snapshots: createSnapshots({
        keys: control.keys,
        targets: control.targets,
        verifiers: new Verifiers(directory),
        feed,
        changes: new FeedChangeLog(feed),
        staleForMs: () => 0,
      }),
      counters: control.counters,
      egress,
      journal: {
        open: () => undefined,
        record: (record) => void decided.push(record),
        refusedBefore: () => undefined,
        failureModeUsed: () => undefined,
        isFull: () => false,
      },
      ledger: { settle: () => undefined },
      clock,
    },
    openStreams: new OpenStreams(),
    settings,
    forwardAuth: createForwardAuth({ seal, apiNames, secret: undefined, issuer: 'https://claviger.example' }),
    log: silentLog,
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
  })
  const server = createServer(serverOptions(settings, gateway))
  mount(gateway, server, (incoming, outgoing) => control.control.handle(incoming, outgoing))
  const url = await listen(server)
  const upstream = createServer((incoming, outgoing) => {
    incoming.resume()
    outgoing.end('ok')
  })
  let sequence = 1

  return {
    ...control,
    doorsUrl: url,
    decided,
    upstreamUrl: await listen(upstream),
    async verify(question) {
      const answer = await fetch(`${url}/api/v1/keys/verify`, {
        method: 'POST',
        headers: { authorization: `Bearer ${control.owner}`, 'content-type': 'application/json' },
        body: JSON.stringify(question),
      })
      return answer.json()
    },
    async knock(path, { method = 'GET', headers }) {
      const answer = await fetch(url + path, { method, headers })
      await answer.arrayBuffer()
      return answer.status
    },
    async settled() {
      const [row] = await store.raw('select feed_position() as position', [])
      await feed.reached(Number(row?.['position']))
    },
    async flush() {
      const lines = decided.splice(0).map((record) => encodeDecision(record))
      await store.transaction(async (tx) => writeJournal(tx, 'nod_1', sequence, lines))
      sequence += lines.length
    },
    async dispose() {
      for (const each of [server, upstream]) {
        each.closeAllConnections()
        await new Promise((closed) => each.close(closed))
      }
      healthChecks.close()
      await egress.close()
      await control.dispose()
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  // a TCP server's address is one
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
