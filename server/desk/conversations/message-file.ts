import { withoutSecrets } from '../../platform/crypto/index.ts';
import { presentFileItem, type FileInfo } from '../../platform/files/index.ts';
import type { MessageMeta } from './conversation.entity.ts';
import type { SharedFile } from './append.ts';

/** A message on its way in; with a file, its text is the file's name. */
export interface OutgoingMessage {
  conversationId: string;
  id: string;
  text: string;
  file?: SharedFile;
  origin?: unknown;
}

/** Text, kind, and meta of a message that may carry a file. Passwords and codes in the text end here. */
export function carried({
  text: given,
  file,
  meta,
}: {
  text: string;
  file?: SharedFile;
  meta?: MessageMeta;
}) {
  const text = withoutSecrets(given);
  if (file === undefined) return { text, kind: 'text' as const };
  const { id, size, type } = file;
  return { text, kind: 'file' as const, meta: { ...meta, file: { id, size, type: type ?? '' } } };
}

/** What is known now of a file that was sent; one that is gone keeps size and type. */
export function toSharedFile(sent: NonNullable<MessageMeta['file']>, info: FileInfo | undefined): SharedFile {
  if (info !== undefined) return presentFileItem(info, info.name);
  return { ...sent, name: '', state: 'removed', hasThumbnail: false };
}
