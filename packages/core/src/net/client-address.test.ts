import { describe, expect, test } from 'vitest'
import { compileCidrs } from './cidr.ts'
import { clientAddress, type Peer } from './client-address.ts'
import { parseIp } from './ip.ts'

const trusted = compileCidrs(['10.0.0.0/8', '2001:db8:1::/48'])

function peer(text: string): Peer {
  const ip = parseIp(text)
  if (ip === undefined) throw new Error(`no address: ${text}`)
  return { ip, text, isTrusted: trusted.contains(ip) }
}

describe('clientAddress', () => {
  test.each([
    {
      from: '192.0.2.1',
      headers: { 'x-forwarded-for': '198.51.100.1' },
      client: '192.0.2.1',
      because: 'nobody believes a stranger',
    },
    { from: '10.0.0.1', headers: {}, client: '10.0.0.1', because: 'the proxy says nothing' },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '198.51.100.1' },
      client: '198.51.100.1',
      because: 'the proxy says so',
    },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '6.6.6.6, 198.51.100.1' },
      client: '198.51.100.1',
      because: 'the client wrote the left one',
    },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '6.6.6.6, 198.51.100.1,10.0.0.2 , 10.0.0.3' },
      client: '198.51.100.1',
      because: 'proxies behind proxies are passed over',
    },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '10.0.0.9' },
      client: '10.0.0.9',
      because: 'a proxy may be the client',
    },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '198.51.100.1, rubbish' },
      client: '10.0.0.1',
      because: 'beyond what cannot be read nobody can see',
    },
    { from: '10.0.0.1', headers: { 'x-forwarded-for': '' }, client: '10.0.0.1', because: 'the list is empty' },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '2001:db8::5' },
      client: '2001:db8::5',
      because: 'IPv6 without brackets',
    },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '[2001:db8::5]:443' },
      client: '2001:db8::5',
      because: 'IPv6 with a port',
    },
    {
      from: '10.0.0.1',
      headers: { 'x-forwarded-for': '::ffff:198.51.100.1' },
      client: '198.51.100.1',
      because: 'mapped IPv4 is IPv4',
    },
    {
      from: '2001:db8:1::1',
      headers: { 'x-forwarded-for': '198.51.100.1:8080' },
      client: '198.51.100.1',
      because: 'IPv4 with a port',
    },
    {
      from: '10.0.0.1',
      headers: { forwarded: 'for=6.6.6.6, For="[2001:db8::5]:1";by=10.0.0.1' },
      client: '2001:db8::5',
      because: 'Forwarded is read from the right',
    },
    {
      from: '10.0.0.1',
      headers: { forwarded: 'for=198.51.100.1, for=_hidden' },
      client: '10.0.0.1',
      because: 'an obfuscated name is no address',
    },
    {
      from: '10.0.0.1',
      headers: { forwarded: 'for=6.6.6.6', 'x-forwarded-for': '198.51.100.1' },
      client: '198.51.100.1',
      because: 'X-Forwarded-For is read first',
    },
  ])('from $from with $headers it is $client: $because', ({ from, headers, client }) => {
    expect(clientAddress(peer(from), headers, trusted).text).toBe(client)
  })
})
