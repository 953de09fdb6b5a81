/** Dependencies whose failure mode is declared once for the installation, not by an api, route, model or limit. */
import type { FailureTarget } from './ports.ts'

/** `CLAVIGER_DISK_FULL_MODE`. */
export const JOURNAL_TARGET: FailureTarget = { type: 'journal', id: 'journal', workspaceId: undefined }

/** What is not in memory cannot be looked up: always refused. */
export const STORE_TARGET: FailureTarget = { type: 'store', id: 'database', workspaceId: undefined }
