/**
 * Orders on many keys, in two steps: the preview shows what would end and its digest; with the digest (`--confirm`), or in
 * one go (`--yes`), the order is given and followed to its end.
 */
import type { OperationId } from '@claviger/sdk'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandContext } from './context.ts'
import { showMany, showOne, writeJson, type OutputOptions } from './output.ts'
import { callNamed, given } from './resource.ts'

export interface OrderOptions extends OutputOptions {
  readonly reason?: string
  readonly confirm?: string
  readonly yes?: boolean
}

export interface OrderCall {
  readonly preview: OperationId
  readonly order: OperationId
  readonly params?: object
  /** What is meant: the same in both calls. */
  readonly body: object
}

const LOOK_AGAIN_MS = 500

export async function runOrder(context: CommandContext, options: OrderOptions, call: OrderCall): Promise<void> {
  const params = call.params === undefined ? {} : { params: call.params }
  const confirm = options.confirm ?? (await previewed(context, options, call, params))
  if (confirm === undefined) return
  const body = { ...call.body, ...given({ confirm, reason: options.reason }) }
  const order = await followed(context, await callNamed(context, call.order, { ...params, body }))
  showOne(context, options, order)
}

/** @returns the digest when the order shall be given at once */
async function previewed(
  context: CommandContext,
  options: OrderOptions,
  call: OrderCall,
  params: object,
): Promise<string | undefined> {
  const preview = new Map<string, unknown>(
    Object.entries(await callNamed(context, call.preview, { ...params, ...bodyOf(call) })),
  )
  const confirm = String(preview.get('confirm'))
  if (options.yes === true) return confirm
  if (options.json === true) {
    writeJson(context, Object.fromEntries(preview))
    return undefined
  }
  const sample = preview.get('sample')
  if (Array.isArray(sample)) showMany(context, options, sample, ['id', 'name', 'app_id', 'owner', 'last_used_at'])
  const apps = preview.get('apps')
  if (Array.isArray(apps)) showMany(context, options, apps, ['id', 'name', 'owner'])
  context.stdout.write(
    `${String(preview.get('keys_total'))} keys would end. To do it: the same command with --confirm ${confirm}\n`,
  )
  return undefined
}

/** The preview of an app has no body: its path says it all. */
function bodyOf({ body }: OrderCall): { readonly body?: object } {
  return Object.keys(body).length === 0 ? {} : { body }
}

/** Waits for a large order to be done; tells how far it is. */
async function followed(context: CommandContext, first: object): Promise<object> {
  let order = first
  for (;;) {
    const members = new Map<string, unknown>(Object.entries(order))
    if (members.get('state') !== 'running') return order
    context.stderr.write(
      `\r${String(members.get('keys_revoked'))} of ${String(members.get('keys_total'))} keys revoked`,
    )
    await sleep(LOOK_AGAIN_MS)
    order = await callNamed(context, 'getKeyOrder', { params: { id: members.get('id') } })
  }
}
