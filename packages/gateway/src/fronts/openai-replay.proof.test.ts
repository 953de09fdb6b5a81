/**
 * Recorded answers of real providers through the whole door: they arrive as they were sent, however they are cut and
 * encoded, with any line end; they are counted; and the request differs from the caller's in the declared spans only.
 */
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAiPlane, type AiPlane } from '../testing/ai-plane.ts'
import type { Cut } from '../testing/plain-egress.ts'
import { sendRaw, type RawAnswer } from '../testing/raw-client.ts'
import { isEventStream, loadRecordings, type Recording } from '../testing/recordings.ts'
import { startReplayUpstream, type ReplayUpstream } from '../testing/replay-upstream.ts'

const RECORDINGS = loadRecordings()
const STREAMS = RECORDINGS.filter(isEventStream)

const CODINGS = {
  gzip: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  deflate: (bytes: Buffer) => deflateSync(bytes, { level: 1 }),
  br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
} as const
type Coding = keyof typeof CODINGS | 'identity'

const LINE_ENDS = { LF: '\n', CRLF: '\r\n', CR: '\r' } as const

/** `asked`: the caller asks for usage itself. `silent`: it does not, and we do. */
type Asking = 'asked' | 'silent'

const whole: Cut = (body) => [body]
const bytewise: Cut = (body) => Array.from(body, (_, at) => body.subarray(at, at + 1))
const cutAt =
  (place: number): Cut =>
  (body) => [body.subarray(0, place), body.subarray(place)]

/** Chunks of 1 to 600 bytes, the same for the same seed. */
function randomly(seed: number): Cut {
  return (body) => {
    const chunks: Buffer[] = []
    let state = seed
    for (let at = 0; at < body.length;) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      const bytes = 1 + ((state >>> 8) % (state % 3 === 0 ? 8 : 600))
      chunks.push(body.subarray(at, at + bytes))
      at += bytes
    }
    return chunks
  }
}

let upstream: ReplayUpstream
let gateway: AiPlane

beforeAll(async () => {
  upstream = await startReplayUpstream()
  gateway = await startAiPlane()
  for (const name of new Set(RECORDINGS.map(modelOf))) {
    gateway.addModel(name, { upstreamOrigin: upstream.origin })
  }
})
afterAll(async () => {
  expect(gateway.errors).toEqual([])
  await gateway.close()
  await upstream.close()
})

function modelOf(recording: Recording): string {
  const request: { readonly model?: unknown } = recording.chatRequest ?? {}
  return typeof request.model === 'string' ? request.model : 'replayed'
}

/** The recorded request where there is one; its usage option as this test wants it. */
function requestText(recording: Recording, asking: Asking): string {
  const recorded = recording.chatRequest ?? { model: 'replayed', messages: [{ role: 'user', content: 'Hello' }] }
  const { stream_options: _, ...rest } = { stream_options: undefined, ...recorded }
  const streamed = { ...rest, ...(isEventStream(recording) ? { stream: true } : { stream: false }) }
  return JSON.stringify(
    asking === 'asked' ? { ...streamed, stream_options: { include_usage: true } } : streamed,
    undefined,
    1,
  )
}

interface Variant {
  readonly asking: Asking
  readonly cut: Cut
  readonly coding: Coding
  readonly lineEnd: keyof typeof LINE_ENDS
}

const PLAIN: Variant = { asking: 'asked', cut: whole, coding: 'identity', lineEnd: 'LF' }

async function replay(
  recording: Recording,
  variant: Variant,
): Promise<{ readonly sent: Buffer; readonly answer: RawAnswer }> {
  const text = isEventStream(recording) ? recording.body.replaceAll('\n', LINE_ENDS[variant.lineEnd]) : recording.body
  const plain = Buffer.from(text)
  const sent = variant.coding === 'identity' ? plain : CODINGS[variant.coding](plain)
  upstream.answers.set('now', {
    status: recording.status,
    headers: {
      'content-type': recording.contentType,
      'x-vendor': 'kept',
      ...(variant.coding === 'identity' ? {} : { 'content-encoding': variant.coding }),
    },
    body: sent,
  })
  gateway.egress.cut = variant.cut
  const answer = await sendRaw({
    method: 'POST',
    url: `${gateway.origin}/openai/v1/chat/completions`,
    headers: {
      authorization: `Bearer ${gateway.secrets.good}`,
      'content-type': 'application/json',
      'accept-encoding': 'gzip, br',
      'x-replay': 'now',
    },
    body: requestText(recording, variant.asking),
  })
  return { sent, answer }
}

// ── what is expected, worked out from the recording alone ────────────────────────────────────────────────────────────

