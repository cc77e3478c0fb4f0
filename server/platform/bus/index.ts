export { createBus } from './bus.ts';
export type { Bus, BusLog, RunningBus } from './types.ts';
