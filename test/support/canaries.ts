/** Finds secrets in sinks, in every spelling in which a careless writer may have put them there. */
import { zstdDecompressSync } from 'node:zlib'

/** Every planted canary begins so; what follows says where it was planted. */
export const CANARY = 'Qcanary7'

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const SHOWN_AROUND = 60

interface Spelling {
  readonly name: string
  readonly bytes: Buffer
}

export function canaryAt(place: string): string {
  return `${CANARY}${place}${Math.floor(Math.random() * 1e9).toString(36)}`
}

/**
 * @param sink its name, for the report
 * @param secrets beside the canaries: what the server made itself, by name
 * @returns a line for each hit: which sink, which secret, how it was spelt
 */
export function findSecrets(sink: string, bytes: Buffer, secrets: ReadonlyMap<string, string>): readonly string[] {
  const hits: string[] = []
  for (const [name, secret] of [['a canary', CANARY] as const, ...secrets]) {
    for (const spelling of spellingsOf(secret)) {
      const at = bytes.indexOf(spelling.bytes)
      if (at !== -1) hits.push(`${sink}: ${name}, ${spelling.name}: ${around(bytes, at)}`)
    }
  }
  return hits
}

/** What a backup holds as `\x…` is looked at as bytes too, and unpacked where it is compressed. */
export function findSecretsInDump(sink: string, dump: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  const hits = [...findSecrets(sink, Buffer.from(dump), secrets)]
  for (const [, hex = ''] of dump.matchAll(/\\\\x((?:[0-9a-f]{2})+)"/g)) {
    const bytes = Buffer.from(hex, 'hex')
    const start = bytes.indexOf(ZSTD_MAGIC)
    if (start !== -1) hits.push(...findSecrets(`${sink}, block`, zstdDecompressSync(bytes.subarray(start)), secrets))
  }
  return hits
}

function spellingsOf(secret: string): readonly Spelling[] {
  const plain = Buffer.from(secret)
  const base64 = [0, 1, 2].map((shift) => {
    // the same bytes at each offset within a group of three; what depends on the neighbours is cut off
    const text = Buffer.concat([Buffer.alloc(shift), plain])
      .toString('base64')
      .replace(/=+$/, '')
    return { name: 'base64', bytes: Buffer.from(text.slice(shift === 0 ? 0 : shift + 1, -1)) }
  })
  return [
    { name: 'in clear', bytes: plain },
    { name: 'in hex', bytes: Buffer.from(plain.toString('hex')) },
    { name: 'as a list of bytes', bytes: Buffer.from([...plain].join(',')) },
    ...base64,
  ]
}

function around(bytes: Buffer, at: number): string {
  return JSON.stringify(bytes.toString('latin1', Math.max(0, at - SHOWN_AROUND), at + SHOWN_AROUND))
}
