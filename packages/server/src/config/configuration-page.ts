/** docs/guide/configuration.md, made from the table of variables. */
import { VARIABLES, type Variable } from './variables.ts'

const BEFORE = `# Configuration

Claviger is configured by environment variables, and by nothing else. \`claviger config\` shows them as they are set now,
secrets masked. An unknown \`CLAVIGER_*\` name stops the start, with the nearest known name; an empty value counts as unset.

This page is made from the table in \`packages/server/src/config/variables.ts\` (\`tools/configuration.ts\` writes it).
`

const AFTER = `
## What goes together

- Any address but loopback needs \`CLAVIGER_TLS_CERT\` and \`CLAVIGER_TLS_KEY\`, or \`CLAVIGER_TRUSTED_PROXIES\` naming the
  proxies that end TLS. Without either, keys would travel in plain text, and the server refuses to start.
- Behind a pooler in transaction mode (PgBouncer), \`DATABASE_URL\` names the pooler and \`CLAVIGER_FEED_DATABASE_URL\` the
  database itself: LISTEN does not pass a pooler.
- As root, PostgreSQL runs as the user \`claviger\` if there is one, else as \`nobody\`. If that user cannot reach the data
  directory (\`/root\` is closed to it), the database is put below \`/var/lib/claviger\`; the start says so, and
  \`postgres.location\` in the data directory remembers it. The seal key and the spool stay in the data directory.
- One server at a time owns a data directory. A second one is refused with the number of the first.
`

/** The whole page as Markdown. */
export function configurationPage(): string {
  const sections = Object.entries<Variable>(VARIABLES).map(([name, variable]) => {
    const preset = variable.default === undefined ? variable.shownDefault : code(variable.default)
    const facts = [variable.type, preset === undefined ? 'unset by default' : `default: ${preset}`]
    return `\n### \`${name}\`\n\n${variable.what}\n\n${[...facts, ...(variable.secret === true ? ['secret: never shown'] : [])].join(' · ')}\n`
  })
  return `${BEFORE}\n## Variables\n${sections.join('')}${AFTER}`
}

function code(text: string): string {
  return text === '' ? 'empty' : `\`${text}\``
}
