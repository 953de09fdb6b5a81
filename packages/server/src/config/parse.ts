/** Readers of one variable's text. Each answers the typed value or throws a `Rejected` that says what was expected. */
import { compileCidrs, Secret, type CidrSet } from '@claviger/core'

/** What is wrong with a value; never holds the value of a secret variable. */
export class Rejected extends Error {
  override readonly name = 'Rejected'
}

export function text(value: string): string {
  return value
}

export function secret(value: string): Secret<string> {
  return new Secret(value)
}

/** One that nobody guesses, and that may stand in a header field. */
export function longSecret(minCharacters: number): (value: string) => Secret<string> {
  return (value) => {
    if (value.length < minCharacters || !/^[\x21-\x7e]*$/.test(value))
      throw new Rejected(`must have at least ${minCharacters} characters, of visible ASCII and without blanks`)
    return new Secret(value)
  }
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (!/^\d{1,15}$/.test(value) || number < min || number > max)
      throw new Rejected(`must be a whole number from ${min} to ${max}`)
    return number
  }
}

export interface Listen {
  readonly host: string
  readonly port: number
}

/** `host:port`, `[ipv6]:port`; port 0 lets the system choose. */
export function listenAddress(value: string): Listen {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(value)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port > 65_535) throw new Rejected('must be host:port, e.g. 127.0.0.1:7300 or [::1]:7300')
  return { host, port }
}

/** One of a closed set of words. */
export function oneOf<const Word extends string>(words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw new Rejected(`must be one of ${words.join(', ')}`)
    return word
  }
}

/** Some of a closed set of words, at least one, separated by commas. */
export function someOf<const Word extends string>(words: readonly Word[]): (value: string) => ReadonlySet<Word> {
  const one = oneOf(words)
  return (value) => {
    const chosen = commaList(value)
    if (chosen.length === 0) throw new Rejected(`must name at least one of ${words.join(', ')}`)
    return new Set(chosen.map(one))
  }
}

/** Lower-case host names without port, separated by commas. */
export function hostNames(value: string): ReadonlySet<string> {
  const names = commaList(value).map((name) => name.toLowerCase())
  const wrong = names.find((name) => !/^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[?[0-9a-f:.]+\]?)$/.test(name))
  if (wrong !== undefined)
    throw new Rejected(`must be host names without scheme or port, separated by commas; '${wrong}' is none`)
  return new Set(names)
}

/** Addresses and ranges, separated by commas. */
export function cidrs(value: string): CidrSet {
  try {
    return compileCidrs(commaList(value))
  } catch {
    throw new Rejected('must be addresses or ranges separated by commas, e.g. 127.0.0.1,10.0.0.0/8')
  }
}

/** An absolute URL with one of the protocols. The message never repeats the URL, which may hold a password. */
export function url(...protocols: readonly string[]): (value: string) => string {
  const wanted = protocols.map((protocol) => `${protocol}//`).join(' or ')
  return (value) => {
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol))
      throw new Rejected(`must be a URL that begins with ${wanted}`)
    return value
  }
}

export function secretUrl(...protocols: readonly string[]): (value: string) => Secret<string> {
  const parse = url(...protocols)
  return (value) => new Secret(parse(value))
}

/** The name by which a process calls itself: it stands in logs and in the list of nodes. */
export function nodeName(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value))
    throw new Rejected('must be 1 to 63 letters, digits, dots, dashes or underscores')
  return value
}

function commaList(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
