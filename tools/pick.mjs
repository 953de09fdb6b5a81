/** Prints one member of a JSON object on standard input, for shell scripts: `… --json | node tools/pick.mjs id`. */
import { text } from 'node:stream/consumers'

const name = process.argv[2] ?? ''
const value = JSON.parse(await text(process.stdin))[name]
if (value === undefined) {
  console.error(`There is no member ${name}.`)
  process.exitCode = 1
} else {
  console.log(typeof value === 'string' ? value : JSON.stringify(value))
}
