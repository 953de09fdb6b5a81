/** What the commands of every resource share: `list`, `show`, `delete`, and the frame for `create` and `update`. */
import type { OperationId } from '@claviger/sdk'
import type { Command } from 'commander'
import type { CommandContext } from './context.ts'
import { showMany, showOne, writeJson, type OutputOptions } from './output.ts'

export interface Resource {
  /** Plural, as typed: `provider-keys`. */
  readonly name: string
  readonly what: string
  readonly columns: readonly string[]
  readonly list: OperationId
  /** Filters with an option of their own; others go by `--filter`. */
  readonly flags?: readonly Flag[]
  readonly show: OperationId
  readonly remove?: OperationId
}

interface Flag {
  /** As typed: `over-maximum`; `over_maximum=true` is asked for. */
  readonly name: string
  readonly what: string
}

interface ListOptions extends OutputOptions {
  readonly limit: string
  readonly filter?: readonly string[]
}

/** Calls an operation by its name with values from the command line; the server checks them. */
export async function callNamed(
  context: CommandContext,
  operationId: OperationId,
  call: {
    readonly params?: object
    readonly query?: object
    readonly body?: object
    readonly idempotencyKey?: string
    readonly ifMatch?: string
  } = {},
): Promise<object> {
  const client: { call(id: OperationId, options: object): Promise<unknown> } = context.client()
  const answer = await client.call(operationId, call)
  return typeof answer === 'object' && answer !== null ? answer : {}
}

/** All pages of a list, up to `limit` items. */
export async function listAll(
  context: CommandContext,
  operationId: OperationId,
  query: object,
  { params, limit = Number.POSITIVE_INFINITY }: { readonly params?: object; readonly limit?: number } = {},
): Promise<readonly object[]> {
  const items: object[] = []
  let cursor: string | undefined
  do {
    const page = new Map(
      Object.entries(
        await callNamed(context, operationId, {
          ...(params !== undefined && { params }),
          query: { ...query, limit: Math.min(100, limit - items.length), cursor },
        }),
      ),
    )
    const found: unknown = page.get('data')
    if (Array.isArray(found))
      items.push(...found.filter((item): item is object => typeof item === 'object' && item !== null))
    const next: unknown = page.get('next_cursor')
    cursor = typeof next === 'string' ? next : undefined
  } while (cursor !== undefined && items.length < limit)
  return items
}

/** Adds `<name> list|show|delete` and answers the command for the rest. */
export function resourceCommand(program: Command, context: CommandContext, resource: Resource): Command {
  const command = program.command(resource.name).description(resource.what)
  const list = command.command('list')
  for (const { name, what } of resource.flags ?? []) list.option(`--${name}`, what)
  list
    .description(`List ${resource.name}, newest first.`)
    .option('--limit <n>', 'at most so many', '100')
    .option('--filter <name=value>', 'only those (repeatable)', (value: string, before: readonly string[] = []) => [
      ...before,
      value,
    ])
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const filters = Object.fromEntries(
        (options.filter ?? []).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
      )
      const chosen = list.opts<Readonly<Record<string, unknown>>>()
      const flags = (resource.flags ?? []).map(({ name }) => name).filter((name) => chosen[camelCase(name)] === true)
      for (const name of flags) filters[name.replaceAll('-', '_')] = 'true'
      showMany(
        context,
        options,
        await listAll(context, resource.list, filters, { limit: Number(options.limit) }),
        resource.columns,
      )
    })
  command
    .command('show <id>')
    .description('Show one.')
    .option('--json', 'print JSON')
    .action(async (id: string, options: OutputOptions) =>
      showOne(context, options, await callNamed(context, resource.show, { params: { id } })),
    )
  const { remove } = resource
  if (remove !== undefined) {
    command
      .command('delete <id>')
      .description('Delete one.')
      .option('--json', 'print JSON')
      .action(async (id: string, options: OutputOptions) => {
        await callNamed(context, remove, { params: { id } })
        if (options.json === true) writeJson(context, { id, deleted: true })
        else context.stdout.write(`${id} is deleted.\n`)
      })
  }
  return command
}

/** Leaves out what was not given, so that the server's defaults hold and a change touches only what was named. */
export function given(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

const camelCase = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
