import { App, Button } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useCan, useSession } from '../../auth/index.ts';
import { ReasonDialog, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { allows, useFlowActions, type Flow, type FlowAct, type FlowVersion } from './flow-data.ts';

const REASON_MAX = 500;

function ActButton({
  flow,
  act,
  isDisabled,
}: {
  flow: Flow;
  act: 'submit' | 'approve' | 'publish';
  isDisabled?: boolean;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const actions = useFlowActions();
  const [isSending, setSending] = useState(false);
  async function handleClick(): Promise<void> {
    setSending(true);
    try {
      await actions.act(flow.id, act);
      void message.success(t(`flow.done.${act}`));
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSending(false);
    }
  }
  return (
    <Button
      type="primary"
      loading={isSending}
      disabled={isDisabled ?? false}
      aria-describedby={isDisabled ? 'own-version' : undefined}
      onClick={() => void handleClick()}
    >
      {t(`flow.act.${act}`)}
    </Button>
  );
}

function ReasonAct(props: { flow: Flow; act: 'reject' | 'retire'; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useFlowActions();
  const { flow, act, onClose } = props;
  return (
    <ReasonDialog
      title={t(`flow.act.${act}`)}
      hint={t(`flow.hint.${act}`)}
      label={t('flow.reason')}
      okText={t(`flow.act.${act}`)}
      isDanger={act === 'retire'}
      charactersMax={REASON_MAX}
      onSubmit={async (reason) => {
        await actions.act(flow.id, act, { reason });
        void message.success(t(`flow.done.${act}`));
      }}
      onClose={onClose}
    />
  );
}

/** Buttons of what the state and the account's rights allow; an author's approve button does not work. */
export function FlowActs({ flow, version }: { flow: Flow; version: FlowVersion }) {
  const { t } = useI18n();
  const can = useCan();
  const navigate = useNavigate();
  const { account } = useSession();
  const [dialog, setDialog] = useState<'reject' | 'retire'>();
  const mayApprove = can('knowledge:approve');
  const mayWrite = can('knowledge:write');
  const offers = (act: FlowAct | 'revise', may: boolean) => may && allows(flow, act);
  return (
    <>
      {offers('approve', mayApprove) && (
        <ActButton flow={flow} act="approve" isDisabled={version.authorId === account.id} />
      )}
      {offers('publish', mayApprove) && (
        <ActButton flow={flow} act="publish" isDisabled={flow.failures.length > 0} />
      )}
      {offers('submit', mayWrite) && <ActButton flow={flow} act="submit" />}
      {offers('reject', mayApprove) && (
        <Button onClick={() => setDialog('reject')}>{t('flow.act.reject')}</Button>
      )}
      {offers('revise', mayWrite) && (
        <Button onClick={() => void navigate(`/flows/${flow.id}/edit`)}>{t('flow.edit')}</Button>
      )}
      {offers('retire', mayApprove) && (
        <Button danger onClick={() => setDialog('retire')}>
          {t('flow.act.retire')}
        </Button>
      )}
      {dialog && <ReasonAct flow={flow} act={dialog} onClose={() => setDialog(undefined)} />}
    </>
  );
}
