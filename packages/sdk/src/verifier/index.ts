/** The embedded verifier, for Node: decides about keys in the process that asks. */
export { createVerifier, type Verifier, type VerifierFacts, type VerifierOptions } from './create-verifier.ts'
export type { Passed, Question, Refused, Verdict, VerifiedKey } from './verdict.ts'
