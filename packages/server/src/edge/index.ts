/** The door of `edge`: how rooms describe their part of the control API, without knowing what serves it. */
export type { Call, CallActor, GrantBounds, Operator, OperatorCall } from './call.ts'
export {
  bindOperations,
  defineList,
  defineOpenOperation,
  defineOperation,
  describeOperation,
  type Asked,
  type BoundOperation,
  type Method,
  type Operation,
  type OperationFacts,
  type ParsedInput,
} from './operation.ts'
export { instantPlace, pageOf, type Page, type PageInput, type Place } from './page.ts'
export { ALL_PERMISSIONS, isPermission, permissionFacts, PERMISSIONS, type Permission } from './permission.ts'
export { atRevision, found, nameTaken, unknownPlan } from './refusals.ts'
export * as wire from './wire.ts'
