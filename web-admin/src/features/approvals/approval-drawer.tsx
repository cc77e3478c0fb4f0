import { Alert, App, Button, Drawer, Table } from 'antd';
import { useState, type ReactNode } from 'react';
import { ConfirmDialog, ErrorFace, LoadingFace, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useApproval, useApprovalActions, useTitleText, type ApprovalDetail } from './approval-data.ts';

const DRAWER_WIDTH = 640;
const REASON_MAX = 500;
/** Acts describe instants as they are stored; people read them on the clock of their place. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return children === null || children === '' ? null : (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ approval }: { approval: ApprovalDetail }) {
  const { t, format } = useI18n();
  const { state, requestedBy, decidedBy, decidedAt } = approval;
  return (
    <dl className="facts">
      <Fact label={t('approval.state')}>
        <span className={`state-mark approval-${state}`}>{t(`approval.state.${state}`)}</span>
      </Fact>
      <Fact label={t('approval.asked_by')}>{requestedBy.name}</Fact>
      <Fact label={t('approval.asked_at')}>{format.dateTime(approval.requestedAt)}</Fact>
      <Fact label={t('approval.reason')}>{approval.reason}</Fact>
      {state === 'asked' && <Fact label={t('approval.expires')}>{format.dateTime(approval.expiresAt)}</Fact>}
      {decidedBy && state !== 'expired' && <Fact label={t('approval.decided_by')}>{decidedBy.name}</Fact>}
      {decidedAt && <Fact label={t('approval.decided_at')}>{format.dateTime(decidedAt)}</Fact>}
      <Fact label={t('approval.note')}>{approval.note}</Fact>
    </dl>
  );
}

function Changes({ approval }: { approval: ApprovalDetail }) {
  const { t, tMaybe, format } = useI18n();
  const { lines, problem, state } = approval;
  const known = (word: string) =>
    INSTANT.test(word) ? format.exactTime(word) : (tMaybe(word) ?? tMaybe(`rights.scope.${word}`) ?? word);
  const text = (value: string | undefined) => value?.split(' · ').map(known).join(' · ') ?? '—';
  return (
    <section aria-label={t('approval.changes')}>
      <h2 className="drawer-heading">
        {t(state === 'asked' ? 'approval.changes' : 'approval.changes_done')}
      </h2>
      {problem && (
        <Alert
          className="dialog-alert"
          type="warning"
          showIcon
          title={t('approval.problem', { problem: tMaybe(`error.${problem}`) ?? problem })}
        />
      )}
      <Table
        rowKey={(line) => lines.indexOf(line)}
        size="small"
        pagination={false}
        dataSource={lines}
        locale={{ emptyText: t('approval.no_changes') }}
        columns={[
          { title: t('approval.item'), render: (_value, { label }) => tMaybe(label) ?? label },
          {
            title: t('approval.from'),
            render: (_value, { from }) => <span className="soft">{text(from)}</span>,
          },
          { title: t('approval.to'), render: (_value, { to }) => <strong>{text(to)}</strong> },
        ]}
      />
    </section>
  );
}

type Act = 'approve' | 'reject' | 'withdraw';

function ActDialog(props: { act: Act; approval: ApprovalDetail; onDone: () => void; onClose: () => void }) {
  const { act, approval, onDone, onClose } = props;
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useApprovalActions();
  const titleText = useTitleText();
  const title = `${t(`approval.${act}`)} · ${titleText(approval)}`;
  if (act === 'reject') {
    return (
      <ReasonDialog
        title={title}
        hint={t('approval.reject_text')}
        label={t('approval.reject_reason')}
        okText={t('approval.reject')}
        isDanger
        charactersMax={REASON_MAX}
        onSubmit={async (note) => {
          await actions.reject(approval, note);
          void message.success(t('approval.rejected'));
          onDone();
        }}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      title={title}
      text={t(`approval.${act}_text`)}
      okText={t(`approval.${act}`)}
      onConfirm={async () => {
        await actions[act](approval);
        void message.success(t(act === 'approve' ? 'approval.approved' : 'approval.withdrawn'));
        onDone();
      }}
      onClose={onClose}
    />
  );
}

function Tools({ approval, onAct }: { approval: ApprovalDetail; onAct: (act: Act) => void }) {
  const { t } = useI18n();
  const { canDecide, canWithdraw } = approval;
  if (canWithdraw) {
    return (
      <>
        <p className="soft">{t('approval.own')}</p>
        <Button onClick={() => onAct('withdraw')}>{t('approval.withdraw')}</Button>
      </>
    );
  }
  if (!canDecide) return null;
  return (
    <div className="drawer-tools">
      <Button type="primary" onClick={() => onAct('approve')}>
        {t('approval.approve')}
      </Button>
      <Button danger onClick={() => onAct('reject')}>
        {t('approval.reject')}
      </Button>
    </div>
  );
}

/** One act that waits, with what would change and the decision. Escape closes it. */
export function ApprovalDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useI18n();
  const titleText = useTitleText();
  const [act, setAct] = useState<Act>();
  const { data, error, refetch } = useApproval(id);
  return (
    <Drawer
      open
      size={DRAWER_WIDTH}
      title={data ? titleText(data) : t('approval.title')}
      onClose={onClose}
      keyboard={act === undefined}
    >
      {error && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingFace />}
      {data && (
        <>
          <Facts approval={data} />
          <Changes approval={data} />
          <Tools approval={data} onAct={setAct} />
        </>
      )}
      {data && act && (
        <ActDialog act={act} approval={data} onDone={onClose} onClose={() => setAct(undefined)} />
      )}
    </Drawer>
  );
}
