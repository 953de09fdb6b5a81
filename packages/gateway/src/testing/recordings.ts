/** The recorded traffic of `test/vectors/llm` (see its README), as answers that a stand-in upstream can give. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export interface Recording {
  readonly name: string
  /** On OpenAI's wire: its usage stands where we look for it. */
  readonly isOpenAiWire: boolean
  /** The recorded request, where there is one and it was a chat completion. */
  readonly chatRequest: object | undefined
  readonly status: number
  readonly contentType: string
  /** An event stream with LF as line end, or a JSON text. */
  readonly body: string
}

interface Exchange {
  readonly src: string
  readonly i: number
  readonly host: string
  readonly request: { readonly uri: string; readonly body: unknown }
  readonly response: { readonly status: number; readonly content_type: string; readonly body: unknown }
}

interface Fixture {
  readonly src: string
  readonly provider: string
  readonly kind: 'json' | 'chunks'
  readonly body: unknown
}

const FOLDER = new URL('../../../../test/vectors/llm/', import.meta.url)
const OTHER_WIRES = ['anthropic', 'google', 'cohere']

export function loadRecordings(): readonly Recording[] {
  const exchanges = ['provider-recordings-pydantic-ai.jsonl.gz', 'provider-recordings-envoy-openai.jsonl.gz'].flatMap(
    (file) => lines(file) as readonly Exchange[],
  )
  const fixtures = lines('provider-fixtures-ai-sdk.jsonl.gz') as readonly Fixture[]
  return [...exchanges.map(fromExchange), ...fixtures.map(fromFixture)]
}

export function isEventStream(recording: Recording): boolean {
  return recording.contentType.startsWith('text/event-stream')
}

function fromExchange({ src, i, host, request, response }: Exchange): Recording {
  const { pathname } = new URL(request.uri)
  const isChat = pathname.endsWith('/chat/completions')
  return {
    name: `${src}#${i} ${host}`,
    isOpenAiWire: /\/(chat\/completions|completions|responses|embeddings)(\/|$)/.test(pathname),
    chatRequest: isChat && typeof request.body === 'object' && request.body !== null ? request.body : undefined,
    status: response.status,
    contentType: response.content_type,
    body: typeof response.body === 'string' ? response.body.replaceAll('\r\n', '\n') : JSON.stringify(response.body),
  }
}

function fromFixture({ src, provider, kind, body }: Fixture): Recording {
  const events = Array.isArray(body)
    ? body.map((data) => `${String(data).startsWith('data:') ? '' : 'data: '}${String(data)}\n\n`)
    : []
  return {
    name: src,
    isOpenAiWire: !OTHER_WIRES.includes(provider),
    chatRequest: undefined,
    status: 200,
    contentType: kind === 'chunks' ? 'text/event-stream' : 'application/json',
    body: kind === 'chunks' ? events.join('') : JSON.stringify(body, undefined, 2),
  }
}

/** The files are ours; their form stands in their README. */
function lines(file: string): readonly unknown[] {
  const text = gunzipSync(readFileSync(new URL(file, FOLDER))).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}
