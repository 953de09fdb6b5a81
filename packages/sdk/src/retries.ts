/** What is safe to send again, and when. @see RFC 9110 §9.2.2, draft-ietf-httpapi-idempotency-key-header-07 */
import { ApiError, UnreachableError } from './api-error.ts'

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 30_000

/** Whether the server remembers answers to this call. Decisions about keys are the data plane's, which remembers none. */
export function takesIdempotencyKey(method: string, path: string): boolean {
  return method === 'POST' && !path.startsWith('/api/v1/keys/verify') && path !== '/api/v1/setup'
}

export function isRepeatable(method: string, idempotencyKey: string | undefined): boolean {
  return method === 'GET' || method === 'DELETE' || (method === 'POST' && idempotencyKey !== undefined)
}

/** @throws what the last try threw */
export async function tryAgain<Value>(
  { retries, signal }: { readonly retries: number; readonly signal?: AbortSignal },
  isSafe: boolean,
  attempt: () => Promise<Value>,
): Promise<Value> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await attempt()
    } catch (thrown) {
      if (!isSafe || tried >= retries || !isWorthIt(thrown)) throw thrown
      await pause(waitMs(thrown, tried), signal)
    }
  }
}

function isWorthIt(thrown: unknown): boolean {
  if (thrown instanceof UnreachableError) return true
  return thrown instanceof ApiError && (thrown.status === 503 || (thrown.status === 429 && thrown.code !== 'probing'))
}

/** As the server says; else longer each time, and never two clients at the same instant. */
function waitMs(thrown: unknown, tried: number): number {
  const asked = thrown instanceof ApiError ? thrown.retryAfterSeconds : undefined
  const ownMs = FIRST_WAIT_MS * 2 ** tried * (0.5 + Math.random() / 2)
  return Math.min(LONGEST_WAIT_MS, Math.max(ownMs, (asked ?? 0) * 1_000))
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
