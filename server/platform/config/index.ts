export { homeOf, loadConfig, type Environment, type LoadOptions } from './load.ts';
export type { Config } from './schema.ts';
export { pinTimeZone } from './time-zone.ts';
