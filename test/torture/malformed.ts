/**
 * Requests that are wrong in one or two places, made from a right one by rules: each rule knows what it breaks. The same seed
 * makes the same requests.
 */
import type { Random } from '../support/random.ts'

export interface Malformed {
  /** What is wrong with it. */
  readonly name: string
  /** As it goes on the wire, latin1. */
  readonly bytes: string
}

export interface RightOne {
  /** Where it goes: `/gw/notes/a`. */
  readonly path: string
  /** Field lines that a right request needs, each with its CRLF: host and key. */
  readonly fields: string
}

interface Draft {
  method: string
  target: string
  version: string
  /** Between the parts of the request line. */
  blank: string
  /** Behind the request line, behind each field, and behind the head. */
  lineEnd: string
  fieldEnd: string
  headEnd: string
  /** Fields of the rule, before those that are needed. */
  before: string[]
  after: string[]
  /** Field that says how the body is framed; with its CRLF. */
  framing: string
  body: string
}

interface Rule {
  readonly name: string
  readonly breakIt: (draft: Draft, random: Random) => string
}

const CONTROLS = ['\0', '\x01', '\x08', '\x0b', '\x0c', '\r', '\x1b', '\x7f'] as const
const hex = (text: string): string =>
  [...text].map((sign) => sign.charCodeAt(0).toString(16).padStart(2, '0')).join(' ')

const withBody = (draft: Draft): void => {
  if (draft.body !== '') return
  draft.method = 'POST'
  draft.body = 'abc'
  draft.framing = 'Content-Length: 3\r\n'
}

/** @param wrong what a value may be in place of a right one */
const oneOf = (name: string, wrong: readonly string[], put: (draft: Draft, value: string) => void): Rule => ({
  name,
  breakIt(draft, random) {
    const value = random.pick(wrong)
    put(draft, value)
    return JSON.stringify(value)
  },
})

