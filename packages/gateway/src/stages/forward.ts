/** Stage 10: to the upstream and back. What comes before the first byte of an answer can still be refused. */
import { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Forwarded, Opened, Refused } from '../exchange.ts'
import type { Front } from '../front.ts'
import { ProxyExchange } from '../http/proxy-exchange.ts'
import { bodyTooLarge, readBody } from '../http/read-body.ts'
import type { MaybePromise } from '../ports.ts'
import { forwardUpgrade } from './forward-upgrade.ts'
import { refuseAdmitted } from './refuse.ts'

/** Up to here a body is read whole before the upstream is called: one write, and a slow caller holds nothing up. */
const SMALL_BODY_BYTES = 65_536

export async function forward(context: Context, front: Front, opened: Opened): Promise<Forwarded | Refused> {
  if (opened.upgradeHead !== undefined) return forwardUpgrade(context, opened, opened.upgradeHead)
  const read = bodyToSend(context, opened)
  const body = read instanceof Promise ? await read : read
  if (body instanceof ClavigerError) return refuseAdmitted(body, 'body', opened)
  return new Promise((resolve) => {
    const exchange = new ProxyExchange(context, front, opened, resolve)
    // registered now: a revocation from here on is told to the exchange, one before it is seen here
    if (context.ports.snapshots.isRevoked(opened.key, opened.version)) exchange.cut('revoked')
    else exchange.start(body)
  })
}

function bodyToSend(context: Context, opened: Opened): MaybePromise<Uint8Array | 'stream' | undefined | ClavigerError> {
  const { facts, target, upstreamBody } = opened
  if (upstreamBody !== undefined) return upstreamBody
  if (!facts.hasBody) return undefined
  const limitBytes = Math.min(target.maxBodyBytes, context.settings.maxBodyBytes)
  const declared = facts.contentLengthBytes
  if (declared !== undefined && declared > limitBytes) return bodyTooLarge(limitBytes)
  if (declared !== undefined && declared <= SMALL_BODY_BYTES) return readBody(opened, limitBytes)
  if (facts.expectsContinue) opened.outgoing.writeContinue()
  return 'stream'
}
