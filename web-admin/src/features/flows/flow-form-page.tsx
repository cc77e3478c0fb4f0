import { Alert, App, Button, Input, Segmented } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ErrorFace, LoadingFace, Page, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  currentVersion,
  emptyFlow,
  useFlow,
  useFlowActions,
  type Flow,
  type FlowDefinition,
} from './flow-data.ts';
import { FlowDebugger } from './flow-debugger.tsx';
import { EndFields, HeadFields } from './flow-fields.tsx';
import { ScriptEditor } from './script-editor.tsx';
import { SlotEditor } from './slot-editor.tsx';
import './flows.css';

const REASON_MAX = 500;

/** The browser asks before what was typed is lost with the tab. */
function useUnloadGuard(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const handleUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', handleUnload);
    return () => window.removeEventListener('beforeunload', handleUnload);
  }, [isDirty]);
}

/** The whole definition as text, for what the fields do not show; broken text changes nothing. */
function TextEditor(props: { definition: FlowDefinition; onChange: (definition: FlowDefinition) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState(() => JSON.stringify(props.definition, null, 2));
  const [isBroken, setBroken] = useState(false);
  function handleChange(next: string): void {
    setText(next);
    try {
      props.onChange(JSON.parse(next) as FlowDefinition);
      setBroken(false);
    } catch {
      setBroken(true);
    }
  }
  return (
    <>
      <Input.TextArea
        className="flow-text"
        aria-label={t('flow.as_text')}
        autoSize={{ minRows: 20, maxRows: 40 }}
        value={text}
        status={isBroken ? 'error' : ''}
        onChange={(event) => handleChange(event.target.value)}
      />
      {isBroken && <Alert type="warning" showIcon title={t('flow.text_broken')} />}
    </>
  );
}

function Fields(props: {
  definition: FlowDefinition;
  isNew: boolean;
  onChange: (definition: FlowDefinition) => void;
}) {
  const { definition, isNew, onChange } = props;
  const change = (part: Partial<FlowDefinition>) => onChange({ ...definition, ...part });
  return (
    <>
      <HeadFields definition={definition} isNew={isNew} onChange={change} />
      <SlotEditor slots={definition.slots} onChange={(slots) => change({ slots })} />
      <EndFields definition={definition} onChange={onChange} />
      <ScriptEditor scripts={definition.scripts} onChange={(scripts) => change({ scripts })} />
    </>
  );
}

/** Where a refused definition is wrong, in words people can act on. */
function FlowProblem({ error }: { error: ApiError }) {
  const { t } = useI18n();
  const at = error.details?.['at'];
  const problem = error.details?.['problem'];
  const where = typeof at === 'string' && at !== '' ? at : undefined;
  return (
    <>
      <ProblemText error={error} />
      {(where ?? problem) !== undefined && (
        <p>{t('flow.problem', { at: where ?? '/', problem: typeof problem === 'string' ? problem : '' })}</p>
      )}
    </>
  );
}

function useSave(flow: Flow | undefined) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const actions = useFlowActions();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  async function save(definition: FlowDefinition, reason: string): Promise<void> {
    setSending(true);
    setError(null);
    try {
      const saved = flow
        ? await actions.revise(flow.id, definition, reason)
        : await actions.create(definition);
      void message.success(t('flow.saved'));
      void navigate(`/flows/${saved.id}`, { replace: true });
    } catch (thrown) {
      setError(toApiError(thrown));
      setSending(false);
    }
  }
  return { save, error, isSending };
}

function FlowForm({ flow, initial }: { flow?: Flow; initial: FlowDefinition }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [definition, setDefinition] = useState(initial);
  const [mode, setMode] = useState<'fields' | 'text'>('fields');
  const [reason, setReason] = useState('');
  const { save, error, isSending } = useSave(flow);
  useUnloadGuard(definition !== initial && !isSending);
  const canSave = definition.key !== '' && (flow === undefined || reason.trim() !== '');
  return (
    <div className="flow-columns">
      <section className="panel" aria-label={t('flow.content')}>
        <Segmented<'fields' | 'text'>
          value={mode}
          onChange={setMode}
          options={[
            { value: 'fields', label: t('flow.as_fields') },
            { value: 'text', label: t('flow.as_text') },
          ]}
        />
        {mode === 'fields' ? (
          <Fields definition={definition} isNew={!flow} onChange={setDefinition} />
        ) : (
          <TextEditor definition={definition} onChange={setDefinition} />
        )}
        {flow && (
          <label className="flow-field">
            {t('article.change_reason')}
            <Input
              value={reason}
              maxLength={REASON_MAX}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        )}
        {error && <Alert type="error" showIcon title={<FlowProblem error={error} />} />}
        <div className="flow-tools">
          <Button
            type="primary"
            loading={isSending}
            disabled={!canSave}
            onClick={() => void save(definition, reason.trim())}
          >
            {t('flow.save')}
          </Button>
          <Button type="text" onClick={() => void navigate(flow ? `/flows/${flow.id}` : '/flows')}>
            {t('action.cancel')}
          </Button>
        </div>
      </section>
      <FlowDebugger definition={definition} />
    </div>
  );
}

function EditFlow({ id }: { id: string }) {
  const { t } = useI18n();
  const { data: flow, error, refetch } = useFlow(id);
  if (error && !flow) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  const version = flow && currentVersion(flow);
  if (!flow || !version) return <LoadingFace />;
  return (
    <Page title={t('flow.edit')}>
      <FlowForm key={flow.id} flow={flow} initial={version.definition} />
    </Page>
  );
}

/** Writes a new flow, or with an id in the address a new version of one, with the debugger beside it. */
export default function FlowFormPage() {
  const { id } = useParams();
  const { t, locale } = useI18n();
  if (id) return <EditFlow id={id} />;
  return (
    <Page title={t('flow.create')}>
      <FlowForm initial={emptyFlow(locale)} />
    </Page>
  );
}
