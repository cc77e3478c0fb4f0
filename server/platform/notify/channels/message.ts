import type { NoticeDeliveryRow, NotifyChannelRow } from '../notice.entity.ts';
import { renderNotice, type NoticeLang } from '../templates.ts';

/** A notice as a channel carries it. */
export interface OutgoingMessage {
  /** The same for every attempt: receivers can tell a repetition by it. */
  id: string;
  kind: string;
  severity: string;
  at: Date;
  title: string;
  body: string;
  /** Absolute address in the console. */
  link: string | undefined;
  params: Readonly<Record<string, string | number>>;
}

/** Carries messages out of one channel. Throws an AppError when one was not taken; then it is tried again. */
export interface Sender {
  send(message: OutgoingMessage): Promise<void>;
  /** Lets go of what was kept open between messages. */
  close?(): void;
}

/** Puts a delivery into the words of its channel. */
export function messageOf(
  row: NoticeDeliveryRow,
  channel: Pick<NotifyChannelRow, 'lang'>,
  publicBaseUrl: string,
): OutgoingMessage {
  const { id, kind, severity, params } = row;
  const { title, body } = renderNotice(kind, params, channel.lang as NoticeLang);
  const link = row.link === null ? undefined : new URL(row.link, publicBaseUrl).href;
  return { id, kind, severity, at: row.createdAt, title, body, link, params };
}
