/** A plane with what the tests of `keys/verify` ask about: one good key, and two who may ask. */
import { compileScopes } from '@claviger/core'
import { apiOf } from './made-parts.ts'
import { type MadeKey } from './memory-ports.ts'
import { startPlane, until, type Plane } from './plane.ts'

export const VERIFY_PATH = '/api/v1/keys/verify'
export const home = apiOf('wsp_home', { onFeedLoss: { mode: 'serve_known', maxStaleMs: 60_000 } })

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface VerifyPlane {
  readonly plane: Plane
  readonly made: MadeKey
  /** @param credential null: none */
  readonly ask: (question: unknown, credential?: string | null) => Promise<Answered>
  /** The same, of `/batch`. */
  readonly askMany: (question: unknown, credential?: string | null) => Promise<Answered>
}

export async function startVerifyPlane(): Promise<VerifyPlane> {
  const plane = await startPlane()
  const made = plane.world.addKey(home, { scopes: compileScopes(['read', 'write']), expiresAtMs: Date.UTC(2100, 0) })
  plane.world.verifiers.set('admin', {
    id: 'adm_1',
    workspaceId: 'wsp_home',
    mayVerify: () => true,
    mayVerifySome: true,
  })
  plane.world.verifiers.set('one-api', {
    id: 'key_2',
    workspaceId: 'wsp_home',
    mayVerify: (apiId) => apiId === 'api_wsp_home',
    mayVerifySome: true,
  })
  const askAt =
    (path: string): VerifyPlane['ask'] =>
    async (question, credential = 'admin') =>
      askPath(plane.origin + path, question, credential)
  return { plane, made, ask: askAt(VERIFY_PATH), askMany: askAt(`${VERIFY_PATH}/batch`) }
}

export async function endVerifyPlane({ plane }: VerifyPlane): Promise<void> {
  await until(() => plane.gateway.activeCount === 0)
  await plane.close()
  if (plane.errors.length > 0) throw new Error(`something failed inside: ${JSON.stringify(plane.errors)}`)
}

async function askPath(url: string, question: unknown, credential: string | null): Promise<Answered> {
  const headers = {
    'content-type': 'application/json',
    ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
  }
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body: typeof question === 'string' ? question : JSON.stringify(question),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) }
}