/** What an answer or event may hold, as far as it is looked at here. */
interface Told {
  readonly choices?: readonly unknown[]
  readonly usage?: ToldUsage | null
  readonly x_groq?: { readonly usage?: ToldUsage }
  readonly response?: { readonly usage?: ToldUsage | null }
}

interface ToldUsage {
  readonly prompt_tokens?: number
  readonly input_tokens?: number
  readonly total_tokens?: number
  readonly completion_tokens?: number
  readonly output_tokens?: number
  readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null
  readonly input_tokens_details?: { readonly cached_tokens?: number } | null
  readonly prompt_cache_hit_tokens?: number
  readonly cached_tokens?: number
}

function parsed(text: string): Told | undefined {
  try {
    return JSON.parse(text) as Told
  } catch {
    return undefined
  }
}

/** Every JSON value that the recording tells: its events', or the one that it is. */
function valuesOf(recording: Recording): readonly (Told | undefined)[] {
  if (!isEventStream(recording)) return [parsed(recording.body)]
  return recording.body.split('\n\n').map((block) => {
    const data = block.split('\n').filter((line) => line.startsWith('data:'))
    return parsed(data.map((line) => line.slice(5)).join('\n'))
  })
}

/** The first block that is a usage event and nothing else. */
function withoutUsageEvent(recording: Recording, lineEnd: string): string {
  const blocks = recording.body.split(/(?<=\n\n)/)
  const found = blocks.findIndex((block) => {
    const value = parsed(block.replace(/^data:/, ''))
    return value?.choices?.length === 0 && typeof value.usage?.prompt_tokens === 'number'
  })
  return blocks
    .filter((_, index) => index !== found)
    .join('')
    .replaceAll('\n', lineEnd)
}

function usageOf(recording: Recording): object {
  const told = valuesOf(recording).flatMap(
    (value) => value?.usage ?? value?.x_groq?.usage ?? value?.response?.usage ?? [],
  )
  const last = told.at(-1)
  const inputTokens = last?.prompt_tokens ?? last?.input_tokens ?? last?.total_tokens
  const outputTokens = last?.completion_tokens ?? last?.output_tokens ?? 0
  const details = last?.prompt_tokens_details ?? last?.input_tokens_details
  const cachedTokens = details?.cached_tokens ?? last?.prompt_cache_hit_tokens ?? last?.cached_tokens ?? 0
  return inputTokens === undefined
    ? { inputTokens: 0, outputTokens: 0, cachedTokens: 0, metered: recording.status >= 300 }
    : { inputTokens, outputTokens, cachedTokens, metered: true }
}

async function expectIdentical(recording: Recording, variant: Variant): Promise<void> {
  const { sent, answer } = await replay(recording, variant)
  const label = `${recording.name} ${variant.coding} ${variant.lineEnd}`
  if (!answer.body.equals(sent) || answer.status !== recording.status || !answer.isWhole)
    expect(answer.body.toString('latin1'), label).toBe(sent.toString('latin1'))
  expect(answer.status, label).toBe(recording.status)
  expect(answer.headers, label).toMatchObject({ 'content-type': recording.contentType, 'x-vendor': 'kept' })
  expect(answer.headers['content-encoding'], label).toBe(variant.coding === 'identity' ? undefined : variant.coding)
  await expectUsage(recording, label)
}

async function expectUsage(recording: Recording, label: string): Promise<void> {
  const { usage } = await gateway.nextRecord()
  expect(usage?.ended, label).toBe('complete')
  if (recording.isOpenAiWire) expect(usage, label).toMatchObject(usageOf(recording))
}

// ── the tests ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('there is something to replay', () => {
  expect(RECORDINGS.length).toBeGreaterThan(400)
  expect(STREAMS.length).toBeGreaterThan(80)
  expect(RECORDINGS.filter((recording) => recording.chatRequest !== undefined).length).toBeGreaterThan(140)
})

