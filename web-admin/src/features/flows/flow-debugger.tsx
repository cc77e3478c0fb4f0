import { Alert, Button, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useFlowActions, type FlowDefinition, type Tried, type TriedTurn } from './flow-data.ts';

const TURN_MAX = 500;
const TURNS_MAX = 40;

/** Plays the dialogue anew from its beginning with each message, so that it is always what the flow would do. */
function usePlay(definition: FlowDefinition) {
  const { attempt } = useFlowActions();
  const [tried, setTried] = useState<Tried>();
  const [error, setError] = useState<ApiError | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  async function play(turns: readonly string[]): Promise<void> {
    setPlaying(true);
    setError(null);
    try {
      setTried(turns.length === 0 ? undefined : await attempt(definition, turns));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setPlaying(false);
    }
  }
  return { tried, error, isPlaying, play };
}

function Step({ turn }: { turn: TriedTurn }) {
  const { t, tMaybe } = useI18n();
  const slots = Object.entries(turn.slots ?? {});
  return (
    <li>
      <p className="flow-said">{turn.text === '' ? '—' : turn.text}</p>
      <p className="flow-reply">{turn.reply === '' ? t('flow.no_reply') : turn.reply}</p>
      <p className="soft flow-step">
        {tMaybe(`flow.stage.${turn.stage}`) ?? turn.stage}
        {turn.asked && ` · ${t('flow.asked', { name: turn.asked })}`}
        {(turn.misses ?? 0) > 0 && ` · ${t('flow.misses', { count: turn.misses ?? 0 })}`}
        {slots.map(([name, value]) => (
          <code key={name}>
            {name}={value ?? '—'}
          </code>
        ))}
      </p>
    </li>
  );
}

/** A dialogue with this version, step by step; nothing of it is stored. */
export function FlowDebugger({ definition }: { definition: FlowDefinition }) {
  const { t } = useI18n();
  const { tried, error, isPlaying, play } = usePlay(definition);
  const [text, setText] = useState('');
  const dialogue = useRef<HTMLOListElement>(null);
  useEffect(() => dialogue.current?.scrollTo({ top: dialogue.current.scrollHeight }), [tried]);
  const turns = tried?.turns.map((turn) => turn.text) ?? [];
  const canSend = text.trim() !== '' && !isPlaying && turns.length < TURNS_MAX;
  return (
    <section className="panel" aria-label={t('flow.debugger')}>
      <h2>{t('flow.debugger')}</h2>
      <p className="soft">{t('flow.debugger_hint')}</p>
      <div className="flow-tools">
        <Select<string>
          aria-label={t('flow.play_script')}
          placeholder={t('flow.play_script')}
          value={null as unknown as string}
          options={definition.scripts.map(({ title }) => ({ value: title, label: title }))}
          onChange={(title) => void play(definition.scripts.find((one) => one.title === title)?.turns ?? [])}
        />
        <Button disabled={turns.length === 0} onClick={() => void play([])}>
          {t('flow.restart')}
        </Button>
      </div>
      <ol ref={dialogue} className="flow-dialogue" aria-live="polite" lang={definition.locale}>
        {tried?.turns.map((turn, index) => (
          <Step key={index} turn={turn} />
        ))}
      </ol>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
      <form
        className="flow-line"
        onSubmit={(event) => {
          event.preventDefault();
          if (!canSend) return;
          setText('');
          void play([...turns, text.trim()]);
        }}
      >
        <Input
          aria-label={t('flow.message')}
          placeholder={t('flow.message')}
          value={text}
          maxLength={TURN_MAX}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="primary" htmlType="submit" disabled={!canSend} loading={isPlaying}>
          {t('flow.send')}
        </Button>
      </form>
    </section>
  );
}
