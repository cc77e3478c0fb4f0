import { Alert, Tag } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useCan } from '../../auth/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useAuditStatus } from './audit-data.ts';

const TICK_MS = 1_000;
const SHORT_HASH = 16;

/** The present instant in ms, drawn again every second. */
function useNowMs(): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function Since({ at, nowMs }: { at: string | null; nowMs: number }) {
  const { t, format } = useI18n();
  if (!at) return <>{t('audit.never')}</>;
  const duration = format.duration(nowMs - new Date(at).getTime());
  return (
    <time dateTime={at} title={format.exactTime(at)}>
      {t('audit.ago', { duration })}
    </time>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Size, root, last seal and anchor of the trail; only for those who may read all of it. */
export function AuditStatusStrip() {
  const { t, format } = useI18n();
  const { data: status } = useAuditStatus(useCan()('audit:read'));
  const nowMs = useNowMs();
  if (!status) return null;
  return (
    <section className="panel status-strip" aria-label={t('audit.status')}>
      {status.isForked && <Alert className="dialog-alert" type="error" showIcon title={t('audit.forked')} />}
      <dl className="strip">
        <Fact label={t('audit.size')}>{format.number(status.size)}</Fact>
        <Fact label={t('audit.unsealed_count')}>{format.number(status.unsealed)}</Fact>
        <Fact label={t('audit.last_seal')}>
          <Since at={status.lastSealAt} nowMs={nowMs} />
        </Fact>
        <Fact label={t('audit.last_anchor')}>
          <Since at={status.lastAnchorAt} nowMs={nowMs} />
        </Fact>
        <Fact label={t('audit.root')}>
          <code title={status.root}>{status.root.slice(0, SHORT_HASH) || '—'}</code>
        </Fact>
        <Fact label={t('audit.key')}>
          <code title={status.keyFingerprint}>{status.keyFingerprint.slice(0, SHORT_HASH)}</code>
        </Fact>
        {status.anchors.length > 0 && (
          <Fact label={t('audit.anchors')}>
            {status.anchors.map(({ sink, size, failure }) => (
              <span key={sink} className="anchor-sink" title={sink}>
                {t('audit.anchor_text', { sink, size: format.number(size) })}
                {failure && <Tag color="error">{t('audit.anchor_failing', { code: failure })}</Tag>}
              </span>
            ))}
          </Fact>
        )}
      </dl>
    </section>
  );
}
