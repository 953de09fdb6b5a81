import { describe, expect, test } from 'vitest'
import { readImport, splitCsv, type ImportFormat, type ImportLine } from './read-import.ts'

async function read(text: string, format: ImportFormat): Promise<readonly ImportLine[]> {
  const lines = (async function* () {
    yield* text.split('\n')
  })()
  const found: ImportLine[] = []
  for await (const line of readImport(lines, format)) found.push(line)
  return found
}

describe('readImport', () => {
  test('reads JSON lines, passes over empty ones, and says what is none', async () => {
    expect(await read('\uFEFF{"hash":"a"}\n\n[1]\nnope\n{"hash":"b","tags":["x"]}', 'jsonl')).toEqual([
      { number: 1, endsAtBytes: 16, item: { hash: 'a' } },
      { number: 3, endsAtBytes: 21, item: 'The line is not a JSON object.' },
      { number: 4, endsAtBytes: 26, item: 'The line is not JSON.' },
      { number: 5, endsAtBytes: 52, item: { hash: 'b', tags: ['x'] } },
    ])
  })

  test('reads CSV by its head: lists, flags, metadata, and cells that say nothing', async () => {
    const text = 'hash,name,tags,disabled,metadata.plan,owner\nabc,"Smith, Inc.",old  new,true,gold,\ndef,,,,,team\r'
    expect((await read(text, 'csv')).map((line) => line.item)).toEqual([
      { hash: 'abc', name: 'Smith, Inc.', tags: ['old', 'new'], disabled: true, metadata: { plan: 'gold' } },
      { hash: 'def', owner: 'team' },
    ])
  })

  test('says which line has too many or too few cells, and goes on', async () => {
    expect((await read('hash,name\na\nb,c,d\ne,f', 'csv')).map((line) => [line.number, line.item])).toEqual([
      [2, 'The line has 1 cells, the head has 2.'],
      [3, 'The line has 3 cells, the head has 2.'],
      [4, { hash: 'e', name: 'f' }],
    ])
  })

  test.each(['name,owner\na,b', '"hash\na'])('refuses a CSV without a column of hashes', async (text) => {
    await expect(read(text, 'csv')).rejects.toThrow('hash')
  })
})

describe('splitCsv', () => {
  test.each([
    { line: '', cells: [''] },
    { line: 'a,b', cells: ['a', 'b'] },
    { line: ',', cells: ['', ''] },
    { line: '"a","b"', cells: ['a', 'b'] },
    { line: '"a,b",c', cells: ['a,b', 'c'] },
    { line: '"say ""hi""",x', cells: ['say "hi"', 'x'] },
    { line: '"",""', cells: ['', ''] },
    { line: 'a"b,c', cells: ['a"b', 'c'] },
  ])('reads $line', ({ line, cells }) => {
    expect(splitCsv(line)).toEqual(cells)
  })

  test.each(['"a', '"a"b,c', '"a""'])('does not read %s', (line) => {
    expect(splitCsv(line)).toEqual(expect.any(String))
  })
})
