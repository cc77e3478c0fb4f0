import { Button, Drawer, Segmented } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { EmptyFace, ErrorFace, LoadingFace, LoadMore, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { latestOf, safeLink, useNoticeActs, useNotices, type Notice } from './notice-data.ts';

function NoticeItem({ notice, onLeave }: { notice: Notice; onLeave: () => void }) {
  const { t, format } = useI18n();
  const navigate = useNavigate();
  const acts = useNoticeActs();
  const showProblem = useProblemToast();
  const { id, severity, title, body, updatedAt, occurrences, isRead, isUndelivered } = notice;
  const link = safeLink(notice.link);
  const markRead = () => void (isRead ? undefined : acts.markRead(id).catch(showProblem));
  function handleOpen(path: string): void {
    markRead();
    onLeave();
    void navigate(path);
  }
  return (
    <li className={isRead ? 'notice' : 'notice notice-unread'}>
      <div className="notice-head">
        <span className={`state-mark severity-${severity}`}>{t(`notice.severity.${severity}`)}</span>
        <time className="soft" dateTime={updatedAt}>
          {format.dateTime(updatedAt)}
        </time>
      </div>
      <strong>{title}</strong>
      <p>{body}</p>
      {occurrences > 1 && <p className="soft">{t('notice.occurrences', { count: occurrences })}</p>}
      {isUndelivered && <p className="danger">{t('notice.undelivered')}</p>}
      <div className="row-tools">
        {link && (
          <Button size="small" type="primary" ghost onClick={() => handleOpen(link)}>
            {t('notice.open')}
          </Button>
        )}
        {!isRead && (
          <Button size="small" aria-label={`${t('notice.mark_read')}: ${title}`} onClick={markRead}>
            {t('notice.mark_read')}
          </Button>
        )}
      </div>
    </li>
  );
}

/** The own notices, the newest first. */
export function NoticeDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const [isUnreadOnly, setUnreadOnly] = useState(true);
  const list = useNotices(isUnreadOnly);
  const acts = useNoticeActs();
  const showProblem = useProblemToast();
  const latest = latestOf(list.items.filter(({ isRead }) => !isRead));
  return (
    <Drawer open size={460} title={t('notice.title')} onClose={onClose}>
      <div className="filters notice-tools">
        <Segmented<boolean>
          aria-label={t('notice.title')}
          value={isUnreadOnly}
          onChange={setUnreadOnly}
          options={[
            { value: true, label: t('notice.unread') },
            { value: false, label: t('notice.all') },
          ]}
        />
        <Button
          disabled={latest === undefined}
          onClick={() => latest && void acts.markReadUntil(latest).catch(showProblem)}
        >
          {t('notice.mark_all')}
        </Button>
      </div>
      {list.isLoading && <LoadingFace />}
      {list.error && list.items.length === 0 && <ErrorFace error={list.error} onRetry={list.reload} />}
      {!list.isLoading && !list.error && list.items.length === 0 && (
        <EmptyFace text={t(isUnreadOnly ? 'notice.none_unread' : 'notice.none')} />
      )}
      <ul className="notice-list">
        {list.items.map((notice) => (
          <NoticeItem key={notice.id} notice={notice} onLeave={onClose} />
        ))}
      </ul>
      <LoadMore list={list} />
    </Drawer>
  );
}
