/** Restriction `request`: the operations of an api that a key may call, as methods and templates of paths. */
import type { FieldProblem } from '../error/claviger-error.ts'
import { compilePathTemplate, type PathTemplate } from './path-template.ts'
import { unreadable } from './problems.ts'
import { hasOneReading } from './raw-path.ts'
import type { RequestRestriction, RestrictionCheck, RestrictionFacts } from './restriction.ts'

interface Shape {
  /** Undefined: every method. */
  readonly methods: ReadonlySet<string> | undefined
  readonly path: PathTemplate
}

/** RFC 9110 §9.1: methods are case-sensitive, and all registered ones are in capitals. */
const METHOD = /^[A-Z][A-Z-]{0,31}$/

/** A call whose method or path nobody told is refused, and so is a path that two servers could read in two ways. */
export function compileRequest(restriction: RequestRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  const shapes: Shape[] = []
  for (const [index, { methods, path }] of restriction.allow.entries()) {
    const at = `${pointer}/allow/${index}`
    for (const [place, method] of (methods ?? []).entries())
      if (!METHOD.test(method)) errors.push({ pointer: `${at}/methods/${place}`, detail: 'A method is in capitals.' })
    const template = compilePathTemplate(path)
    if (typeof template === 'string') errors.push({ pointer: `${at}/path`, detail: template })
    else shapes.push({ methods: methods && new Set(methods), path: template })
  }
  if (errors.length > 0) throw unreadable(errors)
  return {
    refuses: ({ method, path }) => {
      if (method === undefined || path === undefined || !hasOneReading(path)) return true
      for (const shape of shapes) if (allows(shape, method, path)) return false
      return true
    },
    detail: (facts) => detailOf(shapes, facts),
    change: ({ method, path }) => {
      if (method === undefined || path === undefined) return 'tell the method and the path of the call'
      if (!hasOneReading(path)) return 'call a path without dot segments, empty segments and escaped slashes'
      return `add ${method} ${path} to request allow`
    },
  }
}

function allows({ methods, path: template }: Shape, method: string, path: string): boolean {
  return (methods === undefined || methods.has(method)) && template.matches(path)
}

function detailOf(shapes: readonly Shape[], { method, path }: RestrictionFacts): string {
  if (method === undefined || path === undefined) return 'The method or the path of the call is not known.'
  if (!hasOneReading(path)) return 'Two servers could read the path in two ways.'
  const allowing = shapes.find((shape) => allows(shape, method, path))
  if (allowing !== undefined) return `${method} ${path} matches ${allowing.path.text}.`
  const other = shapes.find((shape) => shape.path.matches(path))
  return other === undefined
    ? `${method} ${path} matches no path of allow.`
    : `${path} matches ${other.path.text}, which is not allowed with ${method}.`
}
