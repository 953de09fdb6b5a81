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
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)]
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Infinity
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row]
    rows.push(next)
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      next.push(
        Math.min(
          ...[cell(row - 1, column) + 1, cell(row, column - 1) + 1],
          cell(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? cell(row - 2, column - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return cell(from.length, to.length)
}
