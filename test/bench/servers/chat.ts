/** What the stand-in upstream answers: a chat completion, whole or in 200 chunks. */

export const UPSTREAM_CREDENTIAL = 'sk-bench-upstream-0123456789abcdef'
export const UPSTREAM_MODEL = 'bench-large'
export const STREAM_CHUNKS = 200

export const COMPLETION = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_780_000_000,
  model: UPSTREAM_MODEL,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'The quick brown fox jumps over the lazy dog.' },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 21, completion_tokens: 11, total_tokens: 32 },
})

/** Each event with its blank line, the usage and `[DONE]` included. */
export function streamEvents(): string[] {
  const event = (members: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_780_000_000, model: UPSTREAM_MODEL, ...members })}\n\n`
  const words = Array.from({ length: STREAM_CHUNKS - 2 }, (_, nth) =>
    event({ choices: [{ index: 0, delta: { content: ` word${nth}` }, finish_reason: null }] }),
  )
  const stop = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const usage = event({ choices: [], usage: { prompt_tokens: 21, completion_tokens: 198, total_tokens: 219 } })
  return [...words, stop, usage, 'data: [DONE]\n\n']
}

/** A request as the OpenAI client sends it, about 400 bytes. */
export function chatBody(model: string, options: { readonly isStreamed: boolean }): string {
  return JSON.stringify({
    model,
    messages: [
      {
        role: 'system',
        content: 'You are a helpful assistant. Answer in one sentence, plainly, and do not repeat the question.',
      },
      {
        role: 'user',
        content: 'Which animal jumps over which other animal in the sentence that holds every letter of the alphabet?',
      },
    ],
    temperature: 0.2,
    max_tokens: 64,
    ...(options.isStreamed ? { stream: true } : {}),
  })
}
