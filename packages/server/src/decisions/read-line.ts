/** Reads a line of the journal, for who goes on when one cannot be read. */
import type { DecisionRecord } from '@claviger/gateway'
import { decodeDecision, UnreadableLine } from '#audit'

export function readLine(line: string): DecisionRecord | undefined {
  try {
    return decodeDecision(line)
  } catch (error) {
    if (error instanceof UnreadableLine) return undefined
    throw error
  }
}
