/**
 * A client certificate of our own to the upstream (RFC 8446 §4.4.2). The secret is its private key in PEM; certificate
 * and authority are public, and sealed with it all the same.
 */
import { createSecureContext } from 'node:tls'
import type { FieldProblem } from '@claviger/core'
import { z } from 'zod'
import { certificatesFlaw, chainExpiresAtMs, privateKeyFlaw } from '#seal'
import { InjectionProblem, type Injector, type Stored } from './injector.ts'

const pem = z
  .string()
  .max(65_536)
  .regex(/^[\x20-\x7e\r\n\t]*$/, 'must be PEM, which is ASCII')

const settings = z.strictObject({
  kind: z.literal('mtls'),
  certificate: pem.meta({ description: 'PEM: the client certificate, behind it the intermediate ones.' }),
  ca: pem.optional().meta({
    description: 'PEM: who signs the certificate of the upstream, instead of the roots that everybody trusts.',
  }),
})

type Settings = z.output<typeof settings>

export const mtls = {
  title: 'Client certificate (mTLS)',
  settings,
  flaws: (chosen, secret, stored) => [...certificateFlaws(chosen, stored), ...keyFlaws(chosen, secret)],
  expiresAtMs: ({ certificate }) => chainExpiresAtMs(certificate),
  ready: ({ certificate, ca }, secret, tools) => {
    const expiresAtMs = chainExpiresAtMs(certificate)
    const trusted = ca === undefined ? {} : { ca }
    const identity = { context: createSecureContext({ cert: certificate, key: secret, ...trusted }) }
    return {
      inject: ({ path, origin }) => {
        if (!origin.startsWith('https:')) throw new InjectionProblem('a client certificate needs TLS')
        if (tools.nowMs() >= expiresAtMs) {
          throw new InjectionProblem(`its certificate expired at ${new Date(expiresAtMs).toISOString()}`)
        }
        return { path, headers: [], identity }
      },
    }
  },
} satisfies Injector<typeof settings>

function certificateFlaws({ certificate, ca }: Settings, { nowMs, origins }: Stored): readonly FieldProblem[] {
  const flaws: FieldProblem[] = []
  const chain = certificatesFlaw(certificate)
  if (chain !== undefined) flaws.push({ pointer: '/injection/certificate', detail: `This ${chain}.` })
  else if (chainExpiresAtMs(certificate) <= nowMs) {
    flaws.push({ pointer: '/injection/certificate', detail: 'This certificate has expired.' })
  }
  const authority = ca === undefined ? undefined : certificatesFlaw(ca)
  if (authority !== undefined) flaws.push({ pointer: '/injection/ca', detail: `This ${authority}.` })
  for (const [index, origin] of origins.entries()) {
    if (origin.startsWith('https:')) continue
    flaws.push({ pointer: `/origins/${index}`, detail: 'A client certificate is shown in TLS: this is plain http.' })
  }
  return flaws
}

function keyFlaws({ certificate }: Settings, secret: string): readonly FieldProblem[] {
  if (certificatesFlaw(certificate) !== undefined) return []
  const flaw = privateKeyFlaw(secret, certificate)
  return flaw === undefined ? [] : [{ pointer: '/secret', detail: `This ${flaw}.` }]
}
