/**
 * Globs with `*` for any run of characters, none included, and every other character for itself, ASCII letters in
 * either case. Time is linear in the text: each piece between the stars is searched for once, from where the last one
 * ended (Knuth, Morris and Pratt), and nothing is tried again.
 */

export interface Glob {
  readonly text: string
  matches(text: string): boolean
}

interface Piece {
  readonly codes: Uint16Array
  /** For each place, how much of the piece is still matched when it fails there. */
  readonly fallbacks: Uint16Array
}

/** Never throws: every text is a glob. */
export function compileGlob(text: string): Glob {
  const pieces = text.split('*').map(pieceOf)
  const [first, last] = [pieces[0] ?? EMPTY, pieces.at(-1) ?? EMPTY]
  if (pieces.length === 1) {
    return { text, matches: (given) => given.length === first.codes.length && standsAt(first, given, 0) }
  }
  const inner = pieces.slice(1, -1).filter((piece) => piece.codes.length > 0)
  const matches = (given: string): boolean => {
    const end = given.length - last.codes.length
    if (end < first.codes.length || !standsAt(first, given, 0) || !standsAt(last, given, end)) return false
    let at = first.codes.length
    for (const piece of inner) {
      at = endOf(piece, given, { at, end })
      if (at < 0) return false
    }
    return true
  }
  return { text, matches }
}

const EMPTY: Piece = { codes: new Uint16Array(0), fallbacks: new Uint16Array(0) }

function pieceOf(text: string): Piece {
  const codes = Uint16Array.from({ length: text.length }, (_, at) => folded(text.charCodeAt(at)))
  const fallbacks = new Uint16Array(codes.length)
  let matched = 0
  for (let at = 1; at < codes.length; at += 1) {
    while (matched > 0 && codes[matched] !== codes[at]) matched = fallbacks[matched - 1] ?? 0
    if (codes[matched] === codes[at]) matched += 1
    fallbacks[at] = matched
  }
  return { codes, fallbacks }
}

function standsAt({ codes }: Piece, text: string, from: number): boolean {
  for (let at = 0; at < codes.length; at += 1) if (folded(text.charCodeAt(from + at)) !== codes[at]) return false
  return true
}

/** Where the first occurrence between `at` and `end` ends; -1: there is none. */
function endOf(piece: Piece, text: string, within: { readonly at: number; readonly end: number }): number {
  const { codes, fallbacks } = piece
  let matched = 0
  for (let at = within.at; at < within.end; at += 1) {
    const code = folded(text.charCodeAt(at))
    while (matched > 0 && codes[matched] !== code) matched = fallbacks[matched - 1] ?? 0
    if (codes[matched] === code) matched += 1
    if (matched === codes.length) return at + 1
  }
  return -1
}

function folded(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code
}
