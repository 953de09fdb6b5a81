/**
 * How many members all objects of a JSON text have, as it stands there. A parser keeps only the last of two that have the
 * same name, so a smaller number in its outcome tells of a member that was given twice (RFC 8259 §4, RFC 7493 §2.3).
 *
 * @param text valid JSON: in it a colon outside of a string stands for exactly one member
 */
export function countMembers(text: string): number {
  let colons = 0
  let isInString = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isInString) {
      if (code === 0x5c) at += 1
      else if (code === 0x22) isInString = false
    } else if (code === 0x22) isInString = true
    else if (code === 0x3a) colons += 1
  }
  return colons
}
