/**
 * Sends a file of hashes in batches, two under way at a time. Every line is accounted for: made, there before, or refused
 * with its reason. An import that broke off is repeated as it is: what is there already is a duplicate.
 */
import { ApiError, UnreachableError } from '@claviger/sdk'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ImportLine } from './read-import.ts'

export interface ImportTally {
  lines: number
  created: number
  duplicates: number
  invalid: number
}

export interface Refused {
  readonly line: number
  readonly detail: string
}

export interface ImportRun {
  readonly lines: AsyncGenerator<ImportLine, void, undefined>
  readonly batchSize: number
  /** One call of the server. */
  readonly send: (items: readonly object[]) => Promise<object>
  readonly onRefused: (refused: Refused) => void
  /** After each batch. */
  readonly onProgress: (tally: Readonly<ImportTally>, atBytes: number) => void
}

const LANES = 2
const TRIES = 6
const FIRST_WAIT_MS = 500

/** @throws ApiError, UnreachableError when a batch cannot be sent; everything before it is stored */
export async function importFile(run: ImportRun): Promise<Readonly<ImportTally>> {
  const tally: ImportTally = { lines: 0, created: 0, duplicates: 0, invalid: 0 }
  const batches = batchesOf(run.lines, run.batchSize)
  let atBytes = 0
  const lane = async (): Promise<void> => {
    for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
      await sendBatch(run, tally, next.value)
      atBytes = Math.max(atBytes, next.value.at(-1)?.endsAtBytes ?? 0)
      run.onProgress(tally, atBytes)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return tally
}

async function* batchesOf(
  lines: AsyncGenerator<ImportLine, void, undefined>,
  size: number,
): AsyncGenerator<readonly ImportLine[], void, undefined> {
  let batch: ImportLine[] = []
  for await (const line of lines) {
    batch.push(line)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function sendBatch(run: ImportRun, tally: ImportTally, batch: readonly ImportLine[]): Promise<void> {
  tally.lines += batch.length
  const refuse = (line: ImportLine, detail: string): void => {
    tally.invalid += 1
    run.onRefused({ line: line.number, detail })
  }
  let left = batch.filter((line) => {
    if (typeof line.item === 'string') refuse(line, line.item)
    return typeof line.item === 'object'
  })
  while (left.length > 0) {
    const sent = await sendOrFault(run, left)
    if ('answer' in sent) return takeIn(tally, left, sent.answer, refuse)
    // The server takes a batch as a whole or not at all: leave out what it cannot even read.
    for (const [index, line] of left.entries()) {
      const detail = sent.faults.get(index)
      if (detail !== undefined) refuse(line, detail)
    }
    left = left.filter((_, index) => !sent.faults.has(index))
  }
}

/** Or which of the items, by index, are at fault for there being no answer, and why. */
type Sent = { readonly answer: object } | { readonly faults: ReadonlyMap<number, string> }

async function sendOrFault(run: ImportRun, lines: readonly ImportLine[]): Promise<Sent> {
  const items = lines.flatMap(({ item }) => (typeof item === 'object' ? [item] : []))
  for (let attempt = 1; ; attempt++) {
    try {
      return { answer: await run.send(items) }
    } catch (error) {
      const faults = error instanceof ApiError ? faultsOf(error) : undefined
      if (faults !== undefined && faults.size > 0) return { faults }
      if (attempt >= TRIES || !mayPass(error)) throw error
      await sleep(waitMs(error, attempt))
    }
  }
}

function faultsOf({ code, errors }: ApiError): ReadonlyMap<number, string> | undefined {
  if (code !== 'validation_failed') return undefined
  const faults = new Map<number, string>()
  for (const { pointer, detail } of errors) {
    const [, index, member] = /^\/keys\/(\d+)(?:\/(.*))?$/.exec(pointer) ?? []
    if (index === undefined) return undefined
    faults.set(Number(index), member === undefined ? detail : `${member}: ${detail}`)
  }
  return faults
}

function mayPass(error: unknown): boolean {
  return (
    error instanceof UnreachableError || (error instanceof ApiError && (error.status === 503 || error.status === 429))
  )
}

function waitMs(error: unknown, attempt: number): number {
  const asked = error instanceof ApiError ? error.retryAfterSeconds : undefined
  return asked === undefined ? FIRST_WAIT_MS * 2 ** (attempt - 1) : asked * 1000
}

function takeIn(
  tally: ImportTally,
  lines: readonly ImportLine[],
  answer: object,
  refuse: (line: ImportLine, detail: string) => void,
): void {
  const members = new Map<string, unknown>(Object.entries(answer))
  tally.created += Number(members.get('created') ?? 0)
  tally.duplicates += Number(members.get('duplicates') ?? 0)
  const results = members.get('results')
  if (!Array.isArray(results) || results.length !== lines.length)
    throw new Error('The server did not answer for every item.')
  for (const [index, result] of (
    results as readonly { readonly outcome?: unknown; readonly detail?: unknown }[]
  ).entries()) {
    const line = lines[index]
    if (result.outcome === 'invalid' && line !== undefined) refuse(line, String(result.detail))
  }
}
