/** Options of routes: where they answer beside `/gw/{name}`, and what is done to their calls. */
import type { Command } from 'commander'
import { collect, durationSeconds, json, listOrNone } from './parse-options.ts'
import { given } from './resource.ts'

export interface ShapingOptions {
  readonly host?: readonly string[]
  readonly path?: readonly string[]
  readonly stripPrefix?: string
  readonly replacePath?: string
  readonly headerRules?: string
  readonly cors?: string
  readonly maintenance?: string
  readonly retryAfter?: string
  readonly letThrough?: readonly string[]
}

export function shapingOptions(command: Command): Command {
  return command
    .option(
      '--host <host>',
      'the whole new list of hosts: api.example.com, *.example.com, or none (repeatable)',
      collect,
    )
    .option('--path <path>', 'the whole new list of paths: /v1, =/v1/ping, or none (repeatable)', collect)
    .option('--strip-prefix <path>', 'cut off the path before it goes to the upstream; or none')
    .option('--replace-path <path>', 'where every call goes at the upstream; or none')
    .option('--header-rules <json>', 'fields to remove, set and add: \'{"response":{"remove":["server"]}}\'; or none')
    .option('--cors <json>', 'scripts that may call: \'{"origins":["https://app.example.com"]}\'; or none')
    .option('--maintenance <text>', 'answer 503 with this text; or none')
    .option('--retry-after <duration>', 'how long the maintenance will take: 30m')
    .option('--let-through <key-or-network>', 'who may call during the maintenance (repeatable)', collect)
}

export function shapingOf(chosen: ShapingOptions): object {
  return given({
    hosts: listOrNone(chosen.host),
    paths: listOrNone(chosen.path),
    rewrite: rewriteOf(chosen),
    header_rules: jsonOrNone(chosen.headerRules, '--header-rules'),
    cors: jsonOrNone(chosen.cors, '--cors'),
    maintenance: maintenanceOf(chosen),
  })
}

/** Undefined: not said. */
function rewriteOf({ stripPrefix, replacePath }: ShapingOptions): object | null | undefined {
  if (stripPrefix === undefined && replacePath === undefined) return undefined
  const told = given({ strip_prefix: unlessNone(stripPrefix), replace_path: unlessNone(replacePath) })
  return Object.keys(told).length === 0 ? null : told
}

function maintenanceOf({ maintenance, retryAfter, letThrough = [] }: ShapingOptions): object | null | undefined {
  if (maintenance === undefined) return undefined
  if (maintenance === 'none') return null
  return given({
    message: maintenance,
    retry_after_seconds: retryAfter === undefined ? undefined : durationSeconds(retryAfter),
    key_ids: letThrough.filter((who) => who.startsWith('key_')),
    addresses: letThrough.filter((who) => !who.startsWith('key_')),
  })
}

const jsonOrNone = (text: string | undefined, option: string): unknown =>
  text === undefined ? undefined : text === 'none' ? null : json(text, option)

const unlessNone = (text: string | undefined): string | undefined => (text === 'none' ? undefined : text)
