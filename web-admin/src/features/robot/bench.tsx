import { Alert, Button, Input, Radio } from 'antd';
import { useRef, useState } from 'react';
import { toApiError, useApi, type ApiError } from '../../api/index.ts';
import { EmptyFace, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { BenchResult, OutcomeMark } from './bench-result.tsx';
import { ROBOT_LOCALES, type BenchEntry, type RobotLocale, type TestAnswer } from './robot-data.ts';

const QUESTION_MAX = 8_000;
const ENTRIES_MAX = 20;

function useBench() {
  const api = useApi();
  const [entries, setEntries] = useState<BenchEntry[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [isAsking, setAsking] = useState(false);
  const count = useRef(0);
  async function ask(text: string, lang: RobotLocale): Promise<void> {
    setAsking(true);
    setError(null);
    try {
      const answer = await api.post<TestAnswer>('/robot/test', { body: { text, lang } });
      const entry = { id: ++count.current, text, answer };
      setEntries((before) => [entry, ...before].slice(0, ENTRIES_MAX));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setAsking(false);
    }
  }
  return { entries, error, isAsking, ask };
}

function QuestionForm(props: { isAsking: boolean; onAsk: (text: string, lang: RobotLocale) => void }) {
  const { t, locale } = useI18n();
  const [text, setText] = useState('');
  const [lang, setLang] = useState<RobotLocale>(locale);
  const canAsk = text.trim() !== '' && !props.isAsking;
  return (
    <form
      className="bench-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (canAsk) props.onAsk(text.trim(), lang);
      }}
    >
      <label htmlFor="bench-text">{t('robot.bench_text')}</label>
      <div className="bench-line">
        <Input
          id="bench-text"
          value={text}
          maxLength={QUESTION_MAX}
          placeholder={t('robot.bench_placeholder')}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="primary" htmlType="submit" disabled={!canAsk} loading={props.isAsking}>
          {t('robot.bench_ask')}
        </Button>
      </div>
      <div className="bench-lang">
        <span id="bench-lang">{t('robot.bench_lang')}</span>
        <Radio.Group
          aria-labelledby="bench-lang"
          value={lang}
          onChange={(event) => setLang(event.target.value as RobotLocale)}
          options={ROBOT_LOCALES.map((value) => ({ value, label: t(`robot.locale.${value}`) }))}
        />
        <span className="soft">{t('robot.bench_lang_hint')}</span>
      </div>
    </form>
  );
}

function Earlier({ entries, onShow }: { entries: readonly BenchEntry[]; onShow: (id: number) => void }) {
  const { t, format } = useI18n();
  if (entries.length === 0) return null;
  return (
    <>
      <h3>{t('robot.bench_earlier')}</h3>
      <ol className="plain-list">
        {entries.map(({ id, text, answer }) => (
          <li key={id} className="bench-earlier">
            <Button type="link" size="small" onClick={() => onShow(id)}>
              {text}
            </Button>
            <OutcomeMark outcome={answer.outcome} />
            <span className="soft">{format.percent(answer.confidence)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Test bench: one question, what the robot would do, and why. */
export function Bench() {
  const { t } = useI18n();
  const { entries, error, isAsking, ask } = useBench();
  const [shownId, setShownId] = useState<number>();
  const shown = entries.find(({ id }) => id === shownId) ?? entries[0];
  return (
    <section className="panel" aria-label={t('robot.bench')}>
      <h2>{t('robot.bench')}</h2>
      <p className="soft">{t('robot.bench_hint')}</p>
      <QuestionForm
        isAsking={isAsking}
        onAsk={(text, lang) => {
          setShownId(undefined);
          void ask(text, lang);
        }}
      />
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
      <div aria-live="polite">
        {shown ? <BenchResult key={shown.id} entry={shown} /> : <EmptyFace text={t('robot.bench_empty')} />}
      </div>
      <Earlier entries={entries.filter((entry) => entry !== shown)} onShow={setShownId} />
    </section>
  );
}
