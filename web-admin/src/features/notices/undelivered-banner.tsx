import { WarningOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useNavigate } from 'react-router';
import { useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { safeLink, useNoticeActs, useNoticeSummary } from './notice-data.ts';
import './notices.css';

/** Alarms that no channel could carry, on top of the console of everybody they were meant for, until read. */
export function UndeliveredBanner() {
  const { t, format } = useI18n();
  const navigate = useNavigate();
  const acts = useNoticeActs();
  const showProblem = useProblemToast();
  const alarms = useNoticeSummary().data?.undelivered ?? [];
  if (alarms.length === 0) return null;
  return (
    <aside className="undelivered" role="alert" aria-label={t('notice.banner')}>
      {alarms.map(({ id, title, updatedAt, link }) => {
        const path = safeLink(link);
        return (
          <div key={id} className="undelivered-line">
            <WarningOutlined />
            <span>
              <strong>{title}</strong> · {format.dateTime(updatedAt)} · {t('notice.undelivered')}
            </span>
            {path && (
              <Button size="small" onClick={() => void navigate(path)}>
                {t('notice.open')}
              </Button>
            )}
            <Button
              size="small"
              aria-label={`${t('notice.mark_read')}: ${title}`}
              onClick={() => void acts.markRead(id).catch(showProblem)}
            >
              {t('notice.mark_read')}
            </Button>
          </div>
        );
      })}
    </aside>
  );
}
