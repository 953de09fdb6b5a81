/** The log: JSON lines on standard output. */
import { pino } from 'pino'
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
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    pino.destination({ dest: 1, sync: true }),
  )
}

/** A log that keeps nothing: for tests and for commands that print their own answer. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