describe('an answer arrives as it was sent, and is counted', () => {
  test('every recording, whole', async () => {
    for (const recording of RECORDINGS) await expectIdentical(recording, PLAIN)
  })

  test.each([1, 2, 3])('every recording, in random chunks (seed %i)', async (seed) => {
    for (const recording of RECORDINGS) await expectIdentical(recording, { ...PLAIN, cut: randomly(seed) })
  })

  test.each(Object.keys(CODINGS) as Coding[])('every recording in the coding %s, in random chunks', async (coding) => {
    for (const recording of RECORDINGS) await expectIdentical(recording, { ...PLAIN, coding, cut: randomly(4) })
  })

  test.each(['CRLF', 'CR'] as const)('every stream with %s as line end, in random chunks', async (lineEnd) => {
    for (const recording of STREAMS) await expectIdentical(recording, { ...PLAIN, lineEnd, cut: randomly(5) })
  })

  test.each(Object.keys(LINE_ENDS) as Variant['lineEnd'][])('every stream byte by byte, with %s', async (lineEnd) => {
    for (const recording of STREAMS) await expectIdentical(recording, { ...PLAIN, lineEnd, cut: bytewise })
  })

  test('every short plain answer byte by byte', async () => {
    const short = RECORDINGS.filter((recording) => !isEventStream(recording) && recording.body.length < 2_000)
    expect(short.length).toBeGreaterThan(50)
    for (const recording of short) await expectIdentical(recording, { ...PLAIN, cut: bytewise })
  })

  test('a stream with comments in two pieces, cut at every byte', async () => {
    const [sample] = STREAMS.filter(
      ({ name, body }) => name.includes('openrouter') && body.includes('"choices":[]'),
    ).toSorted((a, b) => a.body.length - b.body.length)
    if (sample === undefined) throw new Error('the sample is gone')
    for (let place = 0; place <= sample.body.length; place += 1)
      await expectIdentical(sample, { ...PLAIN, cut: cutAt(place) })
  })
})

describe('the usage event that only we asked for is taken out', () => {
  const added = STREAMS.filter(({ isOpenAiWire, status }) => isOpenAiWire && status === 200)

  async function expectTakenOut(recording: Recording, variant: Variant): Promise<void> {
    const { answer } = await replay(recording, variant)
    const expected = withoutUsageEvent(recording, LINE_ENDS[variant.lineEnd])
    const label = `${recording.name} ${variant.coding} ${variant.lineEnd}`
    expect(answer.body.toString(), label).toBe(expected)
    expect(answer.headers['content-encoding'], label).toBeUndefined()
    await expectUsage(recording, label)
  }

  test('the recordings hold such events', () => {
    expect(added.filter((recording) => withoutUsageEvent(recording, '\n') !== recording.body).length).toBeGreaterThan(5)
  })

  test.each(['LF', 'CRLF', 'CR'] as const)('from every stream, in random chunks, with %s', async (lineEnd) => {
    for (const recording of added)
      await expectTakenOut(recording, { ...PLAIN, asking: 'silent', lineEnd, cut: randomly(6) })
  })

  test.each(['LF', 'CRLF', 'CR'] as const)('from every stream, byte by byte, with %s', async (lineEnd) => {
    for (const recording of added)
      await expectTakenOut(recording, { ...PLAIN, asking: 'silent', lineEnd, cut: bytewise })
  })

  test.each(Object.keys(CODINGS) as Coding[])(
    'from every stream that comes in %s although we asked for identity',
    async (coding) => {
      for (const recording of added)
        await expectTakenOut(recording, { ...PLAIN, asking: 'silent', coding, cut: randomly(7) })
    },
  )

  test.each(['LF', 'CRLF'] as const)('wherever the stream is cut, with %s', async (lineEnd) => {
    const [sample] = added
      .filter((recording) => withoutUsageEvent(recording, '\n') !== recording.body)
      .toSorted((a, b) => a.body.length - b.body.length)
    if (sample === undefined) throw new Error('the sample is gone')
    const bytes = Buffer.byteLength(sample.body.replaceAll('\n', LINE_ENDS[lineEnd]))
    for (let place = 0; place <= bytes; place += 1)
      await expectTakenOut(sample, { ...PLAIN, asking: 'silent', lineEnd, cut: cutAt(place) })
  })
})

describe('the request that reaches the upstream', () => {
  test('differs from the caller’s in the declared spans only', async () => {
    const chats = RECORDINGS.filter((recording) => recording.chatRequest !== undefined)
    for (const recording of chats) {
      for (const asking of ['asked', 'silent'] as const) {
        await replay(recording, { ...PLAIN, asking })
        const sent = requestText(recording, asking)
        const seen = upstream.seen.get('now')
        const added = asking === 'silent' && isEventStream(recording) ? ',"stream_options":{"include_usage":true}' : ''
        const model = JSON.stringify(modelOf(recording))
        const expected = sent
          .replace(`"model": ${model}`, `"model": ${JSON.stringify(`up/"${modelOf(recording)}"`)}`)
          .replace(/\n\}$/, `${added}\n}`)
        expect(seen?.body, recording.name).toBe(expected)
        expect(seen?.path).toBe('/v1/chat/completions')
        expect(seen?.headers['content-length']).toBe(String(Buffer.byteLength(expected)))
        expect(seen?.headers['accept-encoding']).toBe(added === '' ? 'gzip, br' : 'identity')
        expect(JSON.stringify(seen?.headers)).not.toContain(gateway.secrets.good)
        await gateway.nextRecord()
      }
    }
  })
})
