import type { Ids } from '../kernel/index.ts';
import { ownedRows, type RecordStore } from '../platform/persistence/index.ts';
import { turnRows } from './answering/robot-turn.entity.ts';
import { assistEventEntity } from './assist/assist-event.entity.ts';
import { flowEndEntity, flowRunEntity } from './flows/flow.entity.ts';
import { learningMemberEntity } from './learning/learning.entity.ts';
import { conversationMoodEntity, conversationOpinionEntity } from './opinions/opinion.entity.ts';

const ASSISTS = ownedRows(assistEventEntity, { key: 'conversationId' });
const FLOWS = [
  ownedRows(flowRunEntity, { key: 'conversationId', rowId: (row) => row['conversationId'] as string }),
  ownedRows(flowEndEntity, { key: 'conversationId' }),
  ownedRows(learningMemberEntity, { key: 'conversationId' }),
  ownedRows(conversationMoodEntity, {
    key: 'conversationId',
    rowId: (row) => row['conversationId'] as string,
  }),
  ownedRows(conversationOpinionEntity, {
    key: 'conversationId',
    rowId: (row) => `${row['conversationId'] as string}/${row['aspect'] as string}`,
  }),
];

/** What the robot decided in conversations, and what became of its suggestions: it goes with them. */
export function robotRecords({ ids }: { ids: Ids }): RecordStore {
  return {
    name: 'robot.turn',
    recordClass: 'chat',
    attachedTo: 'chat',
    rows: [turnRows(ids), ASSISTS, ...FLOWS],
  };
}
