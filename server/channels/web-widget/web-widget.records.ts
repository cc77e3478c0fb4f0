import type { Ids } from '../../kernel/index.ts';
import { ownedRows, type OwnedRows, type RecordStore } from '../../platform/persistence/index.ts';
import { ratingRows } from './rating.repo.ts';
import { visitorSessionEntity } from './site.entity.ts';

/** Tokens are removed without a copy: an archive is no place for them. */
function withoutArchive({ table, remove }: OwnedRows): OwnedRows {
  return { table, remove };
}

const SESSIONS = withoutArchive(ownedRows(visitorSessionEntity, { key: 'conversationId' }));

/** Ratings and visitors' rights to a conversation: they go with it. */
export function webWidgetRecords({ ids }: { ids: Ids }): RecordStore {
  return {
    name: 'web-widget.session',
    recordClass: 'chat',
    attachedTo: 'chat',
    rows: [ratingRows(ids), SESSIONS],
  };
}
