import { describe, expect, test } from 'vitest'
import { checkAddresses } from './address.ts'

const NOBODY: ReadonlySet<string> = new Set()

describe('checkAddresses', () => {
  test.each([['203.0.114.1'], ['8.8.8.8'], ['2606:4700::1111'], ['8.8.8.8', '2606:4700::1111']])(
    'passes public addresses: %s',
    (...addresses) => {
      expect(checkAddresses('api.example.com', addresses, NOBODY)).toMatchObject({ kind: 'passed' })
    },
  )

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
    'not an address',
    '',
  ])('refuses %s', (address) => {
    expect(checkAddresses('api.example.com', [address], NOBODY)).toMatchObject({ kind: 'refused' })
  })

  test('refuses a name that points both outside and inside', () => {
    expect(checkAddresses('api.example.com', ['8.8.8.8', '10.0.0.1'], NOBODY)).toEqual({
      kind: 'refused',
      address: '10.0.0.1',
    })
  })

  test.each(['127.0.0.1', '10.0.0.1', '::1', 'fd12::1', '100.64.0.1'])(
    'passes %s for a host that the operator has named',
    (address) => {
      expect(checkAddresses('ollama.internal', [address], new Set(['ollama.internal']))).toMatchObject({
        kind: 'passed',
      })
    },
  )

  test('does not pass a private address for another host than the named one', () => {
    expect(checkAddresses('evil.internal', ['10.0.0.1'], new Set(['ollama.internal']))).toMatchObject({
      kind: 'refused',
    })
  })

  test.each([
    '169.254.169.254',
    '0.0.0.0',
    'fe80::1',
    'fd00:ec2::254',
    '168.63.129.16',
    '100.100.100.200',
    '224.0.0.1',
    '64:ff9b::a9fe:a9fe',
  ])('refuses %s even for a named host: another DNS answers for names', (address) => {
    expect(checkAddresses('ollama.internal', [address], new Set(['ollama.internal']))).toMatchObject({
      kind: 'refused',
    })
  })

  test('passes any address that the operator has named itself', () => {
    expect(checkAddresses('169.254.169.254', ['169.254.169.254'], new Set(['169.254.169.254']))).toMatchObject({
      kind: 'passed',
    })
  })

  test('hands on an IPv4-mapped address as the IPv4 address that it is', () => {
    expect(checkAddresses('api.example.com', ['::ffff:8.8.8.8'], NOBODY)).toEqual({
      kind: 'passed',
      addresses: [{ address: '8.8.8.8', family: 4 }],
    })
  })
})
