import { LockOutlined } from '@ant-design/icons';
import { Button, Input, Segmented } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SharedFile } from '../../realtime/index.ts';
import { AttachButton, FileCard, pastedFiles, UploadList, useUploads } from '../../components/files/index.ts';
import { SealedText, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  useTicketActions,
  useTicketFiles,
  type Ticket,
  type TicketComment,
  type TicketFile,
} from './ticket-data.ts';

const COMMENT_MAX = 8_000;

function Comment({ comment, files }: { comment: TicketComment; files: readonly TicketFile[] }) {
  const { t, format } = useI18n();
  return (
    <li className={comment.isInternal ? 'comment comment-internal' : 'comment'}>
      <div className="comment-head">
        <strong>
          {comment.isInternal && <LockOutlined />} {comment.author?.displayName ?? '—'}
        </strong>
        <span className={comment.isInternal ? 'note-mark' : 'soft'}>
          {t(comment.isInternal ? 'ticket.comment_mark_internal' : 'ticket.comment_mark_public')}
        </span>
        <time dateTime={comment.at}>{format.dateTime(comment.at)}</time>
      </div>
      <p className="keep-lines">
        <SealedText {...comment} />
      </p>
      {files.map((file) => (
        <FileCard key={file.id} file={file} />
      ))}
    </li>
  );
}

/** Files for the comment that is being written. */
function useAttached(ticketId: string) {
  const [attached, setAttached] = useState<readonly SharedFile[]>([]);
  const uploads = useUploads(`/tickets/${ticketId}/uploads`, (file) =>
    setAttached((held) => [...held, file]),
  );
  return { attached, setAttached, uploads };
}

function CommentForm({ ticket }: { ticket: Ticket }) {
  const { t } = useI18n();
  const showProblem = useProblemToast();
  const actions = useTicketActions(ticket);
  const cache = useQueryClient();
  // Internal first: what is written by mistake then stays inside.
  const [isInternal, setInternal] = useState(true);
  const [text, setText] = useState('');
  const [isSending, setSending] = useState(false);
  const { attached, setAttached, uploads } = useAttached(ticket.id);
  async function handleSubmit(): Promise<void> {
    setSending(true);
    try {
      await actions.comment(
        text,
        isInternal,
        attached.map(({ id }) => id),
      );
      setText('');
      setAttached([]);
      await cache.invalidateQueries({ queryKey: ['tickets', 'files', ticket.id] });
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSending(false);
    }
  }
  return (
    <div className={isInternal ? 'composer composer-note' : 'composer'}>
      <Segmented
        size="small"
        value={isInternal ? 'internal' : 'public'}
        onChange={(value) => setInternal(value === 'internal')}
        options={[
          { value: 'internal', label: t('ticket.comment_internal') },
          { value: 'public', label: t('ticket.comment_public') },
        ]}
      />
      <Input.TextArea
        aria-label={t(isInternal ? 'ticket.comment_internal' : 'ticket.comment_public')}
        placeholder={t('ticket.comment_placeholder')}
        value={text}
        maxLength={COMMENT_MAX}
        autoSize={{ minRows: 3, maxRows: 10 }}
        onChange={(event) => setText(event.target.value)}
        onPaste={(event) => {
          const files = pastedFiles(event);
          if (files.length === 0) return;
          event.preventDefault();
          uploads.add(files);
        }}
      />
      <UploadList uploads={uploads} />
      {attached.map((file) => (
        <FileCard key={file.id} file={file} />
      ))}
      <div className="composer-foot">
        <AttachButton onFiles={uploads.add} />
        <Button
          type="primary"
          disabled={text.trim() === '' || uploads.uploads.some(({ code }) => code === undefined)}
          loading={isSending}
          onClick={() => void handleSubmit()}
        >
          {t('ticket.comment_send')}
        </Button>
      </div>
    </div>
  );
}

/** Comments of a ticket: public replies and internal notes, told apart by colour, lock, and words. */
export function TicketComments({ ticket }: { ticket: Ticket }) {
  const { t } = useI18n();
  const { data: files = [] } = useTicketFiles(ticket.id);
  const loose = files.filter(({ commentId }) => commentId === null);
  return (
    <section className="panel" aria-label={t('ticket.comments')}>
      <h2>{t('ticket.comments')}</h2>
      {ticket.comments.length === 0 && <p className="soft">{t('ticket.comment_empty')}</p>}
      <ol className="comments">
        {ticket.comments.map((comment) => (
          <Comment
            key={comment.id}
            comment={comment}
            files={files.filter(({ commentId }) => commentId === comment.id)}
          />
        ))}
      </ol>
      {loose.length > 0 && <h3>{t('file.list')}</h3>}
      {loose.map((file) => (
        <FileCard key={file.id} file={file} />
      ))}
      {ticket.state !== 'closed' && <CommentForm ticket={ticket} />}
    </section>
  );
}
