/** `Authorization: Bearer <secret>` (RFC 6750 §2.1). */
import type { Injector } from './injector.ts'

export const bearer = {
  title: 'Bearer token',
  inject: (outgoing, _settings, secret) => ({ path: outgoing.path, headers: ['authorization', `Bearer ${secret}`] }),
} satisfies Injector<object>
