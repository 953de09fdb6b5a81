/** All commands: one line each. */
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { adminKeysCommand } from './admin-keys.ts'
import { apisCommand } from './apis.ts'
import { applyCommand } from './apply.ts'
import { appsCommand } from './apps.ts'
import { auditCommand } from './audit.ts'
import { creditsCommand } from './credits.ts'
import { decisionsCommand } from './decisions.ts'
import { exportCommand } from './export.ts'
import { keyOrdersCommand } from './key-orders.ts'
import { keysCommand } from './keys.ts'
import { machineCommands } from './machine.ts'
import { modelsCommand } from './models.ts'
import { ownersCommand } from './owners.ts'
import { plansCommand } from './plans.ts'
import { providerKeysCommand } from './provider-keys.ts'
import { rolesCommand } from './roles.ts'
import { routesCommand } from './routes.ts'
import { shieldCommand } from './shield.ts'
import { statusCommands } from './status.ts'
import { workspacesCommand } from './workspaces.ts'

export const COMMANDS: readonly ((program: Command, context: CommandContext) => void)[] = [
  apisCommand,
  appsCommand,
  ownersCommand,
  plansCommand,
  rolesCommand,
  keysCommand,
  keyOrdersCommand,
  creditsCommand,
  workspacesCommand,
  providerKeysCommand,
  routesCommand,
  modelsCommand,
  applyCommand,
  exportCommand,
  adminKeysCommand,
  decisionsCommand,
  shieldCommand,
  auditCommand,
  statusCommands,
  machineCommands,
]
