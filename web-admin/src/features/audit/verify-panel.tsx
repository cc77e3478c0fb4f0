import {
  CheckCircleFilled,
  CloseCircleFilled,
  DownloadOutlined,
  QuestionCircleFilled,
} from '@ant-design/icons';
import { Alert, Button, Spin } from 'antd';
import { useEffect, useState } from 'react';
import type { ApiError } from '../../api/index.ts';
import { CopyButton, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { certificateAddress, type AuditCheck, type CheckResult, type VerifyFinding } from './audit-data.ts';

const TICK_MS = 1_000;

const ICONS = {
  whole: CheckCircleFilled,
  tampered: CloseCircleFilled,
  'not-provable': QuestionCircleFilled,
} as const;

function Running({ check }: { check: AuditCheck | undefined }) {
  const { t, format } = useI18n();
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const phase = check?.state === 'exporting' || check?.state === 'verifying' ? check.state : 'queued';
  const duration = format.duration(check ? Math.max(0, nowMs - new Date(check.askedAt).getTime()) : 0);
  return (
    <div className="panel verify-running" role="status">
      <Spin /> <span>{t(`audit.verify_running.${phase}`, { duration })}</span>
    </div>
  );
}

function FirstBad({ finding, onShow }: { finding: VerifyFinding; onShow: (id: string) => void }) {
  const { t, tMaybe } = useI18n();
  const kind = tMaybe(`audit.finding.${finding.kind}`) ?? finding.kind;
  const { id } = finding;
  return (
    <>
      {t('audit.verify_first_bad_text', { kind, index: finding.index ?? '—' })}{' '}
      {id && (
        <Button size="small" onClick={() => onShow(id)}>
          {t('audit.verify_show_bad')}
        </Button>
      )}
    </>
  );
}

function Findings({ result, onShow }: { result: CheckResult; onShow: (id: string) => void }) {
  const { t } = useI18n();
  return (
    <dl className="facts">
      {result.root && (
        <div>
          <dt>{t('audit.root')}</dt>
          <dd>
            <code className="hash">{result.root}</code> <CopyButton text={result.root} />
          </dd>
        </div>
      )}
      <div>
        <dt>{t('audit.verifier')}</dt>
        <dd>
          <code className="hash">{result.verifierSha256}</code> <CopyButton text={result.verifierSha256} />
        </dd>
      </div>
      {result.firstBad && (
        <div className="verify-bad">
          <dt>{t('audit.verify_first_bad')}</dt>
          <dd>
            <FirstBad finding={result.firstBad} onShow={onShow} />
          </dd>
        </div>
      )}
      {result.warnings.length > 0 && (
        <div>
          <dt>{t('audit.verify_warnings')}</dt>
          <dd>
            <ul className="plain-list">
              {result.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Outcome(props: {
  id: string;
  result: CheckResult;
  onShow: (id: string) => void;
  onClose: () => void;
}) {
  const { t, format } = useI18n();
  const { id, result, onShow, onClose } = props;
  const Icon = ICONS[result.status];
  return (
    <section className={`panel verify verify-${result.status}`} aria-label={t('audit.verify')} role="status">
      <div className="verify-head">
        <Icon className="verify-icon" />
        <div>
          <h2>{t(`audit.verify.${result.status}`)}</h2>
          <p>{t(`audit.verify_hint.${result.status}`)}</p>
        </div>
        <div className="verify-acts">
          <Button icon={<DownloadOutlined />} href={certificateAddress(id)} download>
            {t('audit.certificate')}
          </Button>
          <Button type="text" onClick={onClose}>
            {t('action.close')}
          </Button>
        </div>
      </div>
      <dl className="strip">
        <div>
          <dt>{t('audit.verify_events')}</dt>
          <dd>{format.number(result.events)}</dd>
        </div>
        <div>
          <dt>{t('audit.verify_size')}</dt>
          <dd>{format.number(result.size)}</dd>
        </div>
        <div>
          <dt>{t('audit.verify_anchors')}</dt>
          <dd>{format.number(result.anchors)}</dd>
        </div>
        <div>
          <dt>{t('audit.verify_ms')}</dt>
          <dd>{t('audit.verify_ms_text', { ms: format.number(result.exportMs + result.verifyMs) })}</dd>
        </div>
      </dl>
      <Findings result={result} onShow={onShow} />
    </section>
  );
}

/** Progress, result, or failure of the verification; nothing before the first one. */
export function VerifyPanel(props: {
  check: AuditCheck | undefined;
  error: ApiError | null;
  isRunning: boolean;
  onShow: (id: string) => void;
  onClose: () => void;
}) {
  const { t, tMaybe } = useI18n();
  const { check, error, isRunning, onShow, onClose } = props;
  if (isRunning) return <Running check={check} />;
  if (check?.result) return <Outcome id={check.id} result={check.result} onShow={onShow} onClose={onClose} />;
  const code = check?.errorCode;
  if (!error && !code) return null;
  return (
    <Alert
      className="dialog-alert"
      type="error"
      showIcon
      closable={{ onClose }}
      title={t('audit.verify_failed')}
      description={error ? <ProblemText error={error} /> : (tMaybe(`error.${code ?? ''}`) ?? code)}
    />
  );
}
