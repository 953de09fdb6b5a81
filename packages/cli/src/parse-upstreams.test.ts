import { describe, expect, test } from 'vitest'
import { circuitBreaker, healthCheck, retries, upstreams } from './parse-upstreams.ts'

describe('upstreams', () => {
  test.each([
    { texts: undefined, read: {} },
    { texts: ['https://a.example/v2'], read: { upstream_url: 'https://a.example/v2' } },
    { texts: ['https://a.example,3'], read: { upstreams: [{ url: 'https://a.example', weight: 3 }] } },
    {
      texts: ['https://a.example/x,y', 'https://b.example,2'],
      read: { upstreams: [{ url: 'https://a.example/x,y' }, { url: 'https://b.example', weight: 2 }] },
    },
  ])('$texts', ({ texts, read }) => {
    expect(upstreams(texts)).toEqual(read)
  })
})

describe('what holds when an upstream misbehaves', () => {
  test.each([
    { parse: circuitBreaker, text: '5', read: { failures: 5 } },
    { parse: circuitBreaker, text: '3,10s', read: { failures: 3, open_ms: 10_000 } },
    { parse: circuitBreaker, text: '{"failures":2,"statuses":[]}', read: { failures: 2, statuses: [] } },
    { parse: circuitBreaker, text: 'none', read: null },
    { parse: healthCheck, text: '/healthz', read: { path: '/healthz' } },
    { parse: healthCheck, text: '/healthz?deep=1,30s', read: { path: '/healthz?deep=1', interval_seconds: 30 } },
    { parse: healthCheck, text: 'none', read: null },
    { parse: retries, text: '2', read: { max_retries: 2 } },
    { parse: retries, text: 'none', read: null },
  ])('$text', ({ parse, text, read }) => {
    expect(parse(text)).toEqual(read)
  })

  test.each([
    { parse: circuitBreaker, text: 'often' },
    { parse: healthCheck, text: 'healthz' },
    { parse: retries, text: '-1' },
    { parse: retries, text: '{' },
  ])('$text is refused', ({ parse, text }) => {
    expect(() => parse(text)).toThrow(/Write|takes JSON/)
  })
})
