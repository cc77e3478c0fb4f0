import { AppError } from '../../kernel/index.ts';
import { beginRoute, fileRoutes, type FileRouteOptions } from '../../platform/files/index.ts';
import type { AnyRoute } from '../../platform/http/index.ts';
import type { ConversationService, DeskFiles } from '../../desk/index.ts';

/** Uploads of visitors, and the files of their own conversation, those of the agent among them. */
export function visitorFileRoutes(deps: {
  files: DeskFiles;
  conversations: ConversationService;
}): AnyRoute[] {
  const { files, conversations } = deps;
  const options: FileRouteOptions = {
    store: files.store,
    base: '/api/v1/visitor',
    permission: 'visitor',
    async assertMayRead(_db, { owner }, context) {
      const isOwn = owner.type === 'conversation' && owner.id === context.visitor?.conversationId;
      if (!isOwn) throw new AppError('request.not_found');
    },
    nameFor: ({ name }) => name,
  };
  return [
    beginRoute({
      ...options,
      path: '/api/v1/visitor/uploads',
      async ownerOf(_tx, _params, context) {
        if (!context.visitor) throw new AppError('visitor.token_invalid');
        return files.ownerOfConversation(await conversations.get(context.visitor.conversationId));
      },
    }),
    ...fileRoutes(options),
  ];
}
