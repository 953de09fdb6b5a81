/** For the person at the terminal; the log goes its own way. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
