import { CheckCircleOutlined, ExclamationCircleOutlined, MinusCircleOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { useApi, type ApiError } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, Page, ReasonDialog } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { FIRST_STEPS_KEY, useFirstStepsActions, type Step, type StepId } from './first-steps-data.ts';
import './tailoring.css';

/** Where each step is done, and by whom. */
const PLACES: Record<StepId, { path?: string; role: MessageKey }> = {
  accounts: { path: '/accounts', role: 'role.system-admin' },
  officer: { path: '/accounts', role: 'role.system-admin' },
  'second-security': { path: '/accounts', role: 'role.system-admin' },
  agent: { path: '/accounts', role: 'role.system-admin' },
  'skill-group': { path: '/skill-groups', role: 'role.system-admin' },
  article: { path: '/knowledge', role: 'role.editor' },
  site: { path: '/sites', role: 'role.system-admin' },
  retention: { role: 'role.officer' },
  brand: { path: '/settings/brand', role: 'role.system-admin' },
  'identity-provider': { path: '/help/administrator', role: 'role.system-admin' },
  mail: { path: '/notifications', role: 'role.system-admin' },
  'virus-scanner': { path: '/help/administrator', role: 'role.system-admin' },
  backup: { path: '/help/administrator', role: 'role.system-admin' },
};
const REASON_MAX = 200;

const ICONS = { done: CheckCircleOutlined, open: ExclamationCircleOutlined, dismissed: MinusCircleOutlined };

function StepRow({
  step,
  onDismiss,
  onBringBack,
}: {
  step: Step;
  onDismiss: () => void;
  onBringBack: () => void;
}) {
  const { t } = useI18n();
  const isWriter = useCan()('settings:write');
  const { path, role } = PLACES[step.id];
  const Icon = ICONS[step.state];
  return (
    <li className={`step step-${step.state}`}>
      <Icon aria-hidden />
      <div className="step-text">
        <strong>{t(`steps.${step.id}`)}</strong>{' '}
        <span className="soft">{t(`steps.state_${step.state}`)}</span>
        <p className="soft">
          {step.reason ? t('steps.left_because', { reason: step.reason }) : t(`steps.${step.id}_why`)}
        </p>
        {step.state === 'open' && (
          <p>
            {path && <Link to={path}>{t('steps.go')}</Link>}{' '}
            <span className="soft">{t('steps.by', { role: t(role) })}</span>
          </p>
        )}
      </div>
      {isWriter && step.state === 'open' && (
        <Button size="small" onClick={onDismiss}>
          {t('steps.leave')}
        </Button>
      )}
      {isWriter && step.state === 'dismissed' && (
        <Button size="small" onClick={onBringBack}>
          {t('steps.bring_back')}
        </Button>
      )}
    </li>
  );
}

/** What a new installation still needs, computed by the server from what is there. */
export default function FirstStepsPage() {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const actions = useFirstStepsActions();
  const [asked, setAsked] = useState<{ id: StepId; isBack: boolean }>();
  const { data, error, refetch } = useQuery<Step[], ApiError>({
    queryKey: FIRST_STEPS_KEY,
    queryFn: async ({ signal }) => (await api.get<{ items: Step[] }>('/first-steps', { signal })).items,
  });
  if (error && !data) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingFace />;
  const settled = data.filter(({ state }) => state !== 'open').length;
  return (
    <Page title={t('steps.title')}>
      <section className="panel" aria-label={t('steps.title')}>
        <p role="status">{t('steps.settled', { settled, count: data.length })}</p>
        <ol className="step-list">
          {data.map((step) => (
            <StepRow
              key={step.id}
              step={step}
              onDismiss={() => setAsked({ id: step.id, isBack: false })}
              onBringBack={() => setAsked({ id: step.id, isBack: true })}
            />
          ))}
        </ol>
      </section>
      {asked && (
        <ReasonDialog
          title={t(asked.isBack ? 'steps.bring_back' : 'steps.leave')}
          hint={t(`steps.${asked.id}`)}
          label={t('settings.reason')}
          okText={t('action.confirm')}
          charactersMax={REASON_MAX}
          onSubmit={async (reason) => {
            await (asked.isBack ? actions.bringBack(asked.id, reason) : actions.dismiss(asked.id, reason));
            await cache.invalidateQueries({ queryKey: FIRST_STEPS_KEY });
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Page>
  );
}
