/** For tests: tools that reach nothing, and a certificate made at run time. */
import { makeAuthority, type Certified } from './certificate.ts'
import type { OwnAnswer, OwnRequest, Tools } from '../injector.ts'

/** Answers each question for a token with the next one. */
export function quietTools(): Tools & { readonly asked: OwnRequest[] } {
  const asked: OwnRequest[] = []
  return {
    asked,
    nowMs: () => Date.now(),
    fetch: async (request) => {
      asked.push(request)
      return json(200, { access_token: `token-${asked.length}`, token_type: 'Bearer', expires_in: 3600 })
    },
  }
}

export function json(status: number, value: unknown): OwnAnswer {
  return { status, body: new TextEncoder().encode(JSON.stringify(value)) }
}

export async function makeCertified(name: string): Promise<Certified> {
  return (await makeAuthority()).issue([name])
}
