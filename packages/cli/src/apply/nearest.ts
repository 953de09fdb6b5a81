/** What somebody meant who mistyped a name. */

/** A third of the letters may be wrong, and two of a short name. */
const SHORTEST_BOUND = 2

/** @returns ` Did you mean …?`, or nothing when no name is near */
export function didYouMean(name: string, known: Iterable<string>): string {
  const bound = Math.max(SHORTEST_BOUND, Math.floor(name.length / 3))
  const [nearest] = [...known]
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter((each) => each.distance <= bound && each.distance < name.length)
    .toSorted((one, other) => one.distance - other.distance)
  return nearest === undefined ? '' : ` Did you mean ${nearest.candidate}?`
}

/** Levenshtein's: letters to add, to take away or to change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1]
    for (let index = 0; index < to.length; index += 1) {
      const changed = (row[index] ?? 0) + (letter === to[index] ? 0 : 1)
      next.push(Math.min(changed, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
