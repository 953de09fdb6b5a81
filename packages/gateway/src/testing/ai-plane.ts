/** The plane of `plane.ts`, furnished for the AI doors: two workspaces, a few keys, and models as a test makes them. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { compileScopes } from '@claviger/core'
import type { DeploymentPart, ModelPart } from '../parts.ts'
import type { DecisionRecord } from '../ports.ts'
import { apiOf, limitOf } from './made-parts.ts'
import { startPlane, type Plane } from './plane.ts'

export interface AiPlane extends Plane {
  /** What callers present. */
  readonly secrets: {
    /** Holds `chat` in the api of the models. */
    readonly good: string
    /** Of the same workspace, without scopes. */
    readonly bare: string
    /** Of the same workspace, for another api. */
    readonly otherApi: string
    /** Of another workspace. */
    readonly stranger: string
    /** May call once a minute. */
    readonly limited: string
    readonly expired: string
  }
  /** The good key's id, for revocations. */
  readonly goodKeyId: string
  addModel(
    name: string,
    deployment: Partial<DeploymentPart> & { readonly upstreamOrigin: string },
    changes?: Partial<ModelPart>,
  ): ModelPart
  /** The whole record of the call that ended next after those already taken. */
  nextRecord(): Promise<DecisionRecord>
}

const SCOPES = compileScopes(['chat'])
const CREATED_AT_MS = 1_700_000_000_500

export async function startAiPlane(): Promise<AiPlane> {
  const plane = await startPlane()
  const { world } = plane
  const api = apiOf('wsp_home', { id: 'api_models' })
  const good = world.addKey(api, { scopes: SCOPES })
  let taken = 0
  return {
    ...plane,
    secrets: {
      good: good.secret,
      bare: world.addKey(api, { scopes: compileScopes([]) }).secret,
      otherApi: world.addKey(apiOf('wsp_home', { id: 'api_other' }), { scopes: SCOPES }).secret,
      stranger: world.addKey(apiOf('wsp_away'), { scopes: SCOPES }).secret,
      limited: world.addKey(api, { scopes: SCOPES, limits: [limitOf('requests', 1, 60_000)] }).secret,
      expired: world.addKey(api, { scopes: SCOPES, expiresAtMs: 1 }).secret,
    },
    goodKeyId: good.key.id,
    addModel: (name, deployment, changes = {}) => {
      const model: ModelPart = {
        kind: 'model',
        id: `mdl_${name}`,
        workspaceId: 'wsp_home',
        name,
        api,
        requiredScopes: ['chat'],
        onFeedLoss: undefined,
        audit: 'ordinary',
        limits: [],
        cost: 1,
        rateLimitHeaders: 'draft',
        timeouts: { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000, totalMs: 0 },
        maxBodyBytes: 1_048_576,
        createdAtMs: CREATED_AT_MS,
        deployments: [{ ...DEPLOYMENT, upstreamModel: `up/"${name}"`, ...deployment }],
        ...changes,
      }
      world.models.push(model)
      return model
    },
    nextRecord: async () => {
      for (;;) {
        const record = world.settled[taken]
        if (record !== undefined) {
          taken += 1
          return record
        }
        await nextTurn()
      }
    },
  }
}

const DEPLOYMENT = { wire: 'openai', upstreamBasePath: '/v1', credentialId: undefined, asksStreamUsage: true } as const
