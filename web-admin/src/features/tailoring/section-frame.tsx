import { HistoryOutlined } from '@ant-design/icons';
import { Alert, App, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { HistoryDrawer } from './history-drawer.tsx';
import {
  useSection,
  useSectionActions,
  type ChangeOutcome,
  type Section,
  type SectionName,
} from './section-data.ts';

const REASON_MAX = 500;

/** What a section's form gets: the draft, and how to change it. */
export interface Draft<T> {
  value: T;
  /** The value in force. */
  saved: T;
  isReadOnly: boolean;
  change: (next: Partial<T>) => void;
  replace: (next: T) => void;
}

/** Says whether a change is in force, or who decides on it. */
function useOutcome(): (outcome: ChangeOutcome) => void {
  const { t } = useI18n();
  const { message } = App.useApp();
  return (outcome) => {
    if (outcome.state === 'applied')
      return void message.success(t('settings.saved', { version: outcome.version }));
    void message.info({
      content: (
        <>
          {t('settings.waiting')} <Link to="/approvals">{t('settings.to_approvals')}</Link>
        </>
      ),
      duration: 10,
    });
  };
}

function SectionForm<T extends object>(props: {
  name: SectionName;
  section: Section<T>;
  hint?: string | undefined;
  children: (draft: Draft<T>) => ReactNode;
}) {
  const { name, section } = props;
  const { t } = useI18n();
  const isReadOnly = !useCan()('settings:write');
  const actions = useSectionActions(name);
  const tell = useOutcome();
  const [value, setValue] = useState<T>(section.value);
  const [dialog, setDialog] = useState<'save' | 'history'>();
  const isChanged = JSON.stringify(value) !== JSON.stringify(section.value);
  const draft: Draft<T> = {
    value,
    saved: section.value,
    isReadOnly,
    change: (next) => setValue((current) => ({ ...current, ...next })),
    replace: setValue,
  };
  return (
    <>
      {props.hint && <p className="soft">{props.hint}</p>}
      {isReadOnly && <Alert type="info" showIcon title={t('settings.read_only')} className="dialog-alert" />}
      {props.children(draft)}
      <div className="section-bar">
        {!isReadOnly && (
          <>
            <Button type="primary" disabled={!isChanged} onClick={() => setDialog('save')}>
              {t('action.save')}
            </Button>
            <Button disabled={!isChanged} onClick={() => setValue(section.value)}>
              {t('settings.discard')}
            </Button>
          </>
        )}
        <Button icon={<HistoryOutlined />} onClick={() => setDialog('history')}>
          {t('settings.history')} · {t('settings.version', { version: section.version })}
        </Button>
        {isChanged && <span className="soft">{t('settings.unsaved')}</span>}
      </div>
      {dialog === 'save' && (
        <ReasonDialog
          title={t('settings.save_title')}
          hint={t('settings.save_hint')}
          label={t('settings.reason')}
          okText={t('action.save')}
          charactersMax={REASON_MAX}
          onSubmit={async (reason) => tell(await actions.save(section.version, value, reason))}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog === 'history' && (
        <HistoryDrawer
          name={name}
          current={section.version}
          isReadOnly={isReadOnly}
          onRestored={tell}
          onClose={() => setDialog(undefined)}
        />
      )}
    </>
  );
}

/** A section with its form, its bar for saving with a reason, and its history. The draft begins anew with each version. */
export function SectionFrame<T extends object>(props: {
  name: SectionName;
  hint?: string;
  children: (draft: Draft<T>) => ReactNode;
}) {
  const { data, error, refetch } = useSection<T>(props.name);
  if (error && !data) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingFace />;
  return (
    <SectionForm<T> key={data.version} name={props.name} section={data} hint={props.hint}>
      {props.children}
    </SectionForm>
  );
}
