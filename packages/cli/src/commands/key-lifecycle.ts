/** `claviger keys restore|wake|versions`: the life of a key after its creation. */
import type { OperationId } from '@claviger/sdk'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { showMany, showOne, type OutputOptions } from '../output.ts'
import { callNamed, listAll } from '../resource.ts'

export function addLifecycleVerbs(command: Command, context: CommandContext): void {
  const verb = (name: string, description: string, operationId: OperationId): void => {
    command
      .command(`${name} <id>`)
      .description(description)
      .option('--json', 'print JSON')
      .action(async (id: string, options: OutputOptions) =>
        showOne(context, options, await callNamed(context, operationId, { params: { id } })),
      )
  }
  verb('restore', 'Take a deletion back, while its window lasts.', 'restoreKey')
  verb('wake', 'Wake a key that sleeps because nobody used it.', 'wakeKey')
  command
    .command('versions <id>')
    .description('The secrets that a key has had, newest first; never the secrets themselves.')
    .option('--json', 'print JSON')
    .action(async (id: string, options: OutputOptions) => {
      const versions = await listAll(context, 'listKeyVersions', {}, { params: { id } })
      showMany(context, options, versions, ['number', 'start', 'last_four', 'created_at', 'expires_at', 'revoked_at'])
    })
}
