/** The order of the stages is kept by types: what is proven here is proven by the compiler, not at run time. */
import { expect, test } from 'vitest'
import type { Context } from '../context.ts'
import type { Authorized, Matched, Opened, ReadBody, Selected, Shielded, Verified } from '../exchange.ts'
import type { Front } from '../front.ts'
import { admit } from './admit.ts'
import { authorize } from './authorize.ts'
import { forward } from './forward.ts'
import { open } from './record.ts'
import { verify } from './verify.ts'

interface Known {
  readonly matched: Matched
  readonly shielded: Shielded
  readonly verified: Verified
  readonly read: ReadBody
  readonly authorized: Authorized
  readonly selected: Selected
  readonly opened: Opened
}

/** Never called: it only has to compile, and each line below it must not. */
export async function inOrder(context: Context, front: Front, known: Known): Promise<void> {
  await verify(context, known.shielded)
  authorize(context, known.read)
  await admit(context, known.authorized)
  await open(context, known.selected)
  await forward(context, front, known.opened)
}

export async function outOfOrder(context: Context, front: Front, known: Known): Promise<void> {
  // @ts-expect-error an address that keeps trying keys is stopped before its key is looked at
  await verify(context, known.matched)
  // @ts-expect-error the target is known only after `read`
  authorize(context, known.verified)
  // @ts-expect-error limits are not asked before the caller may
  await admit(context, known.read)
  // @ts-expect-error nothing is selected before limits are asked
  front.select(context, known.authorized)
  // @ts-expect-error the journal opens what was selected
  await open(context, known.authorized)
  // @ts-expect-error nothing is forwarded before the journal has it
  await forward(context, front, known.selected)
}

test('the stages take what the stage before them made', () => {
  expect([verify, authorize, admit, open, forward].every((stage) => typeof stage === 'function')).toBe(true)
})
