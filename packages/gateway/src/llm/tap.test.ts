import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { ClavigerError } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import type { ResponseTap } from '../front.ts'
import { chatTap } from './tap.ts'

const STREAM = { status: 200, headers: ['Content-Type', 'text/event-stream; charset=utf-8'] }
const JSON_ANSWER = { status: 200, headers: ['content-type', 'application/json'] }
const encoded = (head: typeof STREAM, coding: string) => ({
  ...head,
  headers: [...head.headers, 'Content-Encoding', coding],
})

const USAGE = '"usage":{"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":5}}'
const CHUNK = 'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n'
const USAGE_CHUNK = `data: {"choices":[],${USAGE}}\n\n`
const DONE = 'data: [DONE]\n\n'
const METERED = { inputTokens: 11, outputTokens: 7, cachedTokens: 5, metered: true }
const UNMETERED = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, metered: false }

const CODINGS = [
  { coding: 'gzip', encode: gzipSync },
  { coding: 'x-gzip', encode: gzipSync },
  { coding: 'deflate', encode: deflateSync },
  { coding: 'deflate', encode: deflateRawSync },
  { coding: 'br', encode: brotliCompressSync },
  { coding: 'zstd', encode: zstdCompressSync },
]

async function passThrough(tap: ResponseTap | undefined, bytes: Uint8Array, chunkBytes = bytes.length) {
  if (tap === undefined) throw new Error('this answer has no tap')
  const parts: (Uint8Array | undefined)[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) parts.push(tap.transform(bytes.subarray(at, at + chunkBytes)))
  parts.push(tap.flush())
  return { passed: Buffer.concat(parts.filter((part) => part !== undefined)), tokens: await tap.tokens() }
}

