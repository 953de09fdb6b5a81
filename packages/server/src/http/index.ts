/** The door of `http`: the control API. */
export { createControl, type Control } from './control.ts'
export { CONTRACT, type Rooms } from './contract.ts'
export type { ControlOptions, Shield } from './control-options.ts'
export { registerHandoverSamples } from './handover.ts'
export type { HouseRoom } from './house/room.ts'
export { Metrics, type Counter, type Labels } from './metrics.ts'
export { openapiDocument } from './openapi.ts'
export type { Readiness } from './readiness.ts'
