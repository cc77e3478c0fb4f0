export { RECORDS_SAID_MAX, type Looked, type LookupWish } from './answering/lookup.rules.ts';
export type { RobotContext } from './assist/assist.service.ts';
export type { RobotStatus } from './robot-status.ts';
export { robotRecords } from './robot.records.ts';
export { createRobot, type Robot, type RobotDeps } from './robot.ts';
export type { RobotLog } from './training/model-keeper.ts';
export { sentiment } from './engine/index.ts';