const RULES: readonly Rule[] = [
  oneOf(
    'method',
    ['', 'get', 'G ET', 'GET\t', 'GE\0T', 'G(T', 'GÉT', '"GET"', 'GET:', '@'],
    (draft, value) => (draft.method = value),
  ),
  oneOf(
    'version',
    [
      'HTTP/1.2',
      'HTTP/1',
      'HTTP/1.',
      'HTTP/01.1',
      'HTTP/1.10',
      'http/1.1',
      'HTTP/2.0',
      'HTTP/0.9',
      'HTTPS/1.1',
      'HTTP/+1.1',
      'HTTP/1.1.1',
      'HTTP /1.1',
      'HTTP/1,1',
      '1.1',
    ],
    (draft, value) => (draft.version = value),
  ),
  oneOf(
    'what stands between the parts of the request line',
    ['\t', '  ', '\x0b', '\x0c', '\r', '\xa0'],
    (draft, value) => (draft.blank = value),
  ),
  oneOf(
    'end of the request line',
    ['\n', '\r', '\r\r\n', '\n\r', ' \r\n\t', '\r\n '],
    (draft, value) => (draft.lineEnd = value),
  ),
  oneOf(
    'end of a field',
    ['\n', '\r', '\r\r\n', '\n\r', '\0\r\n', '\r\n '],
    (draft, value) => (draft.fieldEnd = value),
  ),
  oneOf('end of the head', ['\n', '\r', '\r\r\n'], (draft, value) => (draft.headEnd = value)),
  oneOf(
    'target',
    [
      '',
      '*',
      'a',
      '//',
      '/gw/notes/../x',
      '/gw/notes/./x',
      '/gw/notes/%2e%2e/x',
      '/gw/notes/%00',
      '/gw/notes/%zz',
      '/gw/notes/%',
      '/gw/notes/#x',
      '/gw/notes/\\x',
      '/gw/notes/%2fx',
      '/gw/notes/%c0%af',
      '\\gw\\notes',
      'gw/notes',
      '/gw/notes/<x>',
      '/gw/notes/"x"',
      '/gw/notes/{x}',
      '/gw/notes/\xff',
      ':80',
      '?x',
    ],
    (draft, value) => (draft.target = value),
  ),
  oneOf(
    'name of a field',
    ['', ' X', 'X ', 'X\t', 'X Y', 'X(Y', 'X\0Y', 'X\xe9', 'X,Y', 'X;Y', 'X=Y', 'X/Y', '"X"', '[X]', 'X\r', '\x7fX'],
    (draft, value) => draft.before.push(`${value}: 1`),
  ),
  oneOf('a field without its colon', ['X', 'X 1', '\t', 'X\t1', '?'], (draft, value) => draft.before.push(value)),
  {
    name: 'value of a field',
    breakIt(draft, random) {
      const sign = random.pick(CONTROLS)
      draft.before.push(`X-A: a${sign}b`)
      return hex(sign)
    },
  },
  oneOf(
    'a field that goes on in the next line',
    ['X-A: 1\r\n 2', 'X-A: 1\r\n\t2', 'X-A:\r\n 1', 'X-A: 1\r\n \r\n 2', 'Content-Length:\r\n 0'],
    (draft, value) => draft.before.push(value),
  ),
  oneOf(
    'Host',
    ['a/b', 'a b', 'a@b', 'a,b', 'a\\b', '[::1', 'a:b:c', 'a:99999999', '%00', 'a#b', 'a?b', '<a>'],
    (draft, value) => {
      draft.after.push(`Host: ${value}`)
    },
  ),
  oneOf(
    'Content-Length',
    [
      '-1',
      '+3',
      '0x3',
      '3,3',
      '3, 4',
      '3;',
      '3 3',
      '',
      ' ',
      '3.0',
      '3e0',
      '٣',
      '99999999999999999999',
      '18446744073709551619',
      '03\x0b',
      "'3'",
    ],
    (draft, value) => {
      withBody(draft)
      draft.framing = `Content-Length: ${value}\r\n`
    },
  ),
  oneOf('a second Content-Length', ['3', '4', '0', '3 ', '03', '-3'], (draft, value) => {
    withBody(draft)
    draft.framing = `Content-Length: 3\r\nContent-Length: ${value}\r\n`
  }),
  oneOf(
    'Transfer-Encoding',
    [
      'xchunked',
      'chunked, chunked',
      'chunked, gzip',
      'gzip',
      'identity',
      '"chunked"',
      'chunked;q=1',
      '\x0bchunked',
      'chunked\0',
      ',chunked',
      '',
      'chun ked',
      'CHUNKED\x0c',
      '[chunked]',
      'chunked\x7f',
    ],
    (draft, value) => {
      withBody(draft)
      draft.framing = `Transfer-Encoding: ${value}\r\n`
      draft.body = '3\r\nabc\r\n0\r\n\r\n'
    },
  ),
  oneOf(
    'Transfer-Encoding beside Content-Length',
    [
      'Content-Length: 3\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nContent-Length: 3',
      'Transfer-Encoding: chunked\r\nContent-Length: 13',
      'Content-Length: 0\r\nTransfer-Encoding: chunked',
      'Transfer-encoding: chunked\r\nTransfer-Encoding: identity',
    ],
    (draft, value) => {
      withBody(draft)
      draft.framing = `${value}\r\n`
      draft.body = '3\r\nabc\r\n0\r\n\r\n'
    },
  ),
  oneOf(
    'name of the framing field',
    [
      'Content-Length : 3',
      'Content-Length\t: 3',
      ' Content-Length: 3',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding\0: chunked',
      'Transfer\x0bEncoding: chunked',
    ],
    (draft, value) => {
      withBody(draft)
      draft.framing = `${value}\r\n`
      if (value.includes('chunked')) draft.body = '3\r\nabc\r\n0\r\n\r\n'
    },
  ),
  oneOf(
    'chunks',
    [
      '-3\r\nabc\r\n0\r\n\r\n',
      '0x3\r\nabc\r\n0\r\n\r\n',
      '+3\r\nabc\r\n0\r\n\r\n',
      'g\r\nabc\r\n0\r\n\r\n',
      '\r\nabc\r\n0\r\n\r\n',
      '3\nabc\r\n0\r\n\r\n',
      '3\r\nabc\n0\r\n\r\n',
      '3\r\nabcd\r\n0\r\n\r\n',
      '3\r\nab\r\n0\r\n\r\n',
      'fffffffffffffffff\r\nabc\r\n0\r\n\r\n',
      '3 \r\nabc\r\n0\r\n\r\n',
      ' 3\r\nabc\r\n0\r\n\r\n',
      '3\r\rabc\r\n0\r\n\r\n',
      '3\r\nabc\r\n0\r\nX\r\n\r\n',
      '3\r\nabc\r\n0\r\nX: a\0b\r\n\r\n',
      '3\r\nabc\r\n0\r\n X: b\r\n\r\n',
      '3;a=\0\r\nabc\r\n0\r\n\r\n',
      '３\r\nabc\r\n0\r\n\r\n',
    ],
    (draft, value) => {
      draft.method = 'POST'
      draft.framing = 'Transfer-Encoding: chunked\r\n'
      draft.body = value
    },
  ),
  oneOf(
    'what comes before the request line',
    ['\0', ' ', '\t', '\xef\xbb\xbf', '\n\n\n \n', '\x16\x03\x01', '{}\r\n'],
    (draft, value) => (draft.method = value + draft.method),
  ),
]

/** @returns so many different ones, each with one or two things wrong */
export function malformedRequests(count: number, right: RightOne, random: Random): readonly Malformed[] {
  const made = new Map<string, Malformed>()
  for (let tries = 0; made.size < count; tries += 1) {
    if (tries > 100 * count) throw new Error(`there are no ${count} different requests in these rules`)
    const draft: Draft = {
      method: 'GET',
      target: right.path,
      version: 'HTTP/1.1',
      blank: ' ',
      lineEnd: '\r\n',
      fieldEnd: '\r\n',
      headEnd: '\r\n',
      before: [],
      after: [],
      framing: '',
      body: '',
    }
    const first = random.pick(RULES)
    const rules = random.next() < 0.6 ? [first] : [first, random.pick(RULES.filter((rule) => rule !== first))]
    const name = rules.map((rule) => `${rule.name} ${rule.breakIt(draft, random)}`).join(', and ')
    const bytes = wireOf(draft, right)
    if (!made.has(bytes)) made.set(bytes, { name, bytes })
  }
  return [...made.values()]
}

function wireOf(draft: Draft, { fields }: RightOne): string {
  const { method, blank, target, version, lineEnd, fieldEnd, headEnd, before, after, framing, body } = draft
  const own = (lines: readonly string[]): string => lines.map((line) => line + fieldEnd).join('')
  // where a rule is about the ends of fields, one field must have such an end
  const plain = fieldEnd === '\r\n' ? '' : `X-Plain: 1${fieldEnd}`
  const needed = after.some((line) => line.startsWith('Host:')) ? fields.replace(/^Host:.*\r\n/, '') : fields
  const line = `${method}${blank}${target}${blank}${version}${lineEnd}`
  return `${line}${own(before)}${needed}${plain}${own(after)}${framing}Connection: close\r\n${headEnd}${body}`
}
