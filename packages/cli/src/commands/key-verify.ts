/** `claviger keys verify`: one key, or many of which each stands in a line. */
import type { Command } from 'commander'
import { callOf, type CallOptions } from '../call-options.ts'
import { NegativeAnswer, UsageError, type CommandContext } from '../context.ts'
import { showMany, showOne, writeJson, type OutputOptions } from '../output.ts'
import { collect } from '../parse-options.ts'
import { callNamed, given } from '../resource.ts'

interface VerifyOptions extends OutputOptions, CallOptions {
  readonly api?: string
  readonly scope?: readonly string[]
  readonly clientIp?: string
  readonly batch?: boolean
}

/** Questions that one call takes. */
const MOST_QUESTIONS = 100

export function addVerify(command: Command, context: CommandContext): void {
  command
    .command('verify')
    .description('Ask whether a key is good. The key is read from standard input, never from the command line.')
    .option('--batch', 'many keys, each in a line; answered in their order')
    .option('--api <id>', 'for this api')
    .option('--scope <scope>', 'with this scope (repeatable)', collect)
    .option('--client-ip <address>', 'as if it came from here')
    .option('--method <method>', 'of the call: GET')
    .option('--path <path>', 'of the call, as the api knows it')
    .option('--origin <origin>', 'with this Origin')
    .option('--referer <url>', 'with this Referer')
    .option('--user-agent <text>', 'with this User-Agent')
    .option('--client-certificate <thumbprint>', 'with this certificate, by its SHA-256')
    .option('--api-version <text>', 'for this version of the api')
    .option('--json', 'print JSON')
    .action(async (options: VerifyOptions) => {
      const request = callOf(options)
      const bodyOf = (key: string): object =>
        given({ key, api_id: options.api, scopes: options.scope, client_ip: options.clientIp, request })
      const text = await context.readInput()
      if (options.batch === true) return verifyMany(context, options, { text, bodyOf })
      const answer = await callNamed(context, 'verifyKey', { body: bodyOf(text.trim()) })
      showOne(context, options, answer)
      if (!isValid(answer)) throw new NegativeAnswer()
    })
}

async function verifyMany(
  context: CommandContext,
  options: OutputOptions,
  { text, bodyOf }: { readonly text: string; readonly bodyOf: (key: string) => object },
): Promise<void> {
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (keys.length === 0) throw new UsageError('Standard input holds no key.')
  const results: object[] = []
  for (let at = 0; at < keys.length; at += MOST_QUESTIONS) {
    const requests = keys.slice(at, at + MOST_QUESTIONS).map(bodyOf)
    const answer = await callNamed(context, 'verifyKeys', { body: { requests } })
    results.push(...objectsOf('results' in answer ? answer.results : undefined))
  }
  if (options.json === true) writeJson(context, { results })
  else showMany(context, options, results, ['valid', 'code', 'key_id', 'app_id'])
  if (!results.every(isValid)) throw new NegativeAnswer()
}

const isValid = (answer: object): boolean => 'valid' in answer && answer.valid === true

const objectsOf = (value: unknown): readonly object[] =>
  Array.isArray(value) ? value.filter((each): each is object => typeof each === 'object' && each !== null) : []
