/** All operations of the control API, room by room: what is served, and what `openapi/claviger.json` describes. */
import { dataplaneOperations, type DataplaneRoutesRoom } from '#dataplane'
import { decisionsOperations, type DecisionsRoom } from '#decisions'
import { bindOperations, type BoundOperation, type Operation } from '#edge'
import { identityOperations, type IdentityRoom } from '#identity'
import { keysOperations, type KeysRoutesRoom } from '#keys'
import { creditOperations, shieldOperations, type UsageRoom } from '#usage'
import { vaultOperations, type VaultRoom } from '#vault'
import { auditOperations } from './house/audit.ts'
import { probeOperations } from './house/probes.ts'
import type { HouseRoom } from './house/room.ts'
import { sealOperations } from './house/seal.ts'
import { statusOperations } from './house/status.ts'
import { usageOperations } from './house/usage.ts'

/** What the operations of each room work with. */
export interface Rooms {
  readonly identity: IdentityRoom
  readonly vault: VaultRoom
  readonly keys: KeysRoutesRoom
  readonly dataplane: DataplaneRoutesRoom
  readonly decisions: DecisionsRoom
  readonly usage: UsageRoom
  readonly house: HouseRoom
}

const houseOperations = [
  ...auditOperations,
  ...probeOperations,
  ...usageOperations,
  ...statusOperations,
  ...sealOperations,
]

/** In the order in which people read them. */
export const CONTRACT: readonly Operation[] = [
  ...identityOperations,
  ...keysOperations,
  ...vaultOperations,
  ...dataplaneOperations,
  ...decisionsOperations,
  ...creditOperations,
  ...shieldOperations,
  ...houseOperations,
]

export function bindContract(rooms: Rooms): readonly BoundOperation[] {
  return [
    ...bindOperations(identityOperations, rooms.identity),
    ...bindOperations(keysOperations, rooms.keys),
    ...bindOperations(vaultOperations, rooms.vault),
    ...bindOperations(dataplaneOperations, rooms.dataplane),
    ...bindOperations(decisionsOperations, rooms.decisions),
    ...bindOperations(creditOperations, rooms.usage),
    ...bindOperations(shieldOperations, rooms.usage),
    ...bindOperations(houseOperations, rooms.house),
  ]
}
