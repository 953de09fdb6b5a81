/** Writes the TypeScript of all tables, from the catalogue of a migrated database. */
import type { Store } from './store.ts'

interface Column {
  readonly table_name: string
  readonly column_name: string
  readonly type: string
  readonly is_array: boolean
  readonly is_nullable: boolean
  readonly is_generated: boolean
  readonly is_computed: boolean
}

/** PostgreSQL type → what is read, and what may be written when that differs. */
const TYPES: Readonly<Record<string, readonly [read: string, written?: string]>> = {
  bool: ['boolean'],
  bytea: ['Buffer', 'Uint8Array'],
  date: ['Date', 'Date | string'],
  float4: ['number'],
  float8: ['number'],
  int2: ['number'],
  int4: ['number'],
  int8: ['number', 'number | bigint'],
  json: ['unknown', 'string'],
  jsonb: ['unknown', 'string'],
  numeric: ['string', 'string | number | bigint'],
  timestamptz: ['Date', 'Date | string'],
}

const CATALOGUE = `
  select c.relname as table_name, a.attname as column_name,
    case when t.typelem <> 0 and t.typlen = -1 then e.typname else t.typname end as type,
    t.typelem <> 0 and t.typlen = -1 as is_array,
    not a.attnotnull as is_nullable,
    a.atthasdef or a.attidentity <> '' as is_generated,
    a.attgenerated <> '' or a.attidentity = 'a' as is_computed
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid
  join pg_type t on t.oid = a.atttypid
  left join pg_type e on e.oid = t.typelem
  where n.nspname = 'public' and c.relkind in ('r', 'p', 'v') and not c.relispartition and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attnum`

/** The whole text of `tables.ts`. */
export async function describeTables(store: Pick<Store, 'raw'>): Promise<string> {
  // The shape of the catalogue's answer is that of the query above.
  const columns = (await store.raw(CATALOGUE, [])) as readonly (Readonly<Record<string, unknown>> & Column)[]
  const tables = Map.groupBy(columns, (column) => column.table_name)
  const names = [...tables.keys()]
  const used = (word: string): boolean => columns.some((column) => columnType(column).includes(word))
  const imports = ['ColumnType', 'Generated', 'GeneratedAlways'].filter((word) => used(`${word}<`))
  const lines = [
    '/** Made by `npm run tables` from the migrated database: do not edit. */',
    ...(imports.length > 0 ? [`import type { ${imports.join(', ')} } from 'kysely'`] : []),
    '',
    'export interface Tables {',
    ...names.map((name) => `  ${name}: ${interfaceName(name)}`),
    '}',
    ...[...tables].flatMap(([name, own]) => [
      '',
      `export interface ${interfaceName(name)} {`,
      ...own.map((column) => `  ${column.column_name}: ${columnType(column)}`),
      '}',
    ]),
    '',
  ]
  return lines.join('\n')
}

function columnType(column: Column): string {
  const [read, written = read] = TYPES[column.type] ?? ['string']
  const shape = (type: string): string =>
    `${column.is_array ? arrayOf(type) : type}${column.is_nullable ? ' | null' : ''}`
  if (column.is_computed) return `GeneratedAlways<${shape(read)}>`
  const optional = column.is_generated
  if (read === written) return optional ? `Generated<${shape(read)}>` : shape(read)
  return `ColumnType<${shape(read)}, ${shape(written)}${optional ? ' | undefined' : ''}, ${shape(written)}>`
}

function arrayOf(type: string): string {
  return type.includes('|') ? `readonly (${type})[]` : `readonly ${type}[]`
}

/** `vault_provider_key` → `VaultProviderKeyTable` */
function interfaceName(table: string): string {
  return `${table
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Table`
}
