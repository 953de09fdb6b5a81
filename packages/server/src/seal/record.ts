/**
 * Sealed records: each version of each record under a data key (DEK) of its own, used once and wrapped under the
 * workspace's KEK. On disk: format (1) ‖ KEK version (u32, big-endian) ‖ box of the DEK ‖ box of the plaintext.
 * Both boxes are bound to the record's place and to the KEK's name: swapped, moved or replayed rows do not open.
 */
import { lengthPrefixed } from '@claviger/core'
import { KEY_BYTES } from './aead.ts'
import { BOX_OVERHEAD_BYTES, closeBox, openBox } from './box.ts'
import { keyId } from './key-id.ts'
import { wipe } from './primitives.ts'
import { SealError } from './seal-error.ts'
import { newKeyBytes, workingKey, type WorkingKey } from './working-key.ts'

/** Where a sealed record stands. Opening needs the very same place. */
export interface Place {
  readonly workspaceId: string
  /** Table or mount. */
  readonly table: string
  readonly recordId: string
  /** Grows with each new value: an older value does not open in a newer one's place. */
  readonly version: number
  /** What it is, e.g. `provider-key`. Two columns of one row have two kinds. */
  readonly kind: string
}

const FORMAT = 1
const VERSION_AT = 1
const DEK_BOX_AT = 5
const DATA_BOX_AT = DEK_BOX_AT + KEY_BYTES + BOX_OVERHEAD_BYTES

/** @param kekVersion the version of `kek`, which stands in the record in clear */
export function closeRecord(kek: WorkingKey, kekVersion: number, place: Place, plaintext: Uint8Array): Uint8Array {
  const dekBytes = newKeyBytes()
  const dekBox = closeBox(kek, header('dek', place, kekVersion), dekBytes)
  const dek = workingKey(dekBytes)
  const dataBox = closeBox(dek, header('data', place, kekVersion), plaintext)
  const record = new Uint8Array(DATA_BOX_AT + dataBox.byteLength)
  record[0] = FORMAT
  new DataView(record.buffer).setUint32(VERSION_AT, kekVersion)
  record.set(dekBox, DEK_BOX_AT)
  record.set(dataBox, DATA_BOX_AT)
  return record
}

/** @throws SealError `unreadable` */
export function openRecord(kek: WorkingKey, place: Place, record: Uint8Array): Uint8Array {
  const kekVersion = kekVersionOf(record)
  const dekBytes = openBox(kek, header('dek', place, kekVersion), record.subarray(DEK_BOX_AT, DATA_BOX_AT))
  try {
    return openBox(workingKey(dekBytes), header('data', place, kekVersion), record.subarray(DATA_BOX_AT))
  } finally {
    wipe(dekBytes)
  }
}

/** Which version of the workspace's KEK opens the record. @throws SealError `unreadable` when it is no sealed record */
export function kekVersionOf(record: Uint8Array): number {
  if (record.byteLength < DATA_BOX_AT + BOX_OVERHEAD_BYTES || record[0] !== FORMAT) {
    throw new SealError('unreadable', 'These bytes are not a sealed record of a known format.')
  }
  return new DataView(record.buffer, record.byteOffset, record.byteLength).getUint32(VERSION_AT)
}

function header(layer: 'dek' | 'data', place: Place, kekVersion: number): Uint8Array {
  const kek = keyId({ purpose: 'kek', scope: place.workspaceId, version: kekVersion })
  return lengthPrefixed([
    'claviger/record',
    FORMAT,
    layer,
    place.workspaceId,
    place.table,
    place.recordId,
    place.version,
    place.kind,
    kek,
  ])
}
