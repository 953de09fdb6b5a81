/** What people write of imported keys in their own words: plans by name, limits in short. */
import { UsageError } from './context.ts'
import { limit } from './parse-limits.ts'
import type { ImportLine } from './read-import.ts'

/**
 * `plan` becomes `plan_id`, and the short forms of `limits` what the API has. A line that says what nobody knows is told
 * like any other that cannot be sent.
 *
 * @param plans name → id; asked when the first line names one
 */
export async function* nameImport(
  lines: AsyncGenerator<ImportLine, void, undefined>,
  plans: () => Promise<ReadonlyMap<string, string>>,
): AsyncGenerator<ImportLine, void, undefined> {
  let known: ReadonlyMap<string, string> | undefined
  for await (const line of lines) {
    const { item } = line
    if (typeof item === 'string' || !('plan' in item || 'limits' in item)) {
      yield line
      continue
    }
    if ('plan' in item) known ??= await plans()
    yield { ...line, item: named(item, known ?? new Map()) }
  }
}

function named(item: object, plans: ReadonlyMap<string, string>): object | string {
  const members = new Map<string, unknown>(Object.entries(item))
  const plan = members.get('plan')
  if (plan !== undefined) {
    const id = plan === null ? null : plans.get(String(plan))
    if (id === undefined) return `There is no plan named ${String(plan)}.`
    members.delete('plan')
    members.set('plan_id', id)
  }
  const limits = members.get('limits')
  if (!Array.isArray(limits)) return Object.fromEntries(members)
  try {
    members.set(
      'limits',
      limits.map((each: unknown) => (typeof each === 'string' ? limit(each) : each)),
    )
    return Object.fromEntries(members)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}
