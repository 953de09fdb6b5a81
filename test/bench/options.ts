/** What may be said on the command line. */
import { parseArgs } from 'node:util'

export const SECTIONS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const
export type SectionName = (typeof SECTIONS)[number]

export interface BenchOptions {
  readonly only: readonly SectionName[]
  readonly rounds: number
  /** Of each measured run. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly connections: number
  /** Sizes of the key set in (d). */
  readonly keys: readonly number[]
  /** How many keys (e) imports. */
  readonly imports: number
}

export const HELP = `npm run bench -- [--only a,b,c,d,e,f,g,h] [--rounds 5] [--seconds 5] [--connections 32] [--keys 1000,100000] [--imports 1000000]

  a  verify a key, against a bare node:http server that hashes and looks up
  b  an authenticated proxied POST, against nginx and @portkey-ai/gateway
  c  a streamed chat of 200 chunks, against the same
  d  verify with 1 thousand and 100 thousand keys stored (--keys 1000000 for a million)
  e  the decision alone, within one process: scopes, CIDR and two limits
  f  the limiter with its store, within one process
  g  import of a million keys by their hashes
  h  verify with limits that Redis counts for all, against limits counted in the process`

/** @throws TypeError with a plain message */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: SECTIONS.join(',') },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '32' },
      keys: { type: 'string', default: '1000,100000' },
      imports: { type: 'string', default: '1000000' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    only: values.only.split(',').map(sectionOf),
    rounds: countOf('rounds', values.rounds),
    seconds: countOf('seconds', values.seconds),
    warmUpSeconds: 1,
    connections: countOf('connections', values.connections),
    keys: values.keys.split(',').map((text) => countOf('keys', text)),
    imports: countOf('imports', values.imports),
  }
}

function sectionOf(text: string): SectionName {
  const found = SECTIONS.find((name) => name === text.trim())
  if (found === undefined) throw new TypeError(`--only knows ${SECTIONS.join(', ')}, not ${text}`)
  return found
}

function countOf(name: string, text: string): number {
  const count = Number(text.replaceAll('_', ''))
  if (!Number.isInteger(count) || count < 1) throw new TypeError(`--${name} must be a whole number from 1`)
  return count
}
