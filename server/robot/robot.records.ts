import { ownedRows, type RecordStore } from '../platform/persistence/index.ts';
import { robotTurnEntity } from './answering/robot-turn.entity.ts';
import { assistEventEntity } from './assist/assist-event.entity.ts';

const ROWS = [
  ownedRows(robotTurnEntity, { key: 'conversationId' }),
  ownedRows(assistEventEntity, { key: 'conversationId' }),
];

/** What the robot decided in conversations, and what became of its suggestions: it goes with them. */
export function robotRecords(): RecordStore {
  return {
    name: 'robot.turn',
    recordClass: 'chat',
    attachedTo: 'chat',
    rows: ROWS,
  };
}
