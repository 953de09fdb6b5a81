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

/** Letters to add, to take away, to change, or to swap with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: readonly number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let at = 0; at < from.length; at += 1) {
    const next = [at + 1]
    for (let index = 0; index < to.length; index += 1) {
      const changed = (row[index] ?? 0) + (from[at] === to[index] ? 0 : 1)
      const isSwapped = index > 0 && at > 0 && from[at] === to[index - 1] && from[at - 1] === to[index]
      const swapped = isSwapped ? (before[index - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(changed, swapped, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row.at(-1) ?? 0
}
