/**
 * A row that was read and makes no sense: edited by hand, or written by a later version. Asking again does not help, so
 * it must not count like a database that does not answer: what the row stands for is refused, and nothing else.
 */
export class UnreadableRow extends Error {
  override readonly name = 'UnreadableRow'
}

/** @throws UnreadableRow for whatever `compile` throws */
export function compileRow<Part>(what: string, compile: () => Part): Part {
  try {
    return compile()
  } catch (cause) {
    throw new UnreadableRow(`The row of ${what} cannot be understood.`, { cause })
  }
}
