/**
 * A process for the proofs: clients that pay each call from one balance, journaled in a spool before it is answered; and all
 * that a server does beside: it drains its spool, and settles what processes beside it left when they died.
 */
import { join } from 'node:path'
import type { CreditsPolicy } from '@claviger/core'
import type { DecisionRecord, Hold } from '@claviger/gateway'
import { encodeOpening } from '#audit'
import { loadConfig, silentLog } from '#config'
import { advanceDrained, drainedTo, endNode, registerNode, startFeed } from '#feed'
import { asideWriter, openSpool, startDrain, startRecovery, type RecoveryOptions, type Sink } from '#spool'
import { openStore } from '#store'
import { createCounters } from './counters.ts'
import { noteCreditSpends, settleCredits } from './settle-credits.ts'

const [databaseUrl = '', dataDir = '', nodeId = '', policyText = '', clientsText = ''] = process.argv.slice(2)
const config = loadConfig(
  { DATABASE_URL: databaseUrl, CLAVIGER_DATA_DIR: dataDir, CLAVIGER_DATABASE_POOL: '5' },
  dataDir,
)
const RECORD: DecisionRecord = {
  atMs: 0,
  requestId: 'req_1',
  door: 'gw',
  workspaceId: 'wsp_1',
  appId: 'app_1',
  keyId: 'key_1',
  versionNumber: 1,
  apiId: undefined,
  targetId: undefined,
  method: 'GET',
  path: '/',
  clientIp: '192.0.2.1',
  userAgent: '',
  code: 'valid',
  rule: 'all',
  status: 0,
  durationMs: 0,
  usage: undefined,
}
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const policy = JSON.parse(policyText) as CreditsPolicy // written by the test that starts us
const root = join(dataDir, 'spool')

const store = await openStore(config, silentLog)
const feed = await startFeed(store, silentLog, clock, { staleMs: 2_000 })
const node = await registerNode(store, feed, { id: nodeId, name: 'test', roles: ['gateway'], version: '0' }, silentLog)
const sinkOf = (id: string): Sink => ({
  storedTo: async () => drainedTo(store.db, id),
  store: async (lines, firstSequence) =>
    store.transaction(async (tx) => {
      if ((await advanceDrained(tx, id, firstSequence, firstSequence + lines.length - 1)) === 'seen') return
      await noteCreditSpends(tx, id, lines)
    }),
  setAside: asideWriter(root, id),
})
const shape: RecoveryOptions['spool'] = { fullMode: 'refuse', diskLevel: () => 'ok', clock }
const spool = await openSpool({ ...shape, directory: join(root, nodeId), onEvent: () => undefined })
if (spool === undefined) throw new Error('the spool belongs to another process')
const drain = startDrain(spool, sinkOf(nodeId), { onEvent: () => undefined })
const recovery = startRecovery({
  root,
  ownNodeId: nodeId,
  spool: shape,
  sinkOf,
  intervalMs: 300,
  bury: async (id) => {
    await store.transaction(async (tx) => settleCredits(tx, id))
    await endNode(store.db, id)
  },
  onEvent: () => undefined,
})
const counters = createCounters({ store, node: nodeId, clock, log: silentLog })

let isStopping = false
process.stdout.write('ready\n')
const nextLine = async (): Promise<void> => void (await new Promise((resolve) => process.stdin.once('data', resolve)))
await nextLine()
const clients = Array.from({ length: Number(clientsText) }, async () => {
  while (!isStopping) await call()
})
await nextLine()
isStopping = true
await Promise.all(clients)
await counters.close()
await recovery.close()
await drain.close(5_000)
if (spool.pending() === 0) await store.transaction(async (tx) => settleCredits(tx, nodeId))
await spool.close()
await node.close()
await feed.close()
await store.close()
process.stdout.write('done\n')
process.exit(0)

async function call(): Promise<void> {
  const admission = await counters.admit([policy], 1)
  if (admission.kind !== 'admitted') return pause(25)
  if (admission.hold !== undefined) await journal(admission.hold)
  process.stdout.write('answered\n')
  await pause(2)
}

async function journal(hold: Hold): Promise<void> {
  spool?.append(encodeOpening({ ...RECORD, atMs: Date.now(), credits: hold.credits }))
  await spool?.written()
  counters.release(hold)
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
