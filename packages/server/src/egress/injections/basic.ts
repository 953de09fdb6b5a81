/** `Authorization: Basic <base64 of username:secret>` in UTF-8 (RFC 7617 §2, §2.1). */
import type { Injector } from './injector.ts'

export interface BasicSettings {
  /** Without a colon (RFC 7617 §2). */
  readonly username: string
}

export const basic = {
  title: 'Basic authentication',
  inject: (outgoing, { username }, secret) => ({
    path: outgoing.path,
    headers: ['authorization', `Basic ${Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')}`],
  }),
} satisfies Injector<BasicSettings>
