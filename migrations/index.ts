export { probeFeatures, type FeatureState } from './compat.ts';
export { MigrationError, type MigrationCode } from './errors.ts';
export {
  createOraclePort,
  createPostgresPort,
  type Bind,
  type Dialect,
  type OracleConnection,
  type PostgresClient,
  type SchemaPort,
} from './port.ts';
export {
  migrateDown,
  migrateUp,
  migrationSql,
  schemaStatus,
  verifySchema,
  type RunnerDeps,
  type SchemaStatus,
} from './runner.ts';
export { protectionSql, protectTrail, releaseTrail, type ProtectionNames } from './protection.ts';
export { runnerStatements } from './ledger.ts';
export { splitStatements } from './split.ts';
export { checksumOf, readSteps, type Step, type StepKind } from './steps.ts';
