/** `header_rules` of routes: fields that are taken away, set and added, on requests and on answers. */
import { fieldValueProblem, requestFieldProblem, responseFieldProblem, type FieldAction } from '@claviger/gateway'
import { z } from 'zod'

type Problem = (name: string, action: FieldAction) => string | undefined

const MOST_RULES = 30

const fieldName = (problem: Problem, action: FieldAction) =>
  z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be a header name')
    .superRefine((name, context) => tell(context, problem(name, action)))

const value = z
  .string()
  .max(1_024)
  .superRefine((text, context) => tell(context, fieldValueProblem(text)))
  .meta({ description: 'May hold ${request_id}, ${key_id} and ${app_id}.', example: 'claviger' })

function tell(context: z.core.$RefinementCtx, message: string | undefined): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message })
}

const rules = (problem: Problem) => {
  const written = z
    .array(z.strictObject({ name: fieldName(problem, 'write'), value }))
    .max(MOST_RULES)
    .default([])
  return z
    .strictObject({
      remove: z.array(fieldName(problem, 'remove')).max(MOST_RULES).default([]),
      set: written.meta({ description: 'In place of whatever is there.' }),
      add: written.meta({ description: 'Beside what is there.' }),
    })
    .prefault({})
}

export const headerRules = z
  .strictObject({
    request: rules(requestFieldProblem),
    response: rules(responseFieldProblem).meta({ description: 'Of the upstream; not of refusals.' }),
  })
  .meta({
    id: 'HeaderRules',
    description:
      'Fields of the connection, of framing, of credentials, and those that the gateway tells itself, cannot be touched.',
  })

export type WireHeaderRules = z.output<typeof headerRules>
