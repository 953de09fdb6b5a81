/** Plain pages: no framework, nothing from elsewhere, and a policy that lets only their own style and script run. */

export interface Page {
  readonly title: string
  readonly style: string
  /** '' for none. */
  readonly script: string
  /** Trusted HTML: everything in it that came from data went through `escapeHtml`. */
  readonly body: string
}

export type Sha256 = (text: string) => Uint8Array

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** @see CSP Level 3 §2.3.1: hashes of inline style and script */
export function pageResponse(page: Page, sha256: Sha256): Response {
  const { title, style, script, body } = page
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body>`,
    body,
    script === '' ? '' : `<script>${script}</script>`,
    '</body></html>\n',
  ].join('')
  const hash = (text: string): string => `'sha256-${Buffer.from(sha256(text)).toString('base64')}'`
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `style-src ${hash(style)}`,
    script === '' ? "form-action 'none'" : `script-src ${hash(script)}; connect-src 'self'; form-action 'none'`,
  ]
  return new Response(html, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy.join('; ') },
  })
}

export const BASE_STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre,input.secret{font-family:ui-monospace,monospace;font-size:.9em}
`
