import { Alert, Tag } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useCan } from '../../auth/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useAuditStatus, type AuditStatus } from './audit-data.ts';

const TICK_MS = 1_000;
const SHORT_HASH = 16;
const MS_PER_S = 1_000;

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

/** Each place that heads go to: how long ago, and how many entries it is behind. */
function Anchors({ status, nowMs }: { status: AuditStatus; nowMs: number }) {
  const { t, format } = useI18n();
  return status.anchors.map(({ sink, size, at, failure }) => {
    const behind = Math.max(0, status.size - size);
    return (
      <span key={sink} className="anchor-sink" title={sink}>
        <Since at={at} nowMs={nowMs} /> ·{' '}
        {behind === 0 ? t('audit.anchor_whole') : t('audit.anchor_behind', { count: format.number(behind) })}{' '}
        · {sink}
        {failure && <Tag color="error">{t('audit.anchor_failing', { code: failure })}</Tag>}
      </span>
    );
  });
}

/** Whether the clock follows a time server, and when it was last set. */
function ClockText({ clock }: { clock: AuditStatus['clock'] }) {
  const { t, format } = useI18n();
  const { isSynchronised, source, syncedAt, setAt, setByMs } = clock;
  const state = isSynchronised === null ? 'unknown' : isSynchronised ? 'follows' : 'alone';
  return (
    <>
      {state === 'alone' ? <Tag color="error">{t('audit.clock.alone')}</Tag> : t(`audit.clock.${state}`)}
      {source !== 'none' && (
        <span className="soft second-line">
          {source}
          {syncedAt !== null && ` · ${format.dateTime(syncedAt)}`}
        </span>
      )}
      {setAt !== null && (
        <span className="soft second-line">
          {t('audit.clock_set', {
            at: format.dateTime(setAt),
            seconds: format.number((setByMs ?? 0) / MS_PER_S, 1),
          })}
        </span>
      )}
    </>
  );
}

/** Health of the trail: size, gaps, last seal, each anchor with its lag, and the clock; only for those who may read all of it. */
export function AuditStatusStrip() {
  const { t, format } = useI18n();
  const { data: status } = useAuditStatus(useCan()('audit:read'));
  const nowMs = useNowMs();
  if (!status) return null;
  return (
    <section className="panel status-strip" aria-label={t('audit.status')}>
      {status.isForked && <Alert className="dialog-alert" type="error" showIcon title={t('audit.forked')} />}
      {status.warnings.map((warning) => (
        <Alert
          key={warning}
          className="dialog-alert"
          type="warning"
          showIcon
          title={t(`audit.warning.${warning}`)}
        />
      ))}
      <dl className="strip">
        <Fact label={t('audit.size')}>{format.number(status.size)}</Fact>
        <Fact label={t('audit.unsealed_count')}>{format.counted(status.unsealed)}</Fact>
        <Fact label={t('audit.holes')}>
          {status.waitingLanes > 0 ? (
            <Tag color="error">{format.number(status.waitingLanes)}</Tag>
          ) : (
            t('audit.holes_none')
          )}
        </Fact>
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
        <Fact label={t('audit.clock')}>
          <ClockText clock={status.clock} />
        </Fact>
        {status.anchors.length > 0 && (
          <Fact label={t('audit.anchors')}>
            <Anchors status={status} nowMs={nowMs} />
          </Fact>
        )}
      </dl>
    </section>
  );
}
