import { ownedRows, type OwnedRows, type RecordStore } from '../../platform/persistence/index.ts';
import { visitorSessionEntity } from './site.entity.ts';
import { ratingEntity } from './web-widget.routes.ts';

/** Tokens are removed without a copy: an archive is no place for them. */
function withoutArchive({ table, remove }: OwnedRows): OwnedRows {
  return { table, remove };
}

const ROWS = [
  ownedRows(ratingEntity, { key: 'conversationId', rowId: (row) => row['conversationId'] as string }),
  withoutArchive(ownedRows(visitorSessionEntity, { key: 'conversationId' })),
];

/** Ratings and visitors' rights to a conversation: they go with it. */
export function webWidgetRecords(): RecordStore {
  return {
    name: 'web-widget.session',
    recordClass: 'chat',
    attachedTo: 'chat',
    rows: ROWS,
  };
}
