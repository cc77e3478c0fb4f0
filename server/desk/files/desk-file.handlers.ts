import type { EventHandler } from '../../kernel/index.ts';
import type { FileStore } from '../../platform/files/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';

interface HandlerDeps {
  store: FileStore;
  uow: UnitOfWork;
  /** Pushes to the pages of a conversation's requester and of its agents; lost where nobody listens. */
  tell(conversationId: string, frame: object): void;
}

/** Tells the open pages of a conversation that one of its files has been checked; later readers see it anyway. */
export function createFileHandler(deps: HandlerDeps): EventHandler {
  return {
    name: 'desk.file-checked',
    eventTypes: ['file.checked'],
    async handle({ payload }) {
      if (payload.ownerType !== 'conversation') return;
      const id = String(payload.fileId);
      const info = (await deps.uow.read((db) => deps.store.infos(db, [id]))).get(id);
      if (info === undefined) return;
      const { state, type, thumbnailId } = info;
      const file = { id, state, type, hasThumbnail: thumbnailId !== null };
      deps.tell(info.owner.id, { t: 'file', conversation: info.owner.id, file });
    },
  };
}
