/** `claviger export`: what is there, as a file for `claviger apply`. */
import type { Command } from 'commander'
import { exported, toYaml } from '../apply/export-file.ts'
import { KINDS, listOf } from '../apply/kinds.ts'
import { sectionsThatCanBeNamed } from '../apply/names.ts'
import { isMembers, type Members } from '../apply/schema.ts'
import { UsageError, type CommandContext } from '../context.ts'
import { writeJson, type OutputOptions } from '../output.ts'
import { collect } from '../parse-options.ts'
import { listAll } from '../resource.ts'

interface ExportOptions extends OutputOptions {
  readonly only?: readonly string[]
}

export function exportCommand(program: Command, context: CommandContext): void {
  const sections = KINDS.map(({ section }) => section)
  program
    .command('export')
    .description(
      `Print ${sections.join(', ')} as a file for apply. Keys without their secrets; provider keys not at all.`,
    )
    .option('--only <list>', `only this list (repeatable): ${sections.join(', ')}`, collect)
    .option('--json', 'print JSON')
    .action(async (options: ExportOptions) => {
      const { only = sections } = options
      const strange = only.find((section) => !sections.includes(section))
      if (strange !== undefined) throw new UsageError(`There is no list ${strange}: ${sections.join(', ')}.`)
      const { sections: found, notes } = exported(await everything(context, only), Date.now())
      const wanted = Object.fromEntries(Object.entries(found).filter(([section]) => only.includes(section)))
      for (const note of notes) context.stderr.write(`${note}\n`)
      if (options.json === true) writeJson(context, wanted)
      else context.stdout.write(toYaml(wanted))
    })
}

/** What is asked for, and what it names. */
async function everything(
  context: CommandContext,
  only: readonly string[],
): Promise<ReadonlyMap<string, readonly Members[]>> {
  const kinds = KINDS.filter(({ section }) => only.includes(section))
  const there = new Map<string, readonly Members[]>()
  for (const section of new Set([...only, ...kinds.flatMap(sectionsThatCanBeNamed)]))
    there.set(
      section,
      (await listAll(context, listOf(section), section === 'keys' ? { revoked: false } : {})).filter(isMembers),
    )
  return there
}
