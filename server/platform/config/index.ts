export { homeOf, loadConfig, type Environment, type LoadOptions } from './load.ts';
export { nearest } from './nearest.ts';
export type { Config } from './schema.ts';
export { startEnvironment, type StartEnvironment } from './start-environment.ts';
export { pinTimeZone } from './time-zone.ts';
