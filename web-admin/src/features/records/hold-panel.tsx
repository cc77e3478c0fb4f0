import { Button, Segmented, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { usePageList } from '../../api/index.ts';
import { LoadMore, ProblemText, ReasonDialog, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useScopeText } from './hold-scope.ts';
import { HoldDetails, PlaceHoldDialog } from './hold-dialogs.tsx';
import { useOutcomeToast } from './outcome-toast.ts';
import { useRecordActions, type Hold, type HoldDetail } from './record-data.ts';

const REASON_CHARACTERS_MAX = 500;

function HoldTable(props: {
  holds: readonly Hold[];
  isLoading: boolean;
  isReleased: boolean;
  onOpen: (hold: Hold) => void;
  onRelease: (hold: Hold) => void;
}) {
  const { t, format } = useI18n();
  const scopeText = useScopeText();
  const columns: TableColumnsType<Hold> = [
    { title: t('hold.scope'), render: (_, hold) => <span className="hold-scope">{scopeText(hold)}</span> },
    { title: t('hold.placed_by'), render: (_, hold) => hold.placedBy.name, responsive: ['md'] },
    {
      title: t(props.isReleased ? 'hold.released_at' : 'hold.placed_at'),
      render: (_, hold) => format.exactTime(hold.releasedAt ?? hold.placedAt),
      responsive: ['md'],
    },
    {
      title: '',
      align: 'right',
      render: (_, hold) => (
        <span className="records-tools">
          <Button type="link" onClick={() => props.onOpen(hold)}>
            {t('hold.open')}
          </Button>
          {hold.isActive && (
            <Button type="link" danger onClick={() => props.onRelease(hold)}>
              {t('hold.release')}
            </Button>
          )}
        </span>
      ),
    },
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
  const { release, openHold } = useRecordActions();
  const toast = useOutcomeToast();
  const showProblem = useProblemToast();
  const [isPlacing, setPlacing] = useState(false);
  const [opened, setOpened] = useState<HoldDetail | null>(null);
  const [releasing, setReleasing] = useState<Hold | null>(null);
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
        onOpen={open}
        onRelease={setReleasing}
      />
      <LoadMore list={list} />
      {isPlacing && <PlaceHoldDialog onClose={() => setPlacing(false)} />}
      {opened && <HoldDetails hold={opened} onClose={() => setOpened(null)} />}
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
