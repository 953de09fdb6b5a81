/**
 * Looks at the whole search tree of a MaxMind-format file once, before it is used. A reader finds what is wrong with a
 * file only when an address leads there: that must not be on the way of a request, and not after the good file is gone.
 *
 * @see the MaxMind DB File Format Specification 2.0, "Binary Search Tree Section"
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BrokenFile } from './broken-file.ts'

export interface Tree {
  readonly bytes: Buffer
  readonly nodeCount: number
  readonly recordBits: 24 | 28 | 32
  /** How many bits an address of this tree has. */
  readonly addressBits: 32 | 128
}

/** A turn takes 1 to 2 ms. A record is read whole, so it counts for many steps. */
const STEPS_A_TURN = 20_000
const STEPS_A_RECORD = 50
/** Kept for a node that is on the way from the root to where the walk stands; no height comes near it. */
const ON_THE_WAY = 255

/**
 * Walks the tree, each node once, and gives way to others in between.
 *
 * @param onRecord called once for each record of the file with one address that leads to it, as `addressBits` bits of
 * 0 and 1; the array is used again
 * @throws BrokenFile when the tree leads back to itself, deeper than an address is long, or out of the file
 */
export async function checkTree(tree: Tree, onRecord: (address: Uint8Array) => void): Promise<void> {
  const { nodeCount, addressBits } = tree
  const nodeAt = new Uint32Array(addressBits)
  /** Which sides of the node at that depth were taken: 0 to 2. */
  const takenAt = new Uint8Array(addressBits)
  const address = new Uint8Array(addressBits)
  /** The longest way down from a node whose subtree was walked; 0: not walked. */
  const heightOf = new Uint8Array(nodeCount)
  const seen = new Set<number>()
  heightOf[0] = ON_THE_WAY
  let depth = 0
  let stepsLeft = STEPS_A_TURN
  while (depth >= 0) {
    stepsLeft -= 1
    if (stepsLeft <= 0) {
      await nextTurn()
      stepsLeft = STEPS_A_TURN
    }
    const node = nodeAt[depth] ?? 0
    const side = takenAt[depth] ?? 0
    if (side === 2) {
      heightOf[node] = heightAbove(tree, node, heightOf)
      address[depth] = 0
      depth -= 1
      continue
    }
    takenAt[depth] = side + 1
    address[depth] = side
    const next = childOf(tree, node, side)
    if (next > nodeCount) {
      if (seen.has(next)) continue
      seen.add(next)
      onRecord(address)
      stepsLeft -= STEPS_A_RECORD
    } else if (next < nodeCount) {
      const height = heightOf[next] ?? 0
      if (height === ON_THE_WAY) throw new BrokenFile('its search tree leads back to itself')
      if (depth + Math.max(1, height) >= addressBits)
        throw new BrokenFile('its search tree is deeper than an address is long')
      if (height > 0) continue
      heightOf[next] = ON_THE_WAY
      depth += 1
      nodeAt[depth] = next
      takenAt[depth] = 0
    }
  }
}

function heightAbove(tree: Tree, node: number, heightOf: Uint8Array): number {
  const [left, right] = [childOf(tree, node, 0), childOf(tree, node, 1)]
  const below = (child: number): number => (child < tree.nodeCount ? (heightOf[child] ?? 0) : 0)
  return 1 + Math.max(below(left), below(right))
}

/** A number below `nodeCount` is a node, `nodeCount` itself "not known", a larger one a record. */
function childOf({ bytes, recordBits }: Tree, node: number, side: number): number {
  switch (recordBits) {
    case 24:
      return bytes.readUIntBE(node * 6 + side * 3, 3)
    case 28: {
      const middle = bytes[node * 7 + 3] ?? 0
      const upper = side === 0 ? middle >>> 4 : middle & 0xf
      return upper * 0x100_0000 + bytes.readUIntBE(node * 7 + side * 4, 3)
    }
    case 32:
      return bytes.readUInt32BE(node * 8 + side * 4)
  }
}
