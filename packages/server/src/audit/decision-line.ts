/**
 * Decisions as lines of JSON: what stands in the spool and, compressed, in the journal. An array in a fixed order, because
 * it is the smallest and the fastest to read; new fields are added at the end. Encoding is on the hot path: only strings
 * that strangers choose are escaped, all others are ours and hold nothing to escape.
 *
 *   [kind, at_ms, request, door, workspace, app, key, version, api, target, method, path, client ip, user agent,
 *    code, rule, status, duration_ms, usage, asked by, shadow, facts, credits, tries]
 *   shadow: [[code, rule], …]
 *   facts: [scopes, origin, referer, client certificate, api version, cost, path]: the cost only where it is not 1, or a
 *     path follows; the path only where it was judged by another than it was called by
 *   credits: [[block, units], …]: always last, so that a line that has some is known by its end
 *   tries: where there was more than one; credits stand in the opening then, which is written before the first
 *   usage: [requests, input tokens, output tokens, cached tokens, bytes in, bytes out, first byte ms, metered, ended]
 *
 * kind `o` (opening): before the call is forwarded. `d` (decision): the whole story, once.
 */
import type { RefusalCode } from '@claviger/core'
import type { AskedFacts, CreditSpend, DecisionRecord, Usage } from '@claviger/gateway'

/** Before forwarding. If no decision follows, the process died in between. */
export function encodeOpening(record: DecisionRecord): string {
  return `["o",${record.headText ?? encodeHead(record)}${tail(record)}`
}

export function encodeDecision(record: DecisionRecord): string {
  return `["d",${record.headText ?? encodeHead(record)}${tail(record)}`
}

/** What is known when a call is let through, and stands in both of its lines: kept in `headText`, it is written once. */
export function encodeHead(record: DecisionRecord): string {
  return (
    `${record.atMs},"${record.requestId}","${record.door}","${record.workspaceId}","${record.appId}","${record.keyId}",` +
    `${record.versionNumber},${optional(record.apiId)},${optional(record.targetId)},"${record.method}",${JSON.stringify(record.path)},` +
    `"${record.clientIp}",${JSON.stringify(record.userAgent)},`
  )
}

function tail(record: DecisionRecord): string {
  const { usage } = record
  return (
    `"${record.code}","${record.rule}",${record.status},` +
    `${tenths(record.durationMs)},${usage === undefined ? 'null' : usageText(usage)}${end(record)}`
  )
}

/** What stands at the end of few lines. */
function end({ askedBy, shadow, facts, credits, tries }: DecisionRecord): string {
  const shadowed = shadow === undefined || shadow.length === 0 ? undefined : shadowText(shadow)
  if (tries !== undefined)
    return `,${optional(askedBy)},${shadowed ?? 'null'},${facts === undefined ? 'null' : factsText(facts)},null,${tries}]`
  if (facts === undefined && credits === undefined) {
    if (shadowed !== undefined) return `,${optional(askedBy)},${shadowed}]`
    return askedBy === undefined ? ']' : `,"${askedBy}"]`
  }
  const told = facts === undefined ? 'null' : factsText(facts)
  return `,${optional(askedBy)},${shadowed ?? 'null'},${told}${credits === undefined ? ']' : `,${creditsText(credits)}]`}`
}

function shadowText(shadow: NonNullable<DecisionRecord['shadow']>): string {
  return `[${shadow.map(({ code, rule }) => `["${code}","${rule}"]`).join(',')}]`
}

/** Strangers choose all of it but the certificate, which is digits. */
function factsText(facts: AskedFacts): string {
  const { scopes, origin, referer, clientCertificate, apiVersion, cost, path } = facts
  const asked = scopes === undefined || scopes.length === 0 ? 'null' : JSON.stringify(scopes)
  const charged = cost === undefined ? '' : `,${cost}`
  const judged = path === undefined ? '' : `${charged === '' ? ',null' : ''},${JSON.stringify(path)}`
  return `[${asked},${escaped(origin)},${escaped(referer)},${optional(clientCertificate)},${escaped(apiVersion)}${charged}${judged}]`
}

function escaped(text: string | undefined): string {
  return text === undefined ? 'null' : JSON.stringify(text)
}

function creditsText(credits: readonly CreditSpend[]): string {
  return `[${credits.map(({ block, units }) => `[${block},${units}]`).join(',')}]`
}

function usageText(usage: Usage): string {
  return (
    `[${usage.requests},${usage.inputTokens},${usage.outputTokens},${usage.cachedTokens},${usage.bytesIn},${usage.bytesOut},` +
    `${tenths(usage.firstByteMs)},${usage.metered ? 1 : 0},"${usage.ended}"]`
  )
}

function optional(id: string | undefined): string {
  return id === undefined ? 'null' : `"${id}"`
}

/** Tenths of a millisecond are what anybody reads. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** A line that cannot be read. The drain knows the code and sets the line aside for a person to look at. */
export class UnreadableLine extends Error {
  override readonly name = 'UnreadableLine'
  /** SQLSTATE for malformed input. */
  readonly code = '22P02'
}

const AT = '["o",'.length
const REQUEST_AT = '["o",1790000000000,"'.length
/** From the end of one string of ours to the begin of the next: `","`. */
const NEXT = 3
const QUOTE = 0x22
const OPENING = 0x6f
const DECISION = 0x64

