/** Wires the rooms together and listens. The order is the order of need; `stop` goes the other way. */
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { join } from 'node:path'
import { isId, makeId } from '@claviger/core'
import { OpenStreams, createGateway, mount, serverOptions, type GatewaySettings, type Ports } from '@claviger/gateway'
import { recordInterrupted, registerAuditJobs, startSequencer, writeProbes, type Sequencer } from '#audit'
import { listenError, type Config } from '#config'
import { ProbeTally, TargetTables, Verifiers, createJournal, createSnapshots, cutStreams } from '#dataplane'
import { createEgress } from '#egress'
import { ackedBy, endNode, registerFeedJobs, registerNode, startFeed, type Change, type Feed } from '#feed'
import { Metrics, createControl, type Readiness } from '#http'
import {
  AdminKeyDirectory,
  adminKeyPepperVersions,
  findApp,
  loadAppPart,
  loadWorkspacePart,
  maxKeyAgeSeconds,
} from '#identity'
import { KeySnapshots, keyPepperVersions, registerKeysJobs } from '#keys'
import { openSpool, startDrain, startRecovery, type SpoolOptions } from '#spool'
import { createCounters, registerUsageJobs, writeUsage } from '#usage'
import { Credentials } from '#vault'
import { journalSink } from './drain-sinks.ts'
import { identityRoomOf, type Installation } from './installation.ts'
import { reportSpoolEvent } from './spool-events.ts'
import { loadTls, watchTls } from './tls.ts'
import { VERSION } from './version.ts'

export interface RunningServer {
  /** Refuses new work, ends what is under way within the grace, stores what is left, and lets go of everything. */
  stop(): Promise<void>
}

const PROBE_FLUSH_MS = 2_000
const RETRY_STALE_MS = 500
const LAST_DRAIN_MS = 5_000
const LOOK_FOR_IDLE_MS = 20

