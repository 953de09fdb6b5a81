/** What a command may touch, handed in: the environment, the streams, the client, the machine's own door. */
import type { Client } from '@claviger/sdk'

export interface SecretsFile {
  /** Answers once the line is on the disk. */
  append(line: string): Promise<void>
  close(): Promise<void>
}

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): void }
  readonly stderr: { write(text: string): void }
  /** Whether `stderr` is one: there a line can be written over. */
  readonly isTerminal: boolean
  /** All of standard input, to its end. */
  readInput(): Promise<string>
  readFile(path: string): Promise<string>
  /** The lines of a file, one after the other; `-` reads standard input, whose length nobody knows. */
  openLines(path: string): Promise<{ readonly lines: AsyncIterable<string>; readonly bytes: number | undefined }>
  /** Writes a new file, readable by its owner only. */
  createFile(path: string): Promise<{ write(text: string): void; close(): Promise<void> }>
  /** A new file for secrets. @throws UsageError when it is there already */
  createSecretsFile(path: string): Promise<SecretsFile>
  /** The client of the control API; asks for CLAVIGER_TOKEN. @throws UsageError when it is not set */
  client(): Client
  /** Runs the server's second entry as a child process, with this terminal. Answers its exit code. */
  admin(args: readonly string[]): Promise<number>
}

/** Exit codes; `docs/guide/cli.md` shows them. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command did its work and the answer is no (`verify`, `doctor`): exit code 1, nothing more to say. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer'
}
