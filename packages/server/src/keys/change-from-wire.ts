/** Changes of apis and keys, from how they stand on the wire: what is left out stays as it is. */
import type { z } from 'zod'
import type { ApiChange } from './apis.ts'
import { feedLossFromWire, type apiPatch, type keyPatch } from './schemas.ts'
import type { KeyChange } from './key-change.ts'

export type ApiPatch = z.output<typeof apiPatch>
export type KeyPatch = z.output<typeof keyPatch>

export function apiChangeFromWire(body: ApiPatch): ApiChange {
  return {
    name: body.name,
    scopes: body.scopes,
    maximum: body.maximum,
    onFeedLoss: body.on_feed_loss === undefined ? undefined : feedLossFromWire(body.on_feed_loss),
    limits: body.limits,
    disabled: body.disabled,
  }
}

export function keyChangeFromWire(body: KeyPatch): KeyChange {
  return {
    name: body.name,
    owner: body.owner,
    tags: body.tags,
    apiIds: body.api_ids,
    scopes: body.scopes,
    roleIds: body.role_ids,
    grantReason: body.grant_reason,
    restrictions: body.restrictions,
    limits: body.limits,
    planId: body.plan_id,
    metadata: body.metadata,
    notBefore: body.not_before,
    expiresAt: body.expires_at,
    dormantAfterDays: body.dormant_after_days,
    disabled: body.disabled,
  }
}
