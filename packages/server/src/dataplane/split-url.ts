/** An upstream URL, taken apart: origin, and base path without a slash at its end. */
export function splitUrl(text: string): { readonly origin: string; readonly basePath: string } {
  const url = new URL(text)
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') }
}
