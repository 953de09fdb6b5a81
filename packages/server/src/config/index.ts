/** Floor 0: the environment as one frozen object, the log, and the words for what stops a start. */
export { controlHostCheck } from './control-hosts.ts'
export { describeConfig, type DescribedVariable } from './describe-config.ts'
export { isLoopback, loadConfig, type Config, type Environment, type TlsFiles } from './load-config.ts'
export { createLog, silentLog, type Log } from './log.ts'
export {
  diskFullError,
  isDiskFull,
  listenError,
  messageOf,
  StartError,
  systemCode,
  type StartErrorCode,
} from './start-error.ts'
export { VARIABLES, type Role, type Variable, type VariableName } from './variables.ts'
