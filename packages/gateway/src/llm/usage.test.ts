import { describe, expect, test } from 'vitest'
import { isUsageEvent, mayTellUsage, readUsage } from './usage.ts'

const counts = (inputTokens: number, outputTokens: number, cachedTokens: number) => ({
  inputTokens,
  outputTokens,
  cachedTokens,
})

describe('readUsage', () => {
  test.each([
    {
      provider: 'OpenAI',
      answer: { usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } } },
      told: counts(9, 4, 3),
    },
    {
      provider: 'DeepSeek',
      answer: { usage: { prompt_tokens: 9, completion_tokens: 4, prompt_cache_hit_tokens: 5 } },
      told: counts(9, 4, 5),
    },
    {
      provider: 'Together',
      answer: { usage: { prompt_tokens: 9, completion_tokens: 4, cached_tokens: 2, prompt_tokens_details: null } },
      told: counts(9, 4, 2),
    },
    {
      provider: 'Groq, streamed',
      answer: { choices: [{}], x_groq: { usage: { prompt_tokens: 9, completion_tokens: 4 } } },
      told: counts(9, 4, 0),
    },
    {
      provider: 'Moonshot, streamed',
      answer: { choices: [{ usage: { prompt_tokens: 9, completion_tokens: 4 } }] },
      told: counts(9, 4, 0),
    },
    {
      provider: 'Responses API',
      answer: { usage: { input_tokens: 9, output_tokens: 4, input_tokens_details: { cached_tokens: 1 } } },
      told: counts(9, 4, 1),
    },
    {
      provider: 'Responses API, streamed',
      answer: { response: { usage: { input_tokens: 9, output_tokens: 4 } } },
      told: counts(9, 4, 0),
    },
    { provider: 'embeddings', answer: { usage: { prompt_tokens: 9, total_tokens: 9 } }, told: counts(9, 0, 0) },
    { provider: 'Voyage', answer: { usage: { total_tokens: 9 } }, told: counts(9, 0, 0) },
  ])('reads the counts of $provider', ({ answer, told }) => {
    expect(readUsage(answer)).toEqual(told)
  })

  test.each([
    { answer: undefined },
    { answer: 'usage' },
    { answer: {} },
    { answer: { usage: null } },
    { answer: { usage: { type: 'duration', seconds: 7 } } },
    { answer: { usage: { prompt_tokens: -1 } } },
    { answer: { usage: { prompt_tokens: '9', completion_tokens: 1.5 } } },
    { answer: JSON.parse('{"__proto__":{"usage":{"prompt_tokens":1}}}') as unknown },
  ])('finds none in $answer', ({ answer }) => {
    expect(readUsage(answer)).toBeUndefined()
  })
})

describe('isUsageEvent', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2 }
  test.each([
    { event: { choices: [], usage }, is: true, because: 'this is what include_usage adds' },
    {
      event: { choices: [], usage, error: null, obfuscation: 'x' },
      is: true,
      because: 'vendors add members of their own',
    },
    { event: { choices: [{ delta: {} }], usage }, is: false, because: 'it tells an end too' },
    { event: { choices: [], usage: null, prompt_filter_results: [] }, is: false, because: 'Azure begins with it' },
    { event: { usage }, is: false, because: 'without choices it is no chat chunk' },
    { event: { choices: [], usage, error: { message: 'x' } }, is: false, because: 'the caller must hear of an error' },
    { event: { choices: {}, usage }, is: false, because: 'choices is no list' },
  ])('is $is: $because', ({ event, is }) => {
    expect(isUsageEvent(event)).toBe(is)
  })
})

describe('mayTellUsage', () => {
  test.each([
    { event: 'data: {"usage":null,"choices":[]}', may: false },
    { event: 'data: {"usage": null,"x_groq":{"usage" : {}}}', may: true },
    { event: 'data: {"usage":{"prompt_tokens":1}}', may: true },
    { event: 'data: {"usage":\ndata: {}}', may: true },
    { event: 'data: {"a":"b"}', may: false },
  ])('of $event is $may', ({ event, may }) => {
    expect(mayTellUsage(Buffer.from(event))).toBe(may)
  })
})
