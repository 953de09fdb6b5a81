import { readFileSync } from 'node:fs'
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decrypt, encrypt, TAG_BYTES } from './aead.ts'

interface Vector {
  readonly tcId: number
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
  readonly result: 'valid' | 'invalid'
}

interface VectorGroup {
  readonly ivSize: number
  readonly keySize: number
  readonly tagSize: number
  readonly tests: readonly Vector[]
}

// The file's own schema: aead_test_schema_v1.json of C2SP/wycheproof.
const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/wycheproof/aes_gcm_test.json', import.meta.url), 'utf8'),
) as { readonly numberOfTests: number; readonly testGroups: readonly VectorGroup[] }

const isOurs = (group: VectorGroup): boolean => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128
const ours = vectors.testGroups.filter(isOurs).flatMap((group) => group.tests)
const others = vectors.testGroups.filter((group) => !isOurs(group)).flatMap((group) => group.tests)
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const open = (vector: Vector): Uint8Array =>
  decrypt(createSecretKey(bytes(vector.key)), bytes(vector.iv), bytes(vector.aad), bytes(vector.ct + vector.tag))

describe('the vectors of Wycheproof', () => {
  test('are all there', () => {
    expect(ours.length + others.length).toBe(vectors.numberOfTests)
    expect(ours.filter((vector) => vector.result === 'valid').length).toBe(39)
    expect(ours.filter((vector) => vector.result === 'invalid').length).toBe(27)
  })

  test.each(ours.filter((vector) => vector.result === 'valid'))('$tcId encrypts and decrypts as it says', (vector) => {
    const sealed = encrypt(createSecretKey(bytes(vector.key)), bytes(vector.iv), bytes(vector.aad), bytes(vector.msg))
    expect(Buffer.from(sealed).toString('hex')).toBe(vector.ct + vector.tag)
    expect(Buffer.from(open(vector)).toString('hex')).toBe(vector.msg)
  })

  test.each(ours.filter((vector) => vector.result === 'invalid'))('$tcId is refused', (vector) => {
    expect(() => open(vector)).toThrow(expect.objectContaining({ reason: 'unreadable' }))
  })

  test.each(others)('$tcId is refused for its key size or nonce size', (vector) => {
    expect(() => open(vector)).toThrow(expect.objectContaining({ reason: 'misuse' }))
  })
})

describe('decrypt', () => {
  const key = createSecretKey(randomBytes(32))
  const nonce = randomBytes(12)
  const aad = Buffer.from('place')

  test('refuses a tag of 4 bytes that is right as far as it goes', () => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 4 })
    cipher.setAAD(aad)
    const short = Buffer.concat([
      cipher.update('a secret that is longer than a tag'),
      cipher.final(),
      cipher.getAuthTag(),
    ])
    expect(() => decrypt(key, nonce, aad, short)).toThrow(expect.objectContaining({ reason: 'unreadable' }))
  })

  test('refuses what is shorter than a tag, and a tag cut to any length', () => {
    const tagOnly = encrypt(key, nonce, aad, new Uint8Array(0))
    expect(decrypt(key, nonce, aad, tagOnly)).toHaveLength(0)
    for (let length = 0; length < TAG_BYTES; length += 1) {
      expect(() => decrypt(key, nonce, aad, tagOnly.subarray(0, length))).toThrow(
        expect.objectContaining({ reason: 'unreadable' }),
      )
    }
  })
})
