/** Wires the rooms together and listens. The order is the order of need; `stop` goes the other way. */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { join } from 'node:path'
import { isId, makeId } from '@claviger/core'
import { OpenStreams, createGateway, mount, serverOptions, type FailureModeUse, type Ports } from '@claviger/gateway'
import { encodeEpisode, recordInterrupted, writeProbes } from '#audit'
import { controlHostCheck } from '#config'
import {
  FailureModes,
  FeedChangeLog,
  ProbeTally,
  TargetTables,
  Verifiers,
  createForwardAuth,
  createJournal,
  createSnapshots,
  cutStreams,
  startHealthChecks,
} from '#dataplane'
import { createEgress } from '#egress'
import { acknowledgedBy, endNode, registerNode, startFeed } from '#feed'
import type { Geo } from '#geo'
import { Metrics, createControl, type Readiness } from '#http'
import {
  AdminKeyDirectory,
  appsOnPlan,
  findApp,
  loadAppPart,
  loadWorkspacePart,
  maxKeyAgeSeconds,
  selectHomeWorkspace,
} from '#identity'
import { ApiNames, KeySnapshots, findCreditOwner, findOwnIds, type KeysRoutesRoom } from '#keys'
import { openSpool, startDrain, startRecovery, type SpoolOptions } from '#spool'
import { createCounters, liftedBy, openRedisLeases, openShieldBoard, settleCredits, writeUsage } from '#usage'
import { Credentials } from '#vault'
import { journalSink } from './drain-sinks.ts'
import { endSpool } from './end-spool.ts'
import { gatewaySettings } from './gateway-settings.ts'
import { measureGeo } from './geo-metrics.ts'
import { identityRoomOf, publicUrlOf, type Installation } from './installation.ts'
import { listen } from './listen.ts'
import { observeCredentials } from './observe-credentials.ts'
import { observeUpstreams } from './observe-upstreams.ts'
import { observeFailureModes, observeServer, observeShield, readinessOf, shieldCounts } from './observe-server.ts'
import { reportSpoolEvent } from './spool-events.ts'
import { startJobs, type StartedJobs } from './start-jobs.ts'
import { TakeIn } from './take-in.ts'
import { loadTls, watchTls } from './tls.ts'
import { toldCredentials } from './told-credentials.ts'
import { VERSION } from './version.ts'

export interface RunningServer {
  /** Settles when this process was taken for dead by another one, which has settled what it held: it must be stopped. */
  readonly replaced: Promise<void>
  /** Refuses new work, ends what is under way within the grace, stores what is left, and lets go of everything. */
  stop(): Promise<void>
}

const PROBE_FLUSH_MS = 2_000
const FAILURE_SWEEP_MS = 250
const RETRY_STALE_MS = 500
const LAST_DRAIN_MS = 5_000

