/** What was used, in sums per hour: written by the drain, read for reports. */
import { sql } from 'kysely'
import type { DecisionRecord } from '@claviger/gateway'
import type { Db, Tx } from '#store'

/** What of a decision goes into the sums. Only whole stories (`Journal.record`), never the opening of one. */
export type UsageRecord = Pick<
  DecisionRecord,
  'atMs' | 'workspaceId' | 'appId' | 'keyId' | 'targetId' | 'code' | 'status' | 'durationMs' | 'usage'
>

export interface UsageSums {
  readonly requests: number
  /** By us: the decision was not `valid`. */
  readonly refused: number
  /** Admitted, but answered with 5xx or cut by the upstream. */
  readonly failed: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
  /** Answers that should have told their tokens and did not. */
  readonly unmetered: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Of all requests together, in ms. */
  readonly durationMs: number
}

export type UsageGroup = 'hour' | 'day' | 'app' | 'key' | 'target'

export interface UsageQuery {
  readonly workspaceId: string
  readonly appId?: string
  readonly keyId?: string
  readonly targetId?: string
  /** Whole hours: the one that this instant falls into is the first. */
  readonly fromMs: number
  /** Hours that begin at or after this instant are left out. */
  readonly toMs: number
  readonly groupBy: readonly UsageGroup[]
  readonly limit?: number
}

export interface UsageRow extends UsageSums {
  /** Start of the hour or of the day (UTC). */
  readonly fromMs?: number
  readonly appId?: string
  readonly keyId?: string
  readonly targetId?: string
}

interface Row extends Record<SumColumn, number> {
  workspace_id: string
  hour: string
  app_id: string
  key_id: string
  target_id: string
}

type SumColumn = (typeof SUM_COLUMNS)[number]

const SUM_COLUMNS = [
  'requests',
  'refused',
  'failed',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'unmetered',
  'bytes_in',
  'bytes_out',
  'duration_ms',
] as const

const HOUR_MS = 3_600_000
const MOST_ROWS = 10_000
const FAILED_ENDS: ReadonlySet<string> = new Set(['upstream_cut', 'failed'])

/** The sums of a batch, before they are written: a record is looked at once and need not be kept. */
export class UsageTally {
  readonly #rows = new Map<string, Row>()
  #hourMs = Number.NaN
  #hour = ''

  add(record: UsageRecord): void {
    const hourMs = Math.floor(record.atMs / HOUR_MS) * HOUR_MS
    if (hourMs !== this.#hourMs) {
      this.#hourMs = hourMs
      this.#hour = new Date(hourMs).toISOString()
    }
    const row = this.#row(record, this.#hour)
    const { code, status, durationMs, usage } = record
    const requests = usage?.requests ?? 1
    row.requests += requests
    row.duration_ms += durationMs
    if (code !== 'valid') row.refused += requests
    else if (status >= 500 || (usage !== undefined && FAILED_ENDS.has(usage.ended))) row.failed += requests
    if (usage === undefined) return
    row.input_tokens += usage.inputTokens
    row.output_tokens += usage.outputTokens
    row.cached_tokens += usage.cachedTokens
    row.bytes_in += usage.bytesIn
    row.bytes_out += usage.bytesOut
    if (!usage.metered) row.unmetered += 1
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()]
  }

  #row({ workspaceId, appId, keyId, targetId = '' }: UsageRecord, hour: string): Row {
    const name = `${keyId} ${targetId} ${hour} ${appId} ${workspaceId}`
    let row = this.#rows.get(name)
    if (row === undefined) {
      row = emptyRow({ workspace_id: workspaceId, hour, app_id: appId, key_id: keyId, target_id: targetId })
      this.#rows.set(name, row)
    }
    return row
  }
}

/** Adds records to the sums. Not idempotent by itself: call it in the transaction that moves the drain's cursor. */
export async function writeUsage(tx: Tx, records: Iterable<UsageRecord>): Promise<void> {
  const tally = new UsageTally()
  for (const record of records) tally.add(record)
  await writeTally(tx, tally)
}

