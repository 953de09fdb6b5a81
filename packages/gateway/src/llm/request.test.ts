import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeploymentPart } from '../parts.ts'
import { bodyForDeployment, readChatRequest } from './request.ts'

const deployment: DeploymentPart = {
  wire: 'openai',
  upstreamOrigin: 'https://api.example.com',
  upstreamBasePath: '/v1',
  upstreamModel: 'up "1"',
  credentialId: undefined,
  asksStreamUsage: true,
}

interface Sent {
  readonly stream?: unknown
  readonly stream_options?: object | null
}

function rewritten(text: string, changes: Partial<DeploymentPart> = {}): string {
  const request = readChatRequest(Buffer.from(text))
  return Buffer.from(bodyForDeployment(request, { ...deployment, ...changes }).body).toString()
}

describe('readChatRequest', () => {
  test('reads what we decide by and nothing else', () => {
    const body =
      '{"model":"a\\u002fb","stream":true,"max_tokens":9,"max_completion_tokens":7,"messages":[{"model":"x"}]}'
    expect(readChatRequest(Buffer.from(body))).toMatchObject({ model: 'a/b', stream: true, maxOutputTokens: 7 })
  })

  test.each([
    { body: '{"model":"a"', says: 'at byte 12' },
    { body: '["model"]', says: 'at byte 0' },
    { body: '{"model":"a","model":"b"}', says: 'at byte 13' },
    { body: '{"\\u006dodel":"a"}', says: 'without escapes' },
    { body: '{"model":"a","Model":"b"}', says: 'lower case' },
    { body: '{"model":"a","\u017ftream":true}', says: 'lower case' },
    { body: '{"model":"a","max_to\u212aens":1}', says: 'lower case' },
    {
      body: '{"model":"a","stream":true,"stream_options":{"include_usage":true,"Include_Usage":false}}',
      says: 'lower case',
    },
    { body: '{"model":"a","stream_options":{"include_usage":true,"include_usage":false}}', says: 'twice' },
    { body: '{"model":"a","__proto__":{}}', says: '__proto__' },
    { body: '{"model":"a"} {}', says: 'Nothing may follow' },
    { body: '', says: 'at byte 0' },
  ])('refuses $body and says where', ({ body, says }) => {
    expect(() => readChatRequest(Buffer.from(body))).toThrow(
      expect.objectContaining({ code: 'bad_json', message: expect.stringContaining(says) as unknown }),
    )
  })

  test.each([
    { body: '{}', pointer: '/model' },
    { body: '{"model":7}', pointer: '/model' },
    { body: '{"model":""}', pointer: '/model' },
    { body: `{"model":"${'x'.repeat(3_000)}"}`, pointer: '/model' },
    { body: '{"model":"a","stream":"true"}', pointer: '/stream' },
    { body: '{"model":"a","stream":1}', pointer: '/stream' },
    { body: '{"model":"a","max_tokens":"9"}', pointer: '/max_tokens' },
    { body: '{"model":"a","max_completion_tokens":9.5}', pointer: '/max_completion_tokens' },
    { body: '{"model":"a","stream_options":[]}', pointer: '/stream_options' },
    { body: '{"model":"a","stream_options":{"include_usage":1}}', pointer: '/stream_options/include_usage' },
  ])('refuses the type of $pointer in $body', ({ body, pointer }) => {
    expect(() => readChatRequest(Buffer.from(body))).toThrow(
      expect.objectContaining({ code: 'validation_failed', errors: [expect.objectContaining({ pointer })] }),
    )
  })
})

describe('bodyForDeployment', () => {
  test.each([
    { sent: '{ "messages" : [] ,\n "model" : "a" }', goes: '{ "messages" : [] ,\n "model" : "up \\"1\\"" }' },
    {
      sent: '{"model":"a","stream":true}',
      goes: '{"model":"up \\"1\\"","stream":true,"stream_options":{"include_usage":true}}',
    },
    {
      sent: '{"stream":true,"model":"a"\n}',
      goes: '{"stream":true,"model":"up \\"1\\"","stream_options":{"include_usage":true}\n}',
    },
    {
      sent: '{"model":"a","stream":true,"stream_options":null}',
      goes: '{"model":"up \\"1\\"","stream":true,"stream_options":{"include_usage":true}}',
    },
    {
      sent: '{"model":"a","stream":true,"stream_options":{ }}',
      goes: '{"model":"up \\"1\\"","stream":true,"stream_options":{"include_usage":true }}',
    },
    {
      sent: '{"model":"a","stream":true,"stream_options":{"x":1 }}',
      goes: '{"model":"up \\"1\\"","stream":true,"stream_options":{"x":1,"include_usage":true }}',
    },
    {
      sent: '{"stream_options":{"include_usage": false},"model":"a","stream":true}',
      goes: '{"stream_options":{"include_usage": true},"model":"up \\"1\\"","stream":true}',
    },
    {
      sent: '{"model":"a","stream":true,"stream_options":{"include_usage":true}}',
      goes: '{"model":"up \\"1\\"","stream":true,"stream_options":{"include_usage":true}}',
    },
    {
      sent: '{"model":"a","stream":false,"stream_options":null}',
      goes: '{"model":"up \\"1\\"","stream":false,"stream_options":null}',
    },
  ])('sends $goes for $sent', ({ sent, goes }) => {
    expect(rewritten(sent)).toBe(goes)
  })

  test('does not ask where the deployment cannot be asked', () => {
    expect(rewritten('{"model":"a","stream":true}', { asksStreamUsage: false })).toBe(
      '{"model":"up \\"1\\"","stream":true}',
    )
  })

  test('sends the very bytes when nothing needs to be changed', () => {
    const request = readChatRequest(Buffer.from('{"model":"a"}'))
    expect(bodyForDeployment(request, { ...deployment, upstreamModel: 'a' }).body).toBe(request.body)
  })

  test('tells whether a usage event of the answer is ours', () => {
    const added = (text: string) => bodyForDeployment(readChatRequest(Buffer.from(text)), deployment).addedUsage
    expect(added('{"model":"a","stream":true}')).toBe('added')
    expect(added('{"model":"a","stream":true,"stream_options":{"include_usage":true}}')).toBe('as sent')
    expect(added('{"model":"a"}')).toBe('as sent')
  })

  test('changes nothing but the model and the question for usage, for any body', () => {
    const member = fc.stringMatching(/^[a-z]{1,4}$/)
    const options = fc.option(
      fc.record({ include_usage: fc.option(fc.boolean()), other: fc.jsonValue() }, { requiredKeys: [] }),
    )
    const body = fc.record({ stream: fc.option(fc.boolean()), stream_options: options }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue()), body, fc.constantFrom(0, 1), (before, owned, indent) => {
        const sent = JSON.parse(JSON.stringify({ ...before, ...owned, model: 'a' })) as Sent
        const goes: unknown = JSON.parse(rewritten(JSON.stringify(sent, undefined, indent)))
        const asked = sent.stream === true ? { stream_options: { ...sent.stream_options, include_usage: true } } : {}
        expect(goes).toEqual({ ...sent, model: 'up "1"', ...asked })
      }),
      { numRuns: 500 },
    )
  })
})
