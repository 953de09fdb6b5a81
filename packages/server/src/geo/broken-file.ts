/** A file that cannot be used, and why: in words for the operator, to be put behind "the file …: ". */
export class BrokenFile extends Error {
  override readonly name = 'BrokenFile'
}
