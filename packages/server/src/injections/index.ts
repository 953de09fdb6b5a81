/** The kinds of credential that egress can put into a request: one file each, one line here. */
import type { FieldProblem } from '@claviger/core'
import { z } from 'zod'
import { awsSigv4 } from './aws-sigv4.ts'
import { basic } from './basic.ts'
import { bearer } from './bearer.ts'
import { header } from './header.ts'
import type { Injector, Ready, Stored, Tools } from './injector.ts'
import { mtls } from './mtls.ts'
import { oauth2ClientCredentials } from './oauth2-client-credentials.ts'
import { query } from './query.ts'

export const injectors = {
  bearer,
  basic,
  header,
  query,
  aws_sigv4: awsSigv4,
  oauth2_client_credentials: oauth2ClientCredentials,
  mtls,
} as const satisfies Record<string, Injector<z.ZodType<{ readonly kind: string }>>>

type InjectionKind = keyof typeof injectors

const others = Object.values(injectors)
  .map((injector) => injector.settings)
  .filter((settings) => settings !== bearer.settings)

/** A kind with its settings: `{ kind: 'header', name: 'x-api-key' }`. */
export const injection = z.discriminatedUnion('kind', [bearer.settings, ...others])

export type Injection = { [Kind in InjectionKind]: z.output<(typeof injectors)[Kind]['settings']> }[InjectionKind]

/** Makes an opened credential ready to be put into requests. @throws when the secret cannot be used at all */
export function readyInjection(chosen: Injection, secret: string, tools: Tools): Ready {
  return injectorOf(chosen).ready(chosen, secret, tools)
}

/** What keeps a secret from ever working with these settings, each with a pointer into the request. */
export function injectionFlaws(chosen: Injection, secret: string, stored: Stored): readonly FieldProblem[] {
  const { flaws = notOnOneLine } = injectorOf(chosen)
  return flaws(chosen, secret, stored)
}

/** When the credential ends by itself, in Unix ms; undefined: nothing in it says so. */
export function injectionExpiresAtMs(chosen: Injection): number | undefined {
  return injectorOf(chosen).expiresAtMs?.(chosen)
}

function injectorOf({ kind }: Injection): Injector<z.ZodType<Injection>> {
  return injectors[kind]
}

function notOnOneLine(_settings: Injection, secret: string): readonly FieldProblem[] {
  if (!/[\r\n\t]/.test(secret)) return []
  return [{ pointer: '/secret', detail: 'This secret goes into one line of a request: it holds no line breaks.' }]
}

export { InjectionProblem } from './injector.ts'
export type { ClientIdentity, Injected, Outgoing, OwnAnswer, OwnRequest, Ready, Tools } from './injector.ts'
