import { PlusOutlined } from '@ant-design/icons';
import { Alert, App, Button, Dropdown, Form, Input } from 'antd';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { toApiError, type ApiError } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, Page, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CriterionEditor } from './criterion-editor.tsx';
import {
  CARD_LIMITS,
  CRITERION_KINDS,
  newCriterion,
  useSaveScoreCard,
  useScoreCard,
  weightTotal,
  type CardCriterion,
  type ScoreCard,
  type ScoreCardValues,
} from './score-card-data.ts';
import './qa.css';

/** A refused card; the server names the criterion and what is wrong with it. */
function CardProblem({ error, criteria }: { error: ApiError; criteria: readonly CardCriterion[] }) {
  const { t, tMaybe } = useI18n();
  const { criterion: id, problem } = error.details;
  const text = typeof problem === 'string' ? tMaybe(`card.problem.${problem}`) : undefined;
  if (error.code !== 'score_card.invalid' || !text) return <ProblemText error={error} />;
  const title = criteria.find((criterion) => criterion.id === id)?.title;
  return <span>{title ? t('card.problem', { title, problem: text }) : text}</span>;
}

function AddCriterion(props: { isDisabled: boolean; onAdd: (kind: CardCriterion['kind']) => void }) {
  const { t } = useI18n();
  const items = CRITERION_KINDS.map((kind) => ({
    key: kind,
    label: t(`qa.kind.${kind}`),
    onClick: () => props.onAdd(kind),
  }));
  return (
    <Dropdown menu={{ items }} trigger={['click']} disabled={props.isDisabled}>
      <Button icon={<PlusOutlined />}>{t('card.add')}</Button>
    </Dropdown>
  );
}

function CriteriaFields({ isReadOnly }: { isReadOnly: boolean }) {
  const { t } = useI18n();
  const form = Form.useFormInstance<ScoreCardValues>();
  // `preserve`: kinds and ids have no field of their own.
  const criteria = Form.useWatch('criteria', { form, preserve: true }) ?? [];
  return (
    <Form.List
      name="criteria"
      rules={[
        {
          validator: (_rule, rows: unknown[] = []) =>
            rows.length > 0 ? Promise.resolve() : Promise.reject(new Error(t('card.need_one'))),
        },
      ]}
    >
      {(fields, { add, remove, move }, { errors }) => (
        <>
          {fields.map(({ key, name }) => (
            <CriterionEditor
              key={key}
              row={name}
              count={fields.length}
              criterion={criteria[name]}
              isReadOnly={isReadOnly}
              onMove={move}
              onRemove={remove}
            />
          ))}
          <Form.ErrorList errors={errors} />
          <p className="soft">{t('card.weight_total', { total: weightTotal(criteria) })}</p>
          {!isReadOnly && (
            <AddCriterion
              isDisabled={fields.length >= CARD_LIMITS.criteria}
              onAdd={(kind) => add(newCriterion(form.getFieldValue('criteria') as CardCriterion[], kind))}
            />
          )}
        </>
      )}
    </Form.List>
  );
}

/** Version of the card, and who saved it. */
function CardOrigin({ card }: { card: ScoreCard }) {
  const { t, format } = useI18n();
  const { version, createdBy, createdAt } = card;
  const name = createdBy.displayName || t('card.system');
  return (
    <p className="soft">
      {t('card.version', { version })} · {t('card.created', { name, at: format.dateTime(createdAt) })}
    </p>
  );
}

function ScoreCardForm({ card }: { card: ScoreCard }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const isReadOnly = !useCan()('qa:configure');
  const [form] = Form.useForm<ScoreCardValues>();
  const saveCard = useSaveScoreCard(card);
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);

  async function handleFinish(): Promise<void> {
    setSending(true);
    setError(null);
    try {
      // All values, not only those with a field: ids and kinds have none.
      const { version } = await saveCard(form.getFieldsValue(true) as ScoreCardValues);
      void message.success(t('card.saved', { version }));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <Form<ScoreCardValues>
      form={form}
      layout="vertical"
      requiredMark={false}
      scrollToFirstError
      disabled={isReadOnly}
      initialValues={{ name: card.name, criteria: card.criteria }}
      onFinish={handleFinish}
    >
      <CardOrigin card={card} />
      <Alert
        className="dialog-alert"
        type="info"
        showIcon
        title={t(isReadOnly ? 'card.read_only' : 'card.hint')}
      />
      <Form.Item
        name="name"
        label={t('card.name')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={CARD_LIMITS.nameCharacters} />
      </Form.Item>
      <CriteriaFields isReadOnly={isReadOnly} />
      {error && (
        <Alert
          className="card-problem dialog-alert"
          type="error"
          showIcon
          title={<CardProblem error={error} criteria={form.getFieldValue('criteria') as CardCriterion[]} />}
        />
      )}
      {!isReadOnly && (
        <div className="card-foot">
          <Button type="primary" htmlType="submit" loading={isSending}>
            {t('action.save')}
          </Button>
        </div>
      )}
    </Form>
  );
}

/** Editor of one score card; without the right to configure it shows the card. */
export default function ScoreCardPage() {
  const { id = '' } = useParams();
  const { t } = useI18n();
  const { data: card, error, refetch } = useScoreCard(id);
  if (error && !card) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!card) return <LoadingFace />;
  return (
    <Page title={card.name}>
      <p className="page-back">
        <Link to="/qa/score-cards">← {t('card.title')}</Link>
      </p>
      <ScoreCardForm card={card} />
    </Page>
  );
}
