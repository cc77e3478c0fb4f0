import { Button, Drawer, Radio } from 'antd';
import { useState } from 'react';
import { EmptyFace, ErrorFace, LoadingFace, LoadMore, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  useDiff,
  useSectionActions,
  useVersions,
  type ChangeOutcome,
  type DiffLine,
  type SectionName,
  type SettingVersion,
} from './section-data.ts';

const REASON_MAX = 500;

function Lines({ lines }: { lines: readonly DiffLine[] }) {
  const { t } = useI18n();
  if (lines.length === 0) return <p className="soft">{t('settings.no_difference')}</p>;
  return (
    <ul className="diff-lines">
      {lines.map(({ path, from, to }) => (
        <li key={path}>
          <code>{path}</code>
          <span className="diff-values">
            {from !== undefined && <del aria-label={`${t('settings.from')} ${from}`}>{from}</del>}
            {to !== undefined && <ins aria-label={`${t('settings.to')} ${to}`}>{to}</ins>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Difference({ name, from, to }: { name: SectionName; from: number; to: number }) {
  const { t } = useI18n();
  const { data, error } = useDiff(name, { from, to });
  return (
    <section aria-label={t('settings.compare')}>
      <h3>{t('settings.compared', { from, to })}</h3>
      {error && <ErrorFace error={error} />}
      {data ? <Lines lines={data} /> : !error && <LoadingFace />}
    </section>
  );
}

function Version(props: { version: SettingVersion; isChosen: boolean; onChoose: () => void }) {
  const { t, format } = useI18n();
  const { version, isChosen, onChoose } = props;
  const by = version.approvedBy
    ? t('settings.by_two', { first: version.changedBy.displayName, second: version.approvedBy.displayName })
    : version.changedBy.displayName;
  return (
    <li className={isChosen ? 'version-row is-chosen' : 'version-row'}>
      <Radio checked={isChosen} onChange={onChoose}>
        <strong>{t('settings.version', { version: version.version })}</strong>{' '}
        <time dateTime={version.changedAt}>{format.dateTime(version.changedAt)}</time>
      </Radio>
      <p className="version-facts">
        {by}：{version.reason}
        {version.restoredVersion !== undefined && (
          <span className="soft"> {t('settings.restored', { version: version.restoredVersion })}</span>
        )}
      </p>
    </li>
  );
}

/** What may be done with the chosen version. */
function HistoryBar(props: {
  chosen: number;
  current: number;
  isWithCurrent: boolean;
  isReadOnly: boolean;
  onCompare: () => void;
  onRestore: (version: number) => void;
}) {
  const { chosen, current, isReadOnly, onRestore } = props;
  const { t } = useI18n();
  const isOld = chosen !== current;
  return (
    <div className="section-bar">
      {isOld && (
        <Button onClick={props.onCompare}>
          {t(props.isWithCurrent ? 'settings.compare_before' : 'settings.compare_current')}
        </Button>
      )}
      {!isReadOnly && (
        <Button onClick={() => onRestore(isOld ? chosen : current - 1)}>
          {isOld ? t('settings.restore', { version: chosen }) : t('settings.undo')}
        </Button>
      )}
    </div>
  );
}

/** Versions of a section: who, when, why; what one changed, and the way back to it. */
export function HistoryDrawer(props: {
  name: SectionName;
  current: number;
  isReadOnly: boolean;
  onRestored: (outcome: ChangeOutcome) => void;
  onClose: () => void;
}) {
  const { name, current, isReadOnly, onRestored, onClose } = props;
  const { t } = useI18n();
  const list = useVersions(name);
  const actions = useSectionActions(name);
  const [chosen, setChosen] = useState(current);
  const [isWithCurrent, setWithCurrent] = useState(false);
  const [isRestoring, setRestoring] = useState(false);
  const isOld = chosen !== current;
  const [from, to] = isWithCurrent && isOld ? [chosen, current] : [Math.max(0, chosen - 1), chosen];
  return (
    <Drawer open size="large" title={t('settings.history')} onClose={onClose}>
      {list.error && <ErrorFace error={list.error} onRetry={list.reload} />}
      {!list.isLoading && list.items.length === 0 && <EmptyFace text={t('settings.history_empty')} />}
      <ol className="version-list">
        {list.items.map((version) => (
          <Version
            key={version.version}
            version={version}
            isChosen={version.version === chosen}
            onChoose={() => setChosen(version.version)}
          />
        ))}
      </ol>
      <LoadMore list={list} />
      {current > 0 && (
        <>
          <HistoryBar
            chosen={chosen}
            current={current}
            isWithCurrent={isWithCurrent}
            isReadOnly={isReadOnly}
            onCompare={() => setWithCurrent((is) => !is)}
            onRestore={(version) => {
              setChosen(version);
              setRestoring(true);
            }}
          />
          <Difference name={name} from={from} to={to} />
        </>
      )}
      {isRestoring && (
        <ReasonDialog
          title={t('settings.restore', { version: chosen })}
          hint={t('settings.restore_hint', { version: chosen })}
          label={t('settings.reason')}
          okText={t('settings.restore_ok')}
          charactersMax={REASON_MAX}
          onSubmit={async (reason) => {
            onRestored(await actions.restore(current, chosen, reason));
            onClose();
          }}
          onClose={() => setRestoring(false)}
        />
      )}
    </Drawer>
  );
}
