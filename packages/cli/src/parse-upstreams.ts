/** Upstreams of a route and what holds when one misbehaves, as one writes it on a command line. */
import { UsageError } from './context.ts'
import { durationSeconds, json } from './parse-options.ts'

/** For `--help`. */
export const BREAKER_FORMS = '5 (failures in a row), 5,10s (and out for so long at first), JSON, or none'
export const CHECK_FORMS = '/healthz, /healthz,30s (the interval), JSON, or none'
export const RETRY_FORMS = '2 (further tries), JSON, or none'

/** One URL is the short form; more, or one with a weight (`https://a.example/v2,3`), are a list. */
export function upstreams(texts: readonly string[] | undefined): {
  upstream_url?: string | null
  upstreams?: object[]
} {
  if (texts === undefined) return {}
  const read = texts.map((text) => {
    const [, url = text, weight] = /^(.*),([0-9]+)$/.exec(text) ?? []
    return { url, ...(weight !== undefined && { weight: Number(weight) }) }
  })
  const [only, ...others] = read
  if (only !== undefined && others.length === 0 && only.weight === undefined) return { upstream_url: only.url }
  return { upstreams: read }
}

/** @throws UsageError */
export function circuitBreaker(text: string): unknown {
  return settings(text, '--circuit-breaker', () => {
    const [, failures, open] = /^([0-9]+)(?:,([0-9]+[smh]?))?$/.exec(text) ?? []
    if (failures === undefined) throw new UsageError(`${text} is no circuit breaker. Write ${BREAKER_FORMS}.`)
    return { failures: Number(failures), ...(open !== undefined && { open_ms: durationSeconds(open) * 1000 }) }
  })
}

/** @throws UsageError */
export function healthCheck(text: string): unknown {
  return settings(text, '--health-check', () => {
    const [, path, interval] = /^(\/[^,]*)(?:,([0-9]+[smh]?))?$/.exec(text) ?? []
    if (path === undefined) throw new UsageError(`${text} is no health check. Write ${CHECK_FORMS}.`)
    return { path, ...(interval !== undefined && { interval_seconds: durationSeconds(interval) }) }
  })
}

/** @throws UsageError */
export function retries(text: string): unknown {
  return settings(text, '--retries', () => {
    if (!/^[0-9]+$/.test(text)) throw new UsageError(`${text} says nothing of retries. Write ${RETRY_FORMS}.`)
    return { max_retries: Number(text) }
  })
}

function settings(text: string, option: string, short: () => object): unknown {
  if (text === 'none') return null
  return text.startsWith('{') ? json(text, option) : short()
}
