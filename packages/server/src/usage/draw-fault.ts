/**
 * A store answered a call, and did nothing of it because of what one of its parts says. So it is there, and the other parts
 * can be said again: without that one they are heard.
 */
export class DrawFault extends Error {
  override readonly name = 'DrawFault'

  constructor(cause: unknown) {
    super('the store did nothing of a call because of what a part of it says', { cause })
  }
}
