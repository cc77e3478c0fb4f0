export { createBus, type Bus, type BusLog, type RunningBus } from './bus.ts';