/** @throws StartError `port_taken` and kin */
export async function startServer(installation: Installation): Promise<RunningServer> {
  const { config, log, store, seal, clock } = installation
  const nodeId = makeId('nod', clock.nowMs(), seal.randomBytes(10))
  const startedAtMs = clock.nowMs()
  const feed = await startFeed(store, log, clock, { staleMs: config.feedStaleMs })
  const node = await registerNode(
    store,
    feed,
    { id: nodeId, name: config.nodeName, roles: [...config.roles], version: VERSION },
    log,
  )
  const reached = async (position: number): Promise<void> => void (await feed.reached(position))

  // what is known in memory, and kept true by the feed
  const operators = new AdminKeyDirectory({ store, seal, log, nowMs: () => clock.nowMs() })
  const keys = new KeySnapshots({
    store,
    seal,
    log,
    monotonicMs: () => clock.monotonicMs(),
    loadApp: async (id) => loadAppPart(store.db, id),
    loadWorkspace: async (id) => loadWorkspacePart(store.db, id),
  })
  const targets = new TargetTables({
    store,
    log,
    monotonicMs: () => clock.monotonicMs(),
    apiPart: async (id) => keys.apis.get(id),
  })
  const credentials = new Credentials({ store, seal })
  const openStreams = new OpenStreams()
  const takeIn = async (changes: readonly Change[]): Promise<void> => {
    for (const change of changes) {
      credentials.apply(change)
      if (change.subjectType === 'pepper') await seal.refresh()
      await Promise.all([keys.apply(change), targets.apply(change), operators.apply(change)])
      cutStreams(openStreams, change)
    }
  }
  const forget = (): void => {
    credentials.resync()
    for (const again of [keys.resync(), targets.load(), operators.load(), seal.refresh()]) {
      again.catch((error: unknown) => log.error({ err: error }, 'what is known could not be read again yet'))
    }
  }
  feed.onChange(takeIn)
  feed.onResync(forget)
  await Promise.all([operators.load(), targets.load()])
  keys
    .loadFilter()
    .catch((error: unknown) =>
      log.warn({ err: error }, 'the filter of key ids could not be read; every key is looked up'),
    )
  const retrying = setInterval(
    () => void Promise.all([keys.retryStale(), targets.retryStale(), operators.retryStale()]).catch(() => undefined),
    RETRY_STALE_MS,
  )

  // the way of decisions: spool, drain, journal
  const spoolRoot = join(config.dataDir, 'spool')
  const spoolShape: Pick<SpoolOptions, 'fullMode' | 'diskLevel' | 'clock'> = {
    fullMode: config.diskFullMode,
    diskLevel: () => store.disk().level,
    clock,
  }
  const spool = await openSpool({
    ...spoolShape,
    directory: join(spoolRoot, nodeId),
    onEvent: (event) => reportSpoolEvent(log, nodeId, event),
  })
  if (spool === undefined) throw new Error(`the spool of ${nodeId} is held by another process`)
  const drain = startDrain(spool, journalSink(store, nodeId, spoolRoot), {
    onEvent: (event) => reportSpoolEvent(log, nodeId, event),
  })
  const recovery = startRecovery({
    root: spoolRoot,
    ownNodeId: nodeId,
    spool: spoolShape,
    sinkOf: (id) => journalSink(store, id, spoolRoot),
    onEvent: (id, event) => {
      reportSpoolEvent(log, id, event)
      if (event.kind === 'recovered' && isId('nod', id)) void buryNode(id)
    },
  })
  /** A process has died and its spool is stored to the end: what it let through and never ended was interrupted. */
  const buryNode = async (id: string): Promise<void> => {
    try {
      await store.transaction(async (tx) => writeUsage(tx, await recordInterrupted(tx, id)))
      await endNode(store.db, id)
    } catch (error) {
      log.warn({ err: error, nodeId: id }, 'the calls that a dead process left open could not be recorded')
    }
  }
  const probes = new ProbeTally(() => clock.nowMs())
  const flushProbes = async (): Promise<void> => {
    const rows = probes.take()
    if (rows.length === 0) return
    try {
      await store.transaction(async (tx) => writeProbes(tx, nodeId, rows))
    } catch {
      probes.putBack(rows)
    }
  }
  const flushing = setInterval(() => void flushProbes(), PROBE_FLUSH_MS)

  // the ports of the data plane
  const counters = createCounters({ store, clock, log })
  const egress = createEgress({ config, log, credentials, clock })
  const snapshots = createSnapshots({ keys, targets, verifiers: new Verifiers(operators), feed })
  const ports: Ports = {
    snapshots,
    counters,
    egress,
    journal: createJournal(spool, probes),
    ledger: { settle() {} },
    clock,
  }
  const settings = settingsOf(config)
  const gateway = createGateway({
    ports,
    openStreams,
    settings,
    log,
    fillRandom: (bytes) => bytes.set(seal.randomBytes(bytes.length)),
  })

  // the control API
  const metrics = new Metrics()
  metrics.gauge('claviger_open_streams', 'Exchanges that are running.', () => openStreams.size)
  metrics.gauge('claviger_cached_keys', 'Secrets in memory.', () => keys.size.cached)
  metrics.gauge(
    'claviger_feed_age_seconds',
    'How long ago the change feed was read to its end.',
    () => feed.ageMs() / 1000,
  )
  metrics.gauge('claviger_spool_pending_lines', 'Decisions that are not in the database yet.', () => spool.pending())
  metrics.observedCounter('claviger_key_reads_total', 'Reads of keys from the database.', () => keys.reads)
  const readiness = (): Readiness =>
    readinessOf(installation, feed, { isDraining: gateway.isDraining, isSpoolFull: spool.isFull() })
  const identity = identityRoomOf(installation, reached)
  const control = createControl({
    config,
    store,
    seal,
    log,
    clock,
    operators,
    readiness,
    metrics,
    version: VERSION,
    shield: counters,
    refusedBefore: (clientIp, reason) => probes.add(clientIp, reason),
    feedAgeMs: () => snapshots.feedAgeMs(),
    rooms: {
      identity,
      vault: { store, seal, nowMs: () => clock.nowMs(), allowPrivateUpstreams: config.allowPrivateUpstreams, reached },
      keys: {
        store,
        seal,
        findApp,
        maxKeyAgeSeconds,
        nowMs: () => clock.nowMs(),
        applied: reached,
        deniesAfterSeconds: config.feedStaleMs / 1000,
        acknowledgedBy: async (position) => {
          const { acked, running } = await ackedBy(store.db, position)
          // This process has applied it, or it would not answer; its own heartbeat may be under way still.
          return { acknowledged: Math.max(1, acked), total: running }
        },
      },
      dataplane: { store, seal, nowMs: () => clock.nowMs(), reached },
      house: {
        store,
        seal,
        readiness,
        reached,
        nowMs: () => clock.nowMs(),
        version: VERSION,
        node: { id: nodeId, name: config.nodeName, roles: [...config.roles], startedAtMs },
        feed: {
          get position() {
            return feed.position
          },
          ageMs: () => feed.ageMs(),
        },
      },
    },
  })

  const tls = await loadTls(config)
  const options = serverOptions(settings)
  const server = tls === undefined ? createHttpServer(options) : createHttpsServer({ ...options, ...tls.context })
  mount(gateway, server, (incoming, outgoing) => control.handle(incoming, outgoing))
  const tlsWatch = tls === undefined ? undefined : watchTls(config, server, log, metrics)
  await listen(server, config)

  let sequencer: Sequencer | undefined
  if (config.roles.has('worker')) {
    registerFeedJobs(store)
    sequencer = startSequencer(store, log)
    registerAuditJobs(store, config)
    registerUsageJobs(store)
    registerKeysJobs({ store, log, nowMs: () => clock.nowMs() })
    store.jobs.every('seal_maintain', 60_000, async () => seal.maintain())
    store.jobs.every('seal_destroy_peppers', 3_600_000, async () => destroyUnusedPeppers(installation))
    store.jobs.start().catch((error: unknown) => log.error({ err: error }, 'background jobs did not start'))
  }

  return {
    async stop() {
      // The port stays open while calls end: who comes now is told to come again, and where to is the balancer's matter.
      control.drain()
      const endsAtMs = clock.monotonicMs() + config.shutdownGraceMs
      await gateway.drain(config.shutdownGraceMs)
      await closeServer(server, () => clock.monotonicMs() >= endsAtMs)
      clearInterval(retrying)
      clearInterval(flushing)
      tlsWatch?.close()
      await flushProbes()
      await sequencer?.close()
      await counters.close()
      await egress.close()
      await recovery.close()
      await drain.close(LAST_DRAIN_MS)
      await spool.close()
      await node.close().catch(() => undefined)
      await feed.close()
    },
  }
}

