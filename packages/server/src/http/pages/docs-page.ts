/** The OpenAPI document for people: one static page, made from the document itself. */
import { z } from 'zod'
import { BASE_STYLE, escapeHtml, type Page } from './html.ts'

const STYLE = `${BASE_STYLE}
section{border-top:1px solid #8884;padding:.5rem 0}
h3 code{font-weight:600}
summary{cursor:pointer}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #8883}
.note{opacity:.75}
nav li{display:inline;margin-right:1rem}
`

/** As much of a schema as the page shows. */
interface Schema {
  readonly $ref?: string | undefined
  readonly type?: string | readonly string[] | undefined
  readonly description?: string | undefined
  readonly format?: string | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly const?: unknown
  readonly items?: Schema | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly required?: readonly string[] | undefined
  readonly oneOf?: readonly Schema[] | undefined
  readonly anyOf?: readonly Schema[] | undefined
  readonly allOf?: readonly Schema[] | undefined
  readonly default?: unknown
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    items: schema.optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    oneOf: z.array(schema).optional(),
    anyOf: z.array(schema).optional(),
    allOf: z.array(schema).optional(),
    default: z.unknown().optional(),
  }),
)
const content = z.record(z.string(), z.object({ schema })).optional()
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()),
  'x-permission': z.string(),
  'x-installation': z.boolean().optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        schema,
        description: z.string().optional(),
      }),
    )
    .optional(),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
})
const documentShape = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
})

type Operation = z.output<typeof operation>

/** @param document as `openapiDocument` makes it, out of its file */
export function docsPage(document: unknown): Page {
  const { info, tags, paths, components } = documentShape.parse(document)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ path, method, one })),
  )
  const contents = tags.map(({ name }) => `<li><a href="#${anchor(name)}">${escapeHtml(name)}</a></li>`)
  const sections = tags.map(({ name }) => {
    const own = operations.filter(({ one }) => one.tags.includes(name))
    return `<h2 id="${anchor(name)}">${escapeHtml(name)}</h2>${own.map(({ path, method, one }) => operationHtml(method, path, one)).join('')}`
  })
  const schemas = Object.entries(components.schemas).map(
    ([name, one]) =>
      `<section id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${text(one.description)}${schemaHtml(one)}</section>`,
  )
  const body = `<h1>${escapeHtml(info.title)} <small>${escapeHtml(info.version)}</small></h1>
${info.description
  .split('\n')
  .map((line) => `<p>${inline(line)}</p>`)
  .join('')}
<p><a href="/api/openapi.json">OpenAPI 3.1 document</a></p>
<nav><ul>${contents.join('')}<li><a href="#schemas">schemas</a></li></ul></nav>
${sections.join('\n')}<h2 id="schemas">schemas</h2>${schemas.join('\n')}`
  return { title: info.title, style: STYLE, script: '', body }
}

function operationHtml(method: string, path: string, one: Operation): string {
  const permission = one['x-permission']
  const asked =
    permission === 'anybody'
      ? 'no admin key'
      : permission === 'authenticated'
        ? 'any admin key'
        : `permission ${permission}`
  const installation = one['x-installation'] === true ? ', first workspace only' : ''
  const parameters = (one.parameters ?? []).map((parameter) =>
    row(
      parameter.name,
      `${parameter.in}${parameter.required === true ? ', required' : ''}`,
      parameter.schema,
      parameter.description,
    ),
  )
  const body = one.requestBody?.content?.['application/json']?.schema
  const answers = Object.entries(one.responses).map(([status, response]) => {
    const answered = response.content?.['application/json']?.schema
    return `<tr><td>${escapeHtml(status)}</td><td>${inline(response.description)}</td><td>${answered === undefined ? '' : typeHtml(answered)}</td></tr>`
  })
  return `<section id="${escapeHtml(one.operationId)}"><h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3>
<p>${escapeHtml(one.summary)} ${one.description === undefined ? '' : inline(one.description)}</p>
<p class="note"><code>${escapeHtml(one.operationId)}</code> – ${escapeHtml(asked + installation)}</p>
${parameters.length === 0 ? '' : `<details><summary>Parameters</summary><table>${parameters.join('')}</table></details>`}
${body === undefined ? '' : `<details><summary>Body</summary>${schemaHtml(body)}</details>`}
<details><summary>Answers</summary><table>${answers.join('')}</table></details></section>`
}

function schemaHtml(one: Schema): string {
  if (one.properties === undefined) return `<p>${typeHtml(one)}</p>`
  const rows = Object.entries(one.properties).map(([name, member]) =>
    row(name, one.required?.includes(name) === true ? 'required' : 'optional', member, member.description),
  )
  return `<table>${rows.join('')}</table>`
}

function row(name: string, what: string, one: Schema, description: string | undefined): string {
  return `<tr><td><code>${escapeHtml(name)}</code></td><td class="note">${escapeHtml(what)}</td><td>${typeHtml(one)}</td><td>${text(description)}</td></tr>`
}

function typeHtml(one: Schema): string {
  if (one.$ref !== undefined) {
    const name = escapeHtml(one.$ref.split('/').at(-1) ?? '')
    return `<a href="#schema-${name}">${name}</a>`
  }
  const choices = one.oneOf ?? one.anyOf ?? one.allOf
  if (choices !== undefined) return choices.map((choice) => typeHtml(choice)).join(' or ')
  if (one.enum !== undefined && one.enum.length <= 12)
    return one.enum.map((value) => `<code>${escapeHtml(JSON.stringify(value))}</code>`).join(' | ')
  if (one.const !== undefined) return `<code>${escapeHtml(JSON.stringify(one.const))}</code>`
  if (one.items !== undefined) return `list of ${typeHtml(one.items)}${one.type?.includes('null') ? ' or null' : ''}`
  if (one.properties !== undefined)
    return `{ ${Object.entries(one.properties)
      .map(([name, member]) => `<code>${escapeHtml(name)}</code>: ${typeHtml(member)}`)
      .join(', ')} }`
  const type = Array.isArray(one.type) ? one.type.join(' or ') : String(one.type ?? 'any')
  const standard = one.default === undefined ? '' : `, default <code>${escapeHtml(JSON.stringify(one.default))}</code>`
  return `${escapeHtml(type)}${one.format === undefined ? '' : ` (${escapeHtml(one.format)})`}${standard}`
}

function text(description: string | undefined): string {
  return description === undefined ? '' : inline(description)
}

/** Escapes, then shows `…` as code. */
function inline(markdown: string): string {
  return escapeHtml(markdown).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

function anchor(tag: string): string {
  return tag.replaceAll(/[^a-z0-9]+/gi, '-')
}
