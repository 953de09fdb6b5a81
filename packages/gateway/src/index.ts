/** The data plane: one pipeline that reaches the world only through its ports. */
export type { Context, GatewayLog, GatewaySettings } from './context.ts'
export type {
  Admitted,
  AnsweredHere,
  Authorized,
  Forwarded,
  HeadFacts,
  Matched,
  Metered,
  Opened,
  ReadBody,
  Received,
  Refused,
  Selected,
  Shielded,
  Target,
  TokenUsage,
  Verified,
} from './exchange.ts'
export type { ForwardAuth, IdentitySigner } from './forward-auth.ts'
export { pathBehind } from './http/path-behind.ts'
export { JOURNAL_TARGET, STORE_TARGET } from './failure-targets.ts'
export type { ErrorAnswer, Front, ResponseTap, UpstreamHead } from './front.ts'
export {
  OpenStreams,
  type CutReason,
  type OpenStream,
  type Registration,
  type StreamIds,
  type StreamSelector,
} from './open-streams.ts'
export type {
  AuditMode,
  DeploymentPart,
  Guarded,
  ModelPart,
  RateLimitHeaders,
  RoutePart,
  Timeouts,
  VersionSource,
} from './parts.ts'
export type {
  Admission,
  AskedFacts,
  ChangeLog,
  Clock,
  Counters,
  CreditSpend,
  DecisionRecord,
  Door,
  Egress,
  EgressCall,
  EgressFailure,
  EgressFailureCode,
  EgressRequest,
  EgressSink,
  Dependency,
  FailureMode,
  FailedCredential,
  FailureModeUse,
  FailureTarget,
  Hold,
  Journal,
  Ledger,
  LimitSubject,
  Lookup,
  MaybePromise,
  Ports,
  Snapshots,
  ToldChange,
  ToldChanges,
  UpgradeResult,
  Usage,
  Verifier,
} from './ports.ts'
export { forwardsHere } from './ports.ts'
export { problemAnswer } from './http/problem.ts'
export { hostName, PlaceTable, type PlaceFound, type Places } from './places/place-table.ts'
export { isReservedPath } from './places/reserved-paths.ts'
export { compileCors, type CorsSettings } from './shaping/cors.ts'
export {
  compileFieldRules,
  fieldValueProblem,
  requestFieldProblem,
  responseFieldProblem,
  type FieldAction,
  type FieldRule,
  type FieldRuleSettings,
} from './shaping/field-rules.ts'
export type { Maintenance } from './shaping/maintenance.ts'
export type { Shaping } from './shaping/shaping.ts'
export { clientAddress, peerOf, type ClientAddress, type Peer } from './http/client-address.ts'
export { readHeadFacts } from './http/head-facts.ts'
export { readTarget, type RequestTarget } from './http/request-target.ts'
export type { BalancePart, BreakerPart, HealthCheckPart, RetryPart, UpstreamPart } from './upstreams/balance.ts'
export type { Member } from './upstreams/member.ts'
export { UpstreamPool } from './upstreams/pool.ts'
export { newUpstreamTally, type UpstreamTally } from './upstreams/tally.ts'
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
export { mount, serverOptions } from './mount.ts'
