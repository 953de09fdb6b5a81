/**
 * Token counts as providers tell them, in one answer or in an event of a stream. Where they stand is data: a new
 * provider's spelling is a line in a table.
 */

import { asBuffer } from '../http/as-buffer.ts'

/** What the upstream said it counted. Cached tokens are part of the input tokens. */
export interface TokenCounts {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
}

type Path = readonly (string | number)[]

/** Where the object with the counts stands; the first that has counts wins. */
const CONTAINERS: readonly Path[] = [
  ['usage'],
  // Groq, in the last event of a stream.
  ['x_groq', 'usage'],
  // Responses API: `response.completed` and kin.
  ['response', 'usage'],
  // Moonshot, in the last event of some models.
  ['choices', 0, 'usage'],
]

/** How the counts are spelled; the first dialect of which one count is there wins. */
const DIALECTS: readonly { readonly input: Path; readonly output: Path; readonly cached: readonly Path[] }[] = [
  {
    input: ['prompt_tokens'],
    output: ['completion_tokens'],
    cached: [
      ['prompt_tokens_details', 'cached_tokens'],
      ['prompt_cache_hit_tokens'], // DeepSeek
      ['cached_tokens'], // Moonshot, Together
    ],
  },
  { input: ['input_tokens'], output: ['output_tokens'], cached: [['input_tokens_details', 'cached_tokens']] },
  // Embeddings of Voyage and kin tell the sum only, and it is all input.
  { input: ['total_tokens'], output: [], cached: [] },
]

/** The members of a whole answer under which a container can stand: all that needs to be kept of a long one. */
export const USAGE_MEMBERS: ReadonlySet<string> = new Set(['usage', 'x_groq'])

/** Searched for in bytes before anything is parsed. */
export const USAGE_NEEDLE = '"usage"'

/** The counts in a parsed answer or event; undefined when it tells none. */
export function readUsage(answer: unknown): TokenCounts | undefined {
  for (const path of CONTAINERS) {
    const counts = readCounts(at(answer, path))
    if (counts !== undefined) return counts
  }
  return undefined
}

/**
 * True for the one event that `stream_options.include_usage` adds to a stream: `choices` is an empty list and `usage`
 * tells the counts. One that tells an error too is not it.
 */
export function isUsageEvent(event: unknown): boolean {
  const choices = at(event, ['choices'])
  if (!Array.isArray(choices) || choices.length > 0) return false
  return readCounts(at(event, ['usage'])) !== undefined && (at(event, ['error']) ?? null) === null
}

/** False when every `"usage"` in these bytes is followed by null, as in each chunk but the last of many streams. */
export function mayTellUsage(event: Uint8Array): boolean {
  const bytes = asBuffer(event)
  let found = bytes.indexOf(USAGE_NEEDLE)
  while (found >= 0) {
    let next = found + USAGE_NEEDLE.length
    while (bytes[next] === 0x20 || bytes[next] === 0x3a) next += 1
    if (bytes[next] !== 0x6e) return true
    found = bytes.indexOf(USAGE_NEEDLE, next)
  }
  return false
}

function readCounts(usage: unknown): TokenCounts | undefined {
  for (const { input, output, cached } of DIALECTS) {
    const inputTokens = count(usage, input)
    const outputTokens = output.length === 0 ? undefined : count(usage, output)
    if (inputTokens === undefined && outputTokens === undefined) continue
    const cachedTokens = cached.map((path) => count(usage, path)).find((tokens) => tokens !== undefined)
    return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, cachedTokens: cachedTokens ?? 0 }
  }
  return undefined
}

/** Whole and not negative, or it is no count. */
function count(usage: unknown, path: Path): number | undefined {
  const value = at(usage, path)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function at(value: unknown, path: Path): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined
    // Own members only: `__proto__` and kin of a parsed answer lead nowhere.
    here = Object.getOwnPropertyDescriptor(here, step)?.value
  }
  return here
}
