import { describe, expect, test } from 'vitest'
import { injectionOf, type InjectionOptions } from './parse-injection.ts'

const context = { readFile: async (path: string) => `PEM of ${path}` }

describe('injectionOf', () => {
  test.each<[InjectionOptions, object | undefined]>([
    [{}, undefined],
    [{ inject: 'bearer' }, { kind: 'bearer' }],
    [{ inject: 'basic:me' }, { kind: 'basic', username: 'me' }],
    [{ inject: 'header:x-api-key' }, { kind: 'header', name: 'x-api-key' }],
    [{ inject: '{"kind":"query","name":"key"}' }, { kind: 'query', name: 'key' }],
    [{ inject: 'query:key' }, { kind: 'query', name: 'key' }],
    [
      { inject: 'aws_sigv4:eu-central-1/s3/AKID', payload: 'unsigned' },
      { kind: 'aws_sigv4', region: 'eu-central-1', service: 's3', access_key_id: 'AKID', payload: 'unsigned' },
    ],
    [
      { inject: 'oauth2_client_credentials:urn:me', tokenUrl: 'https://l.example/t', scope: 'a b', authStyle: 'post' },
      {
        kind: 'oauth2_client_credentials',
        token_url: 'https://l.example/t',
        client_id: 'urn:me',
        scope: 'a b',
        auth_style: 'post',
      },
    ],
    [{ inject: 'mtls:c.pem' }, { kind: 'mtls', certificate: 'PEM of c.pem' }],
    [
      { inject: 'mtls:c.pem', ca: 'ca.pem' },
      { kind: 'mtls', certificate: 'PEM of c.pem', ca: 'PEM of ca.pem' },
    ],
  ])('reads %j', async (options, expected) => {
    expect(await injectionOf(options, context)).toEqual(expected)
  })

  test.each<[InjectionOptions, string]>([
    [{ inject: 'bearer:x' }, 'is no way to send a secret'],
    [{ inject: 'basic' }, 'is no way to send a secret'],
    [{ inject: 'constructor:x' }, 'is no way to send a secret'],
    [{ inject: 'aws_sigv4:eu-central-1/s3' }, 'Write aws_sigv4:<region>/<service>/<access key id>'],
    [{ inject: 'oauth2_client_credentials:me' }, 'needs --token-url'],
    [{ inject: 'bearer', ca: 'x' }, '--ca does not belong to --inject bearer'],
    [{ scope: 'x' }, '--scope belongs to --inject'],
  ])('refuses %j', async (options, why) => {
    await expect(injectionOf(options, context)).rejects.toThrow(why)
  })
})
