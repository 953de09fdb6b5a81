/** The log: JSON lines on standard output. */
import { pino, stdSerializers } from 'pino'
import type { Config } from './load-config.ts'

/** Facts first, then the sentence. Never a secret in either; an error goes in as `err`. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Lines are written at once, so that the last ones before a crash are there. */
export function createLog(config: Pick<Config, 'logLevel' | 'nodeName'>): Log {
  return pino(
    {
      level: config.logLevel,
      base: { node: config.nodeName },
      serializers: { err: errorFacts },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    pino.destination({ dest: 1, sync: true }),
  )
}

/** What is told of an error. Whatever else hangs on one may be what somebody sent: a request's bytes, a row's values. */
const TOLD = ['code', 'syscall', 'address', 'port', 'severity', 'table', 'constraint', 'routine', 'reason'] as const

export function errorFacts(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const { type, message, stack } = stdSerializers.err(error)
  const own = TOLD.flatMap((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(error, name)?.value
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : []
  })
  return { type, message, stack, ...Object.fromEntries(own) }
}

/** A log that keeps nothing: for tests and for commands that print their own answer. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
