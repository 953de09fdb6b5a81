import { describe, expect, test } from 'vitest'
import { parseOrigin } from './origin.ts'

describe('parseOrigin', () => {
  test.each([
    ['https://API.Example.com', 'https://api.example.com', 443],
    ['https://api.example.com/', 'https://api.example.com', 443],
    ['https://api.example.com:443', 'https://api.example.com', 443],
    ['https://api.example.com.', 'https://api.example.com', 443],
    ['http://api.example.com:8080', 'http://api.example.com:8080', 8080],
    ['https://bücher.example', 'https://xn--bcher-kva.example', 443],
    ['http://2130706433', 'http://127.0.0.1', 80],
    ['http://0177.0.0.1', 'http://127.0.0.1', 80],
    ['http://0x7f.1', 'http://127.0.0.1', 80],
    ['http://127.0.0.1.', 'http://127.0.0.1', 80],
    ['http://127.1:81', 'http://127.0.0.1:81', 81],
    ['http://[::1]:8080', 'http://[::1]:8080', 8080],
    ['http://[::ffff:127.0.0.1]', 'http://127.0.0.1', 80],
    ['http://[::ffff:7f00:1]', 'http://127.0.0.1', 80],
    ['http://①②⑦.0.0.1', 'http://127.0.0.1', 80],
  ])('%s is %s', (text, canonical, port) => {
    expect(parseOrigin(text)).toMatchObject({ text: canonical, port })
  })

  test.each([
    'ftp://api.example.com',
    'file:///etc/passwd',
    'api.example.com',
    'https://',
    'https://user@api.example.com',
    'https://user:secret@api.example.com',
    'https://api.example.com/v1',
    'https://api.example.com?x',
    'https://api.example.com#x',
    'https://api.example.com\\@evil.example',
    'https://api.example.com\n',
    'https://api.exa\tmple.com',
    'https://api.example.com:99999',
    'http://[fe80::1%25eth0]',
    'http://[fe80::1%eth0]',
    'http://256.256.256.256',
    'http://.',
  ])('%j is no origin', (text) => {
    expect(parseOrigin(text)).toBeUndefined()
  })
})
