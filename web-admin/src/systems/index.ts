export { SystemCards } from './system-cards.tsx';
export { SystemRecords } from './system-records.tsx';