/** @throws StartError `port_taken` and kin */
export async function startServer(installation: Installation, geo: Geo): Promise<RunningServer> {
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
  const reached = async (position: number): Promise<boolean> => feed.reached(position)

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
  const isControlHost = controlHostCheck(config)
  const targets = new TargetTables({
    store,
    log,
    monotonicMs: () => clock.monotonicMs(),
    apiPart: async (id) => keys.apis.get(id),
    isControlHost,
  })
  const apiNames = new ApiNames(store, keys.apis, async () => (await selectHomeWorkspace(store.db))?.id)
  const credentials = new Credentials({ store, seal })
  const openStreams = new OpenStreams()
  // before those who take them in: followers elsewhere hear of a change as early as we do
  const changes = new FeedChangeLog(feed)
  const takeIn = new TakeIn({
    log,
    monotonicMs: () => clock.monotonicMs(),
    followers: {
      credentials,
      apiNames,
      keys,
      targets,
      operators,
      streams: { mark: (change) => void cutStreams(openStreams, change) },
    },
    refreshKeys: async () => seal.refresh(),
    loadFilter: async () => keys.loadFilter(),
  })
  feed.onChange(async (changed) => takeIn.take(changed))
  feed.onResync(() => takeIn.resync())
  await Promise.all([operators.loadAll(), targets.loadAll()])
  takeIn.loadFilter()
  const retrying = setInterval(() => void takeIn.retry(), RETRY_STALE_MS)

  const metrics = new Metrics()
  observeCredentials(metrics, credentials)

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
    // What a dead process let through and never ended was interrupted; what it holds of credits is free.
    bury: async (id) => {
      if (!isId('nod', id)) return
      await store.transaction(async (tx) => {
        await writeUsage(tx, await recordInterrupted(tx, id))
        await settleCredits(tx, id)
      })
      await endNode(store.db, id)
    },
    onEvent: (id, event) => reportSpoolEvent(log, id, event),
  })
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
  const losses = metrics.counter(
    'claviger_limit_losses_total',
    'Limits decided without their counter, by their own word.',
  )
  const overspends = metrics.counter(
    'claviger_credit_overspends_total',
    'Blocks of credits of which more was spent than was drawn: a fault of ours.',
  )
  const { redisUrl } = config
  const redisLeases =
    redisUrl === undefined ? undefined : await openRedisLeases({ url: redisUrl, node: nodeId, store, log })
  const replaced = Promise.withResolvers<void>()
  const counters = createCounters({
    store,
    node: nodeId,
    leaseStore: redisLeases,
    clock,
    log,
    onLoss: ({ kind }, used) => losses.add({ kind, used }),
    onNodeEnded: () => replaced.resolve(),
    onOverspend: (overspend) => {
      overspends.add({})
      log.error({ ...overspend }, 'more was spent of a block of credits than was drawn into it: report this')
    },
    ...shieldCounts(metrics),
  })
  feed.onChange((changes) => {
    for (const lifted of changes.map(liftedBy)) if (lifted !== undefined) counters.shield.lift(lifted)
  })
  const shieldBoard = openShieldBoard({ store, node: nodeId, clock, log, blocks: () => counters.shield.blocks() })
  const failureModeUsed = (use: FailureModeUse): void => failureModes.used(use)
  const egress = createEgress({
    config,
    log,
    credentials: toldCredentials(credentials, store, failureModeUsed),
    clock,
  })
  const healthChecks = startHealthChecks({
    egress,
    routes: () => targets.routes(),
    monotonicMs: () => clock.monotonicMs(),
  })
  const snapshots = createSnapshots({
    keys,
    targets,
    verifiers: new Verifiers(operators),
    feed,
    changes,
    staleForMs: () => takeIn.staleForMs(),
  })
  const failureModes = new FailureModes({
    clock,
    log,
    makeId: () => makeId('evt', clock.nowMs(), seal.randomBytes(10)),
    journalMode: config.diskFullMode,
    isAway: (dependency) => {
      switch (dependency) {
        case 'counters':
          return counters.facts().storeAway
        case 'feed':
          return snapshots.feedAgeMs() > config.feedStaleMs
        case 'journal':
          return spool.facts().diskLevel === 'full'
        case 'store':
          return !store.available()
      }
    },
    write: (episode) => void spool.append(encodeEpisode(episode)),
    count: observeFailureModes(metrics, (dependency) => failureModes.runningOf(dependency)),
  })
  const sweeping = setInterval(() => failureModes.sweep(), FAILURE_SWEEP_MS)
  const ports: Ports = {
    snapshots,
    counters,
    egress,
    journal: createJournal({ spool, probes, nowMs: () => clock.nowMs(), failureModeUsed }),
    ledger: { settle() {} },
    clock,
  }
  const settings = gatewaySettings(config)
  const gateway = createGateway({
    ports,
    openStreams,
    settings,
    log,
    forwardAuth: createForwardAuth({ seal, apiNames, secret: config.forwardAuthSecret, issuer: publicUrlOf(config) }),
    fillRandom: (bytes) => bytes.set(seal.randomBytes(bytes.length)),
  })

  // the control API
  observeShield(metrics, counters.shield)
  observeUpstreams(metrics, targets)
  observeServer(metrics, { store, feed, keys, spool, openStreams })
  measureGeo(geo, metrics, () => clock.nowMs())
  const worker: { jobs?: StartedJobs } = {}
  const readiness = (): Readiness =>
    gateway.isDraining
      ? { state: 'unready', reasons: ['The server is stopping.'] }
      : readinessOf({ store, feed, spool, jobsMissing: () => worker.jobs?.areMissing() ?? false })
  const identity = identityRoomOf(installation, reached)
  const keysRoom: KeysRoutesRoom = {
    store,
    seal,
    findApp,
    appsOnPlan,
    maxKeyAgeSeconds,
    canLocate: (kind) => geo.has(kind),
    nowMs: () => clock.nowMs(),
    applied: reached,
    deniesAfterSeconds: config.feedStaleMs / 1000,
    acknowledgedBy: async (position) => acknowledgedBy({ db: store.db, feed }, position),
  }
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
    failureModeUsed,
    feedAgeMs: () => snapshots.feedAgeMs(),
    isControlHost,
    hasHostRoutes: () => targets.places.hasHosts,
    rooms: {
      identity,
      vault: { store, seal, nowMs: () => clock.nowMs(), allowPrivateUpstreams: config.allowPrivateUpstreams, reached },
      keys: keysRoom,
      dataplane: {
        store,
        seal,
        nowMs: () => clock.nowMs(),
        reached,
        nodeId,
        poolOf: (routeId) => targets.poolOf(routeId),
        isControlHost,
      },
      decisions: {
        store,
        keys,
        keysRoom,
        targetOf: (targetId) => targets.targetById(targetId),
        journalRetentionDays: config.journalRetentionDays,
        monotonicMs: () => clock.monotonicMs(),
        nowMs: () => clock.nowMs(),
        geo: () => snapshots.geo,
        peekLimits: async (policies, cost, subject) => counters.peek(policies, cost, subject),
      },
      usage: {
        store,
        nowMs: () => clock.nowMs(),
        findCreditOwner: async (caller, owner) => findCreditOwner(keysRoom, caller, owner),
        shield: { nodeId, blocks: () => counters.shield.blocks() },
        findOwnIds: async (workspaceId, publicIds) => findOwnIds(store.db, workspaceId, publicIds),
        reached,
      },
      house: {
        store,
        seal,
        readiness,
        geo,
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
  const options = serverOptions(settings, gateway)
  const server =
    tls === undefined
      ? createHttpServer(options)
      : createHttpsServer({ ...options, ...tls.context, handshakeTimeout: settings.headersTimeoutMs })
  mount(gateway, server, (incoming, outgoing) => control.handle(incoming, outgoing))
  const tlsWatch = tls === undefined ? undefined : watchTls(config, server, log, metrics)
  const listening = await listen(server, config)

  if (config.roles.has('worker')) worker.jobs = startJobs(installation)

  return {
    replaced: replaced.promise,
    async stop() {
      // The port stays open while calls end: who comes now is told to come again, and where to is the balancer's matter.
      control.drain()
      const endsAtMs = clock.monotonicMs() + config.shutdownGraceMs
      await gateway.drain(config.shutdownGraceMs)
      await listening.close(() => clock.monotonicMs() >= endsAtMs)
      clearInterval(retrying)
      clearInterval(flushing)
      clearInterval(sweeping)
      tlsWatch?.close()
      geo.close()
      await flushProbes()
      await worker.jobs?.close()
      await shieldBoard.close()
      const openBlocks = await counters.close()
      await redisLeases?.close()
      healthChecks.close()
      await egress.close()
      await recovery.close()
      failureModes.close()
      await drain.close(LAST_DRAIN_MS)
      await endSpool({
        spool,
        openBlocks,
        settle: async () => void (await store.transaction(async (tx) => settleCredits(tx, nodeId))),
        log,
      })
      await node.close().catch(() => undefined)
      await feed.close()
    },
  }
}
