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
export { problemAnswer } from './http/problem.ts'
export { clientAddress, peerOf, type ClientAddress, type Peer } from './http/client-address.ts'
export { readHeadFacts } from './http/head-facts.ts'
export { readTarget, type RequestTarget } from './http/request-target.ts'
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
export { mount, serverOptions } from './mount.ts'
