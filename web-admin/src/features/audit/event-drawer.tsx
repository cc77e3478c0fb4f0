import { Alert, Button, Drawer } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { CopyButton, ErrorFace, LoadingFace } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { questionAddress, useAuditEvent, type AuditEventDetail } from './audit-data.ts';
import { OutcomeMark, useEntryTexts } from './audit-marks.tsx';
import { checkInclusion, type ProofCheck } from './inclusion-proof.ts';

const DRAWER_WIDTH = 680;

/** Hands a text to the browser's download. */
function saveText(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return children === null || children === undefined || children === '' ? null : (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Hash({ text }: { text: string }) {
  return (
    <p className="hash-line">
      <code className="hash">{text}</code> <CopyButton text={text} />
    </p>
  );
}

function Facts({ event }: { event: AuditEventDetail }) {
  const { t, format } = useI18n();
  const texts = useEntryTexts();
  const { actor, target, node, epoch, lane, n } = event;
  return (
    <dl className="facts">
      <Fact label={t('audit.time')}>{format.exactTime(event.at)}</Fact>
      <Fact label={t('audit.outcome')}>
        <OutcomeMark outcome={event.outcome} />
      </Fact>
      <Fact label={t('audit.actor')}>
        {texts.actor(event)} {actor.id !== actor.type && <code className="soft">{actor.id}</code>}{' '}
        {actor.type === 'account' && (
          <Link to={questionAddress({ actor: actor.id })}>{t('audit.what_seen')}</Link>
        )}
      </Fact>
      <Fact label={t('audit.roles')}>{texts.roles(event)}</Fact>
      <Fact label={t('audit.ip')}>{actor.ip}</Fact>
      {event.customer && (
        <Fact label={t('audit.customer')}>
          <code>{event.customer}</code>{' '}
          <Link to={questionAddress({ customer: event.customer })}>{t('audit.who_looked')}</Link>
        </Fact>
      )}
      {target && (
        <Fact label={t('audit.target')}>
          {target.type} <code>{target.id}</code>
        </Fact>
      )}
      <Fact label={t('audit.fields')}>{event.fields?.join(' · ')}</Fact>
      <Fact label={t('audit.reason')}>{event.reason}</Fact>
      <Fact label={t('audit.ticket')}>{event.ticket}</Fact>
      {event.details && Object.keys(event.details).length > 0 && (
        <Fact label={t('audit.details')}>
          <ul className="plain-list">
            {Object.entries(event.details).map(([name, value]) => (
              <li key={name}>
                <code>{name}</code>: {Array.isArray(value) ? value.join(', ') : String(value)}
              </li>
            ))}
          </ul>
        </Fact>
      )}
      <Fact label={t('audit.lane')}>{t('audit.lane_text', { node, epoch, lane, n })}</Fact>
      <Fact label={t('audit.leaf_index')}>{event.index ?? t('audit.unsealed')}</Fact>
      <Fact label={t('audit.id')}>
        <code>{event.id}</code>
      </Fact>
    </dl>
  );
}

function ProofSection({
  event,
  proof,
}: {
  event: AuditEventDetail;
  proof: NonNullable<AuditEventDetail['proof']>;
}) {
  const { t, format } = useI18n();
  const [check, setCheck] = useState<ProofCheck>();
  const { body, leaf } = event;
  return (
    <>
      <p>
        {t('audit.proof_text', {
          index: format.number(proof.index),
          size: format.number(proof.size),
          count: proof.hashes.length,
        })}
      </p>
      <div className="row-tools">
        <Button onClick={() => void checkInclusion({ body, leaf, proof }).then(setCheck)}>
          {t('audit.proof_check')}
        </Button>
        <Button onClick={() => saveText(`${event.id}.tlog-proof`, proof.file)}>
          {t('audit.proof_download')}
        </Button>
        <span className="soft">{t('audit.proof_offline')}</span>
      </div>
      <div role="status" className="proof-check">
        {check && (
          <Alert type={check === 'proven' ? 'success' : 'error'} showIcon title={t(`audit.proof.${check}`)} />
        )}
      </div>
      <h3>{t('audit.proof_root')}</h3>
      <Hash text={proof.root} />
      {proof.hashes.length > 0 && (
        <>
          <h3>{t('audit.proof_path')}</h3>
          <ol className="proof-path">
            {proof.hashes.map((hash, level) => (
              <li key={`${level}-${hash}`}>
                <code className="hash">{hash}</code>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function EventContent({ event }: { event: AuditEventDetail }) {
  const { t } = useI18n();
  const texts = useEntryTexts();
  return (
    <>
      <p className="event-sentence">{texts.sentence(event)}</p>
      <Facts event={event} />
      <h2>{t('audit.proof')}</h2>
      {event.proof ? (
        <ProofSection event={event} proof={event.proof} />
      ) : (
        <p className="soft">{t('audit.proof_none')}</p>
      )}
      <h3>{t('audit.leaf')}</h3>
      <Hash text={event.leaf} />
      <h3>{t('audit.body')}</h3>
      <pre className="event-body" tabIndex={0} aria-label={t('audit.body')}>
        {event.body}
      </pre>
      <CopyButton text={event.body} />
    </>
  );
}

/** One entry: what it says, the exact text, and the proof that it is in the tree. */
export function EventDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useI18n();
  const { data: event, error, refetch } = useAuditEvent(id);
  return (
    <Drawer
      open={id !== undefined}
      title={t('audit.detail')}
      size={DRAWER_WIDTH}
      onClose={onClose}
      destroyOnHidden
    >
      {error && !event && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!error && !event && <LoadingFace />}
      {event && <EventContent key={event.id} event={event} />}
    </Drawer>
  );
}
