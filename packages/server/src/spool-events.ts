/** What the spool and its drain have to tell, as lines of the log. */
import type { Log } from '#config'
import type { DrainEvent, RecoveryEvent, SpoolEvent } from '#spool'

type AnyEvent = SpoolEvent | DrainEvent | RecoveryEvent

/** How loud each is, and in which words. */
const WORDS: Readonly<Record<AnyEvent['kind'], readonly ['info' | 'warn' | 'error', string]>> = {
  write_failed: ['error', 'decisions cannot be written to the spool'],
  write_recovered: ['info', 'decisions can be written to the spool again'],
  sync_failed: ['error', 'the spool cannot be synced to the disk'],
  lines_lost: ['error', 'decisions were lost: the disk took nothing and memory has its bound'],
  damage: ['error', 'a part of the spool is damaged and was passed over'],
  drain_failing: ['warn', 'the spool cannot be copied to the database yet'],
  drain_recovered: ['info', 'the spool is being copied to the database again'],
  line_set_aside: ['error', 'a decision that no table takes was set aside'],
  recovered: ['info', 'the spool of a process that died was copied to the database'],
  recovery_failed: ['warn', 'the spool of a process that died could not be copied yet'],
}

export function reportSpoolEvent(log: Log, nodeId: string, event: AnyEvent): void {
  const [level, words] = WORDS[event.kind]
  const { kind, ...facts } = event
  const { cause, ...rest } = { cause: undefined, ...facts }
  log[level]({ event: kind, nodeId, ...rest, ...(cause !== undefined && { err: cause }) }, words)
}
