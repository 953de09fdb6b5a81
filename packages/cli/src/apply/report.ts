/** How the steps of a file are told: lines for people as they happen, one JSON text for programs. */
import { ApiError } from '@claviger/sdk'
import { NegativeAnswer, UsageError } from '../context.ts'
import type { Done } from './carry-out.ts'
import type { Problem } from './check-body.ts'
import type { Step } from './steps.ts'

const SIGN = { create: '+', update: '~', unchanged: ' ' } as const

/** `+ keys shop/laptop` */
export function lineOf(step: Step): string {
  return `${SIGN[step.action]} ${labelOf(step)}${step.changes.length > 0 ? `: ${step.changes.join(', ')}` : ''}`
}

/** A line for each step, and below it what must be seen of it. */
export function linesOf(done: Done): readonly string[] {
  if (done.state === 'not tried') return [`- ${labelOf(done.step)}: not tried`]
  const secret = done.secret === undefined ? [] : [`    secret, shown this once: ${done.secret}`]
  if (done.state === 'done') return [lineOf(done.step), ...secret]
  return [`! ${labelOf(done.step)}: failed`, ...secret]
}

export function summaryOf(steps: readonly Step[], how: 'changed' | 'would change'): string {
  return `${steps.filter((step) => step.action !== 'unchanged').length} of ${steps.length} ${how}.`
}

/** For programs; the members of a step that was carried out come to those of a plan. */
export function stepToJson(step: Step, done?: Done): object {
  const { kind, name, app, action, changes } = step
  return {
    kind: kind.section,
    name,
    ...(app !== undefined && { app }),
    action,
    changes,
    ...(done !== undefined && {
      state: done.state,
      ...(done.id !== undefined && { id: done.id }),
      ...(done.secret !== undefined && { secret: done.secret }),
      ...(done.error !== undefined && { error: detailsOf(done.error).join(' ') }),
    }),
  }
}

/** What the file has wrong, all of it: exit code 2. */
export function refusalOf(problems: readonly Problem[]): UsageError {
  const lines = problems.map(({ pointer, detail }) => `  ${pointer}: ${detail}`)
  return new UsageError(['The file cannot be applied; nothing was changed.', ...lines].join('\n'))
}

/** Where it stopped and what now: exit code 1. Undefined: it did not. */
export function stopOf(all: readonly Done[]): NegativeAnswer | undefined {
  const failed = all.find((done) => done.state === 'failed')
  if (failed === undefined) return undefined
  const count = (state: Done['state']): number => all.filter((done) => done.state === state).length
  return new NegativeAnswer(
    [
      `Stopped at ${labelOf(failed.step)}: ${detailsOf(failed.error).join('\n  ')}`,
      `${count('done')} of ${all.length} are done and stay so, ${count('not tried')} were not tried. Mend it and run this again: it goes on from here.`,
    ].join('\n'),
  )
}

function labelOf({ kind, name, app }: Step): string {
  return `${kind.section} ${app === undefined ? '' : `${app}/`}${name}`
}

function detailsOf(error: unknown): readonly string[] {
  if (!(error instanceof ApiError)) return [error instanceof Error ? error.message : String(error)]
  const id = error.requestId === undefined ? '' : `, ${error.requestId}`
  return [
    `${error.message} (${error.code}${id})`,
    ...error.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`),
  ]
}
