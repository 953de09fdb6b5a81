/** The other side of AWS Signature Version 4: recomputes the signature from what has arrived, and nothing else. */
import type { IncomingMessage } from 'node:http'
import { awsSigner, sha256Hex } from '#seal'
import { canonicalRequest, pathStyleOf } from '../aws-canonical.ts'

export interface AwsKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/

export function isSignedWith(key: AwsKey, request: IncomingMessage, body: Uint8Array): boolean {
  const { authorization = '', 'x-amz-date': instant = '', 'x-amz-content-sha256': payload } = request.headers
  const [, id, day = '', region, service, names = '', signature] = AUTHORIZATION.exec(authorization) ?? []
  if (id !== key.accessKeyId || region !== key.region || service !== key.service) return false
  if (typeof payload !== 'string' || (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256Hex(body))) return false
  const { text } = canonicalRequest({
    method: request.method ?? '',
    path: request.url ?? '',
    headers: names.split(';').map((name) => [name, String(request.headers[name])] as const),
    payload,
    pathStyle: pathStyleOf(service),
  })
  const scope = `${day}/${key.region}/${key.service}/aws4_request`
  const sign = awsSigner(key.secretAccessKey, { ...key, day })
  return sign(`AWS4-HMAC-SHA256\n${String(instant)}\n${scope}\n${sha256Hex(text)}`) === signature
}
