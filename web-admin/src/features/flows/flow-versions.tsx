import { App, Button } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import { ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useFlowActions, type Flow } from './flow-data.ts';
import { FlowStateMark } from './flow-marks.tsx';

const REASON_MAX = 500;

/** Versions, newest first; an approved one that is not live can be gone back to. */
export function FlowVersions({ flow }: { flow: Flow }) {
  const { t, format } = useI18n();
  const { message } = App.useApp();
  const mayApprove = useCan()('knowledge:approve');
  const actions = useFlowActions();
  const [back, setBack] = useState<number>();
  return (
    <section className="panel" aria-label={t('flow.versions')}>
      <h2>{t('flow.versions')}</h2>
      <ul className="flow-versions">
        {flow.versions.map((version) => (
          <li key={version.version}>
            <span>
              <strong>{t('article.version', { version: version.version })}</strong>{' '}
              <FlowStateMark state={version.state} />
              <br />
              <span className="soft">
                {version.author} · {format.dateTime(version.createdAt)}
                {version.approver && ` · ${t('article.approver')}: ${version.approver}`}
                {version.reason && ` · ${version.reason}`}
              </span>
            </span>
            {mayApprove &&
              version.approver &&
              version.version !== flow.publishedVersion &&
              version.state === 'retired' && (
                <Button size="small" onClick={() => setBack(version.version)}>
                  {t('flow.roll_back')}
                </Button>
              )}
          </li>
        ))}
      </ul>
      {back !== undefined && (
        <ReasonDialog
          title={t('flow.roll_back_title', { version: back })}
          hint={t('flow.roll_back_hint')}
          label={t('flow.reason')}
          okText={t('flow.roll_back')}
          charactersMax={REASON_MAX}
          onSubmit={async (reason) => {
            await actions.act(flow.id, 'roll-back', { version: back, reason });
            void message.success(t('flow.rolled_back', { version: back }));
          }}
          onClose={() => setBack(undefined)}
        />
      )}
    </section>
  );
}
