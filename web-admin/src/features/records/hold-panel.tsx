import { App, Button, Segmented, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { usePageList } from '../../api/index.ts';
import { LoadMore, ProblemText, ReasonDialog, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useScopeText } from './hold-scope.ts';
import { ExtendHoldDialog, HoldDetails, PlaceHoldDialog } from './hold-dialogs.tsx';
import { useOutcomeToast } from './outcome-toast.ts';
import { useRecordActions, type Hold, type HoldDetail } from './record-data.ts';

const REASON_CHARACTERS_MAX = 500;

/** What a hold waits for, or how it ended. */
function HoldMarks({ hold }: { hold: Hold }) {
  const { t } = useI18n();
  const isUnconfirmed = hold.isActive && hold.confirmedAt === null;
  const marks = [
    ...(hold.due === 'ended' ? [t('hold.due.ended')] : []),
    ...(isUnconfirmed ? [t('hold.due.unconfirmed')] : []),
    ...(hold.ending === 'refused' ? [t('hold.refused')] : []),
  ];
  return marks.map((mark) => (
    <span key={mark} className="hold-mark">
      {mark}
    </span>
  ));
}

interface HoldActs {
  onOpen: (hold: Hold) => void;
  onConfirm: (hold: Hold) => void;
  onExtend: (hold: Hold) => void;
  onRelease: (hold: Hold) => void;
}

function HoldTools({ hold, onOpen, onConfirm, onExtend, onRelease }: HoldActs & { hold: Hold }) {
  const { t } = useI18n();
  return (
    <span className="records-tools">
      <Button type="link" onClick={() => onOpen(hold)}>
        {t('hold.open')}
      </Button>
      {hold.isActive && hold.confirmedAt === null && (
        <Button type="link" onClick={() => onConfirm(hold)}>
          {t('hold.ask_confirmation')}
        </Button>
      )}
      {hold.isActive && (
        <>
          <Button type="link" onClick={() => onExtend(hold)}>
            {t('hold.extend')}
          </Button>
          <Button type="link" danger onClick={() => onRelease(hold)}>
            {t('hold.release')}
          </Button>
        </>
      )}
    </span>
  );
}

function HoldTable(props: {
  holds: readonly Hold[];
  isLoading: boolean;
  isReleased: boolean;
  acts: HoldActs;
}) {
  const { t, format } = useI18n();
  const scopeText = useScopeText();
  const columns: TableColumnsType<Hold> = [
    {
      title: t('hold.scope'),
      render: (_, hold) => (
        <span className="hold-scope">
          {scopeText(hold)} <HoldMarks hold={hold} />
          {hold.endsAt !== null && (
            <span className="narrow-only soft">
              {t('hold.ends_at')} {format.date(hold.endsAt)}
            </span>
          )}
        </span>
      ),
    },
    { title: t('hold.placed_by'), render: (_, hold) => hold.placedBy.name, responsive: ['md'] },
    {
      title: t(props.isReleased ? 'hold.released_at' : 'hold.placed_at'),
      render: (_, hold) => format.exactTime(hold.releasedAt ?? hold.placedAt),
      responsive: ['md'],
    },
    {
      title: t('hold.ends_at'),
      render: (_, hold) => (hold.endsAt === null ? '—' : format.date(hold.endsAt)),
      responsive: ['md'],
    },
    { title: '', align: 'right', render: (_, hold) => <HoldTools hold={hold} {...props.acts} /> },
  ];
  return (
    <Table<Hold>
      rowKey="id"
      size="small"
      pagination={false}
      loading={props.isLoading}
      columns={columns}
      dataSource={[...props.holds]}
      locale={{ emptyText: t('hold.empty') }}
    />
  );
}

/** Legal holds: in force or released; placed here, opened, and released with a second person. */
export function HoldPanel() {
  const { t } = useI18n();
  const [state, setState] = useState<'active' | 'released'>('active');
  const list = usePageList<Hold>({ resource: 'holds', path: '/holds', query: { state }, isQuiet: true });
  const { release, openHold, askConfirmation } = useRecordActions();
  const { message } = App.useApp();
  const toast = useOutcomeToast();
  const showProblem = useProblemToast();
  const [isPlacing, setPlacing] = useState(false);
  const [opened, setOpened] = useState<HoldDetail | null>(null);
  const [releasing, setReleasing] = useState<Hold | null>(null);
  const [extending, setExtending] = useState<Hold | null>(null);
  const confirm = (hold: Hold) =>
    void askConfirmation(hold).then(() => void message.success(t('hold.confirmation_asked')), showProblem);
  const open = (hold: Hold) => void openHold(hold.id).then(setOpened, showProblem);
  return (
    <section className="panel records-panel" aria-label={t('hold.title')}>
      <div className="records-head">
        <h2>{t('hold.title')}</h2>
        <Segmented
          value={state}
          onChange={setState}
          options={[
            { value: 'active' as const, label: t('hold.active') },
            { value: 'released' as const, label: t('hold.released') },
          ]}
        />
        <span className="records-tools">
          <Button type="primary" onClick={() => setPlacing(true)}>
            {t('hold.place')}
          </Button>
        </span>
      </div>
      <p className="soft">{t('hold.hint')}</p>
      {list.error && <ProblemText error={list.error} />}
      <HoldTable
        holds={list.items}
        isLoading={list.isLoading}
        isReleased={state === 'released'}
        acts={{ onOpen: open, onConfirm: confirm, onExtend: setExtending, onRelease: setReleasing }}
      />
      <LoadMore list={list} />
      {isPlacing && <PlaceHoldDialog onClose={() => setPlacing(false)} />}
      {opened && <HoldDetails hold={opened} onClose={() => setOpened(null)} />}
      {extending && <ExtendHoldDialog hold={extending} onClose={() => setExtending(null)} />}
      {releasing && (
        <ReasonDialog
          title={t('hold.release')}
          hint={t('hold.release_hint')}
          label={t('record.reason_field')}
          okText={t('hold.release')}
          isDanger
          charactersMax={REASON_CHARACTERS_MAX}
          onSubmit={async (reason) => toast(await release(releasing, reason))}
          onClose={() => setReleasing(null)}
        />
      )}
    </section>
  );
}