/** A pepper goes when no key and no admin key that may still be used is hashed under it. */
async function destroyUnusedPeppers({ store, seal, clock }: Installation): Promise<void> {
  const now = new Date(clock.nowMs())
  await store.transaction(async (tx) => {
    const inUse = new Set([...(await keyPepperVersions(tx, now)), ...(await adminKeyPepperVersions(tx, now))])
    await seal.destroyPeppers(tx, inUse)
  })
  await seal.refresh()
}

function settingsOf(config: Config): GatewaySettings {
  return {
    maxBodyBytes: config.maxBodyBytes,
    maxHeaderBytes: config.maxHeaderBytes,
    maxTargetBytes: 16_384,
    headersTimeoutMs: config.headersTimeoutMs,
    requestTimeoutMs: config.requestTimeoutMs,
    idleTimeoutMs: config.idleTimeoutMs,
    clientStallMs: config.requestTimeoutMs,
    feedStaleMs: config.feedStaleMs,
    trustedProxies: config.trustedProxies,
    hstsSeconds: 31_536_000,
    viaName: undefined,
  }
}

/** Decision 4: `degraded` while any mode permits service, `unready` only when nothing can be served. */
function readinessOf(
  installation: Installation,
  feed: Feed,
  state: { readonly isDraining: boolean; readonly isSpoolFull: boolean },
): Readiness {
  if (state.isDraining) return { state: 'unready', reasons: ['The server is stopping.'] }
  const reasons: string[] = []
  if (!installation.store.available())
    reasons.push('The database does not answer: known keys are served where their policy says so.')
  if (feed.isLost()) reasons.push(`The change feed was last read ${Math.round(feed.ageMs() / 1000)} s ago.`)
  if (installation.store.disk().level !== 'ok') reasons.push('The disk is filling up.')
  if (state.isSpoolFull)
    return { state: 'unready', reasons: [...reasons, 'Decisions cannot be journaled: the disk is full.'] }
  return { state: reasons.length === 0 ? 'ready' : 'degraded', reasons }
}

async function listen(server: Server, { listen: { host, port } }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(listenError(host, port, error))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

/** Calls of the control API that are under way get their answer; connections end as soon as nothing runs on them. */
async function closeServer(server: Server, isLate: () => boolean): Promise<void> {
  const looking = setInterval(
    () => (isLate() ? server.closeAllConnections() : server.closeIdleConnections()),
    LOOK_FOR_IDLE_MS,
  )
  await new Promise<void>((done) => server.close(() => done()))
  clearInterval(looking)
}