/** What the journal sorts lines by: they stand first, so that they can be found without reading the rest. */
export interface LineHead {
  readonly kind: 'opening' | 'decision'
  readonly atMs: number
  readonly requestId: string
  readonly door: string
  readonly workspaceId: string
  readonly keyId: string
}

/** @throws UnreadableLine */
export function headOf(line: string): LineHead {
  const kind = line.charCodeAt(2)
  const atMs = Number(line.slice(AT, REQUEST_AT - 2))
  const request = line.indexOf('"', REQUEST_AT)
  const door = line.indexOf('"', request + NEXT)
  const workspace = line.indexOf('"', door + NEXT)
  const app = line.indexOf('"', workspace + NEXT)
  const key = line.indexOf('"', app + NEXT)
  const isWhole = request !== -1 && door > request && workspace > door && app > workspace && key > app
  if (
    !isWhole ||
    line.charCodeAt(REQUEST_AT - 1) !== QUOTE ||
    Number.isNaN(atMs) ||
    (kind !== OPENING && kind !== DECISION)
  ) {
    throw new UnreadableLine('A line of the journal is no decision.')
  }
  return {
    kind: kind === OPENING ? 'opening' : 'decision',
    atMs,
    requestId: line.slice(REQUEST_AT, request),
    door: line.slice(request + NEXT, door),
    workspaceId: line.slice(door + NEXT, workspace),
    keyId: line.slice(app + NEXT, key),
  }
}

/** Reads a line of either kind. @throws UnreadableLine */
export function decodeDecision(line: string): DecisionRecord {
  const parts = parse(line)
  const [kind, atMs, requestId, door, workspaceId, appId, keyId, versionNumber, apiId, targetId] = parts
  const [
    method,
    path,
    clientIp,
    userAgent,
    code,
    rule,
    status,
    durationMs,
    usage,
    askedBy,
    shadow,
    facts,
    credits,
    tries,
  ] = parts.slice(10)
  if (
    (kind !== 'd' && kind !== 'o') ||
    typeof atMs !== 'number' ||
    typeof workspaceId !== 'string' ||
    typeof keyId !== 'string' ||
    parts.length < 19
  ) {
    throw new UnreadableLine('A line of the journal is no decision.')
  }
  // What is left was written by `body`, and a checksum stood over it.
  return {
    atMs,
    requestId,
    door,
    workspaceId,
    appId,
    keyId,
    versionNumber,
    apiId: apiId ?? undefined,
    targetId: targetId ?? undefined,
    method,
    path,
    clientIp,
    userAgent,
    code,
    rule,
    status,
    durationMs,
    usage: Array.isArray(usage) ? usageOf(usage) : undefined,
    ...(typeof askedBy === 'string' && { askedBy }),
    ...(Array.isArray(shadow) && { shadow: shadowOf(shadow) }),
    ...(Array.isArray(facts) && { facts: factsOf(facts) }),
    ...(Array.isArray(credits) && { credits: credits.map(spendOf) }),
    ...(typeof tries === 'number' && { tries }),
  } as DecisionRecord
}

function shadowOf(pairs: readonly unknown[]): DecisionRecord['shadow'] {
  return (pairs as readonly (readonly [RefusalCode, string])[]).map(([code, rule]) => ({ code, rule }))
}

function factsOf(parts: readonly unknown[]): AskedFacts {
  const [scopes, origin, referer, clientCertificate, apiVersion, cost, path] = parts
  return {
    ...(Array.isArray(scopes) && { scopes }),
    ...(typeof origin === 'string' && { origin }),
    ...(typeof referer === 'string' && { referer }),
    ...(typeof clientCertificate === 'string' && { clientCertificate }),
    ...(typeof apiVersion === 'string' && { apiVersion }),
    ...(typeof cost === 'number' && { cost }),
    ...(typeof path === 'string' && { path }),
  }
}

const CREDITS_END = ']]]'

/** What a line says of credits. Most say nothing, and are not read for that. @throws UnreadableLine */
export function creditsOf(line: string): readonly CreditSpend[] {
  return line.endsWith(CREDITS_END) ? (decodeDecision(line).credits ?? []) : NO_CREDITS
}

const NO_CREDITS: readonly CreditSpend[] = []

function spendOf(pair: unknown): CreditSpend {
  const [block, units] = pair as [number, number] // written by `endText`, and a checksum stood over it
  return { block, units }
}

function usageOf(parts: readonly unknown[]): Usage {
  const [requests, inputTokens, outputTokens, cachedTokens, bytesIn, bytesOut, firstByteMs, metered, ended] = parts
  return {
    requests,
    inputTokens,
    outputTokens,
    cachedTokens,
    bytesIn,
    bytesOut,
    firstByteMs,
    metered: metered === 1,
    ended,
  } as Usage
}

function parse(line: string): readonly unknown[] {
  let parts: unknown
  try {
    parts = JSON.parse(line)
  } catch (cause) {
    throw new UnreadableLine('A line of the journal is no JSON.', { cause })
  }
  if (!Array.isArray(parts)) throw new UnreadableLine('A line of the journal is no list.')
  return parts
}
