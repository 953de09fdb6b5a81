/** The words and the sums of Claviger: pure, without input or output, for Node and browsers. */
export { ERROR_STATUS, type ErrorCode } from './error/codes.ts'
export { ClavigerError, type ErrorOptions, type FieldProblem } from './error/claviger-error.ts'
export { probing } from './error/probing.ts'
export { Secret } from './secret/secret.ts'
export { BASE62_DIGITS, base62Decode, base62Encode } from './encoding/base62.ts'
export { crc32 } from './encoding/crc32.ts'
export { crockfordEncode128, isCrockford128 } from './encoding/crockford.ts'
export { shortHash } from './encoding/short-hash.ts'
export { lengthPrefixed, type CanonicalPart } from './encoding/length-prefixed.ts'
export { ID_TYPES, isId, makeId, type IdType } from './id/id.ts'
export {
  ENVIRONMENT,
  KEY_PREFIX,
  PUBLIC_ID_LENGTH,
  composeKey,
  keyPattern,
  makePublicId,
  parseKey,
  type KeyText,
  type ParsedKey,
} from './key/format.ts'
export { refuseQueryCredential } from './key/query-credential.ts'
export { formatIp, ipPrefix, parseIp, type IpAddress } from './net/ip.ts'
export { compileCidrs, type CidrSet } from './net/cidr.ts'
export type { GeoLookup } from './net/geo-lookup.ts'
export { carriedAddress, isPublicAddress } from './net/public-address.ts'
export { compileOrigins, originProblem, type OriginSet } from './net/origin-set.ts'
export {
  clientAddress,
  withoutZone,
  type ClientAddress,
  type ForwardingFields,
  type Peer,
} from './net/client-address.ts'
export { parseOrigin, type Origin } from './net/origin.ts'
export { IdFilter, type IdFilterSeed } from './filter/id-filter.ts'
export {
  capacityOf,
  countsAlike,
  type BurstPolicy,
  type ConcurrencyPolicy,
  type CounterLoss,
  type CreditsPolicy,
  type LimitClass,
  type LimitKind,
  type LimitMode,
  type LimitOwnerKind,
  type LimitPartition,
  type LimitPolicy,
  type LimitState,
  type QuotaPeriod,
  type QuotaPolicy,
  type WindowPolicy,
} from './limit/policy.ts'
export { limitCode, limitReached, limitRule, opensAfterMs, type RefusedByLimits } from './limit/refusal.ts'
export { limitFacts, limitStateFrom, type WireLimitFacts, type WireLimitState } from './limit/wire-limit.ts'
export type { LocalCounter } from './limit/local-counter.ts'
export {
  WindowCounter,
  bucketFreedAtMs,
  bucketOf,
  bucketWidthMs,
  bucketsFor,
  oldestCountingBucket,
  rememberedMs,
  retryAfterMs,
  usedUnits,
  type BucketCounts,
  type WindowShape,
} from './limit/window.ts'
export { SMALL_LIMIT, WindowLog } from './limit/window-log.ts'
export {
  BurstCounter,
  burstDelayMs,
  burstRemaining,
  burstSpanMs,
  debtAfterMs,
  debtWith,
  type BurstShape,
} from './limit/burst.ts'
export { SlotCounter, slotsFor, slotsOfOthers, type SlotHolder, type SlotWish } from './limit/slots.ts'
export { isZone } from './limit/calendar.ts'
export { periodAt, periodStarts, type Period, type QuotaShape } from './limit/quota.ts'
export {
  balanceOf,
  consumeEnding,
  isEntrySound,
  type CreditEntry,
  type CreditEntryKind,
  type EndingGrant,
} from './limit/credits.ts'
export { openLocalCounter } from './limit/local-share.ts'
export { LimitReplay, warmAtMs, warmUpFromMs, type PastCall } from './limit/replay.ts'
export type { PastBalance } from './limit/replayed-balance.ts'
export { fieldName, type FieldName } from './http/field-name.ts'
export { parseItem } from './structured-field/parse.ts'
export {
  legacyRateLimit,
  rateLimitFields,
  rateLimitName,
  retryAfterSeconds,
  type LegacyRateLimit,
  type RateLimitFields,
} from './http/rate-limit-fields.ts'
export { PROBLEM_CONTENT_TYPE, challengeOf, problemDocument, type ProblemDocument } from './http/problem.ts'
export { countMembers } from './json/count-members.ts'
export { scanObject, splice, type Edit, type Member, type ScannedObject, type Span } from './json/spans.ts'
export { isPattern, scopeFault } from './scope/scope-pattern.ts'
export { compileScopes, type ScopeSet } from './scope/scope-set.ts'
export { compileRestrictions } from './restriction/compile-restrictions.ts'
export { isOpen as isOpenRestriction } from './restriction/open.ts'
export {
  RESTRICTION_CODES,
  type CompiledRestriction,
  type RequestShape,
  type Restriction,
  type RestrictionCode,
  type RestrictionFacts,
  type RestrictionKind,
  type RestrictionMode,
  type TimeWindow,
  type Weekday,
} from './restriction/restriction.ts'
export { parseThumbprint } from './restriction/thumbprint.ts'
export { decide } from './decision/decide.ts'
export {
  NO_SHADOW,
  type Ask,
  type Decision,
  type DecisionCode,
  type RefusalCode,
  type ShadowRefusal,
} from './decision/decision.ts'
export { decisionError } from './decision/refusal.ts'
export { feedLossPolicyOf, isStricterFeedLoss } from './decision/feed-loss.ts'
export { limitsOfCall, limitsOfKey } from './decision/limits-of-key.ts'
export {
  partsFromWire,
  partsToWire,
  type PartBook,
  type WireApiPart,
  type WireKeyPart,
  type WireParts,
} from './decision/wire-parts.ts'
export { explain, type Explanation, type RuleCheck } from './decision/explain.ts'
export { heldPatterns, holdsScope } from './decision/held-scopes.ts'
export type {
  ApiPart,
  MaximumPart,
  AppPart,
  FeedLossPolicy,
  KeyPart,
  PartRef,
  PlanPart,
  RolePart,
  VersionPart,
  WorkspacePart,
} from './decision/parts.ts'