/** Like `writeUsage`, of records that were added up already. */
export async function writeTally(tx: Tx, tally: UsageTally): Promise<void> {
  const rows = tally.rows()
  if (rows.length === 0) return
  const columns = sql.raw(SUM_COLUMNS.join(', '))
  const types = sql.raw(
    SUM_COLUMNS.map((column) => `${column} ${column === 'duration_ms' ? 'float8' : 'bigint'}`).join(', '),
  )
  const sums = sql.raw(SUM_COLUMNS.map((column) => `${column} = usage_hour.${column} + excluded.${column}`).join(', '))
  // In one order, so that two drains never wait for each other in a circle.
  await sql`
    insert into usage_hour (workspace_id, hour, app_id, key_id, target_id, ${columns})
    select workspace_id, hour, app_id, key_id, target_id, ${columns}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as added (workspace_id text, hour timestamptz, app_id text, key_id text, target_id text, ${types})
     order by workspace_id, hour, app_id, key_id, target_id
    on conflict (workspace_id, hour, app_id, key_id, target_id) do update set ${sums}`.execute(tx)
}

/** The sums of a workspace, grouped; in the order of the groups. */
export async function readUsage(db: Db, query: UsageQuery): Promise<readonly UsageRow[]> {
  const groups = query.groupBy.map((group) => GROUPS[group])
  const sums = sql.raw(
    SUM_COLUMNS.map(
      (column) => `coalesce(sum(${column}), 0)::${column === 'duration_ms' ? 'float8' : 'bigint'} as ${column}`,
    ).join(', '),
  )
  const selected = sql.raw(groups.map(({ expression, column }) => `${expression} as ${column}, `).join(''))
  const grouped = sql.raw(
    groups.length === 0
      ? ''
      : `group by ${groups.map((_, index) => index + 1).join(', ')} order by ${groups.map((_, index) => index + 1).join(', ')}`,
  )
  const { rows } = await sql<Partial<Row & { from_time: Date }>>`
    select ${selected} ${sums} from usage_hour
     where workspace_id = ${query.workspaceId}
       and hour >= ${new Date(Math.floor(query.fromMs / HOUR_MS) * HOUR_MS)} and hour < ${new Date(query.toMs)}
       and (${query.appId ?? null}::text is null or app_id = ${query.appId ?? null})
       and (${query.keyId ?? null}::text is null or key_id = ${query.keyId ?? null})
       and (${query.targetId ?? null}::text is null or target_id = ${query.targetId ?? null})
     ${grouped} limit ${Math.min(query.limit ?? MOST_ROWS, MOST_ROWS)}`.execute(db)
  return rows.map(usageRow)
}

const GROUPS: Readonly<Record<UsageGroup, { readonly expression: string; readonly column: string }>> = {
  hour: { expression: 'hour', column: 'from_time' },
  day: { expression: `date_trunc('day', hour, 'UTC')`, column: 'from_time' },
  app: { expression: 'app_id', column: 'app_id' },
  key: { expression: 'key_id', column: 'key_id' },
  target: { expression: 'target_id', column: 'target_id' },
}

function emptyRow(name: Omit<Row, SumColumn>): Row {
  const zeros = {
    requests: 0,
    refused: 0,
    failed: 0,
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    unmetered: 0,
    bytes_in: 0,
    bytes_out: 0,
    duration_ms: 0,
  }
  return { ...name, ...zeros }
}

function usageRow(row: Partial<Row & { from_time: Date }>): UsageRow {
  return {
    ...(row.from_time === undefined ? {} : { fromMs: row.from_time.getTime() }),
    ...(row.app_id === undefined ? {} : { appId: row.app_id }),
    ...(row.key_id === undefined ? {} : { keyId: row.key_id }),
    ...(row.target_id === undefined ? {} : { targetId: row.target_id }),
    requests: row.requests ?? 0,
    refused: row.refused ?? 0,
    failed: row.failed ?? 0,
    inputTokens: row.input_tokens ?? 0,
    outputTokens: row.output_tokens ?? 0,
    cachedTokens: row.cached_tokens ?? 0,
    unmetered: row.unmetered ?? 0,
    bytesIn: row.bytes_in ?? 0,
    bytesOut: row.bytes_out ?? 0,
    durationMs: row.duration_ms ?? 0,
  }
}