describe('chatTap', () => {
  test('meters a stream and passes all of it when the caller asked for usage', async () => {
    const text = CHUNK + USAGE_CHUNK + DONE
    const tap = chatTap(STREAM, 'as sent')
    expect(tap?.changesLength).toBe(false)
    const { passed, tokens } = await passThrough(tap, Buffer.from(text))
    expect(passed.toString()).toBe(text)
    expect(tokens).toEqual(METERED)
  })

  test('takes out the usage event that we asked for, once', async () => {
    const { passed, tokens } = await passThrough(
      chatTap(STREAM, 'added'),
      Buffer.from(CHUNK + USAGE_CHUNK + USAGE_CHUNK + DONE),
      7,
    )
    expect(passed.toString()).toBe(CHUNK + USAGE_CHUNK + DONE)
    expect(tokens).toEqual(METERED)
  })

  test('leaves a usage event in that tells an end too', async () => {
    const text = `data: {"choices":[{"finish_reason":"stop"}],${USAGE}}\n\n`
    const { passed, tokens } = await passThrough(chatTap(STREAM, 'added'), Buffer.from(text))
    expect(passed.toString()).toBe(text)
    expect(tokens).toEqual(METERED)
  })

  test('counts the last event where each tells the sum so far', async () => {
    const event = (tokens: number) =>
      `data: {"choices":[{}],"usage":{"prompt_tokens":3,"completion_tokens":${tokens}}}\n\n`
    const { tokens } = await passThrough(chatTap(STREAM, 'as sent'), Buffer.from(event(1) + event(2) + event(9)))
    expect(tokens).toMatchObject({ inputTokens: 3, outputTokens: 9 })
  })

  test('says that a stream without counts is not metered', async () => {
    const { tokens } = await passThrough(chatTap(STREAM, 'added'), Buffer.from(CHUNK + DONE))
    expect(tokens).toEqual(UNMETERED)
  })

  test('leaves refusals of the upstream alone', () => {
    expect(chatTap({ ...JSON_ANSWER, status: 429 }, 'as sent')).toBeUndefined()
  })

  test.each([1, 5, 4_096])('meters a plain answer in chunks of %i bytes', async (chunkBytes) => {
    const body = `{"choices":[{"message":{"content":"\\"usage\\":"}}],\n ${USAGE}}`
    const { passed, tokens } = await passThrough(chatTap(JSON_ANSWER, 'as sent'), Buffer.from(body), chunkBytes)
    expect(passed.toString()).toBe(body)
    expect(tokens).toEqual(METERED)
  })

  test.each(CODINGS)('passes $coding untouched and meters a decoded copy', async ({ coding, encode }) => {
    for (const [head, text] of [
      [STREAM, CHUNK + USAGE_CHUNK + DONE],
      [JSON_ANSWER, `{${USAGE}}`],
    ] as const) {
      const bytes = encode(Buffer.from(text))
      const { passed, tokens } = await passThrough(chatTap(encoded(head, coding), 'added'), bytes, 9)
      expect(passed.equals(bytes)).toBe(true)
      expect(tokens).toEqual(METERED)
    }
  })

  test.each(CODINGS)('meters what came of a $coding stream that was cut', async ({ encode, coding }) => {
    const noise = Array.from({ length: 3_000 }, (_, index) => `data: {"n":${(index * 7919) % 1e9}}\n\n`).join('')
    const bytes = encode(Buffer.from(USAGE_CHUNK + noise))
    const { tokens } = await passThrough(
      chatTap(encoded(STREAM, coding), 'as sent'),
      bytes.subarray(0, bytes.length - 40),
    )
    // brotli and zstd give out whole blocks only: what was in the block that is missing was never told
    if (coding !== 'br' && coding !== 'zstd') expect(tokens).toEqual(METERED)
    expect([METERED, UNMETERED]).toContainEqual(tokens)
  })

  test.each(['gzip, br', 'compress', 'dcz'])('passes the coding %s untouched and unmetered', async (coding) => {
    const bytes = Buffer.from('whatever this is')
    const { passed, tokens } = await passThrough(chatTap(encoded(STREAM, coding), 'added'), bytes)
    expect(passed.equals(bytes)).toBe(true)
    expect(tokens).toEqual(UNMETERED)
  })

  test.each(CODINGS)('passes what is no $coding at all, unmetered', async ({ coding }) => {
    const bytes = Buffer.from('this was never encoded')
    const { passed, tokens } = await passThrough(chatTap(encoded(JSON_ANSWER, coding), 'as sent'), bytes)
    expect(passed.equals(bytes)).toBe(true)
    expect(tokens).toEqual(UNMETERED)
  })

  test.each([
    { coding: 'zstd', encode: zstdCompressSync },
    { coding: 'gzip', encode: gzipSync },
  ])('stops decoding a $coding copy that unfolds without end', async ({ coding, encode }) => {
    const bomb = encode(Buffer.concat([Buffer.alloc(80 * 1024 * 1024, 0x20), Buffer.from(`{${USAGE}}`)]))
    const { passed, tokens } = await passThrough(chatTap(encoded(JSON_ANSWER, coding), 'as sent'), bomb)
    expect(passed.equals(bomb)).toBe(true)
    expect(tokens).toEqual(UNMETERED)
  })
})

describe('a cut stream', () => {
  const error = new ClavigerError('key_revoked', 'The key was revoked.')
  const cutText = (tap: ResponseTap | undefined) => Buffer.from(tap?.cut(error, 'req_1') ?? '').toString()

  test('ends with an error event that begins where a whole event ended', () => {
    const tap = chatTap(STREAM, 'added')
    expect(Buffer.from(tap?.transform(Buffer.from(`${CHUNK}data: {"cho`)) ?? '').toString()).toBe(CHUNK)
    expect(cutText(tap)).toMatch(/^data: \{"error":.*"code":"key_revoked"\}\}\n\n$/)
  })

  test('ends a comment before its error event', () => {
    const tap = chatTap(STREAM, 'added')
    tap?.transform(Buffer.from(': wait'))
    expect(cutText(tap)).toMatch(/^\n\ndata: /)
  })

  test('ends without a word where the bytes are encoded, or are no events', () => {
    expect(chatTap(encoded(STREAM, 'gzip'), 'as sent')?.cut(error, 'req_1')).toBeUndefined()
    expect(chatTap(JSON_ANSWER, 'as sent')?.cut(error, 'req_1')).toBeUndefined()
  })
})
