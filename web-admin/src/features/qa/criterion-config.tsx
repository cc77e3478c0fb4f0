import { Form, InputNumber, Select } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { LinesField } from './lines-field.tsx';
import { CARD_LIMITS, type CriterionKind } from './score-card-data.ts';

function useLineRules(max: { lines: number; characters: number }) {
  const { t } = useI18n();
  return {
    validator: (_rule: unknown, lines: string[] = []) => {
      if (lines.length > max.lines) {
        return Promise.reject(new Error(t('card.problem.lines_many', { max: max.lines })));
      }
      return lines.some((line) => line.length > max.characters)
        ? Promise.reject(new Error(t('card.problem.line_long', { max: max.characters })))
        : Promise.resolve();
    },
  };
}

/** Fields of one kind; `row` is the criterion's place in the form's list. */
interface ConfigProps {
  row: number;
}

function ForbiddenConfig({ row }: ConfigProps) {
  const { t } = useI18n();
  const wordRules = useLineRules({ lines: CARD_LIMITS.words, characters: CARD_LIMITS.wordCharacters });
  const patternRules = useLineRules({
    lines: CARD_LIMITS.patterns,
    characters: CARD_LIMITS.patternCharacters,
  });
  return (
    <>
      <Form.Item name={[row, 'config', 'by']} label={t('card.by')}>
        <Select
          options={(['agent', 'service'] as const).map((value) => ({ value, label: t(`card.by.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name={[row, 'config', 'words']} label={t('card.words')} rules={[wordRules]}>
        <LinesField aria-label={t('card.words')} placeholder={t('card.one_per_line')} />
      </Form.Item>
      <Form.Item
        name={[row, 'config', 'patterns']}
        label={t('card.patterns')}
        dependencies={[['criteria', row, 'config', 'words']]}
        rules={[
          patternRules,
          ({ getFieldValue }) => ({
            validator: (_rule, patterns: string[] = []) => {
              const words =
                (getFieldValue(['criteria', row, 'config', 'words']) as string[] | undefined) ?? [];
              return words.length + patterns.length > 0
                ? Promise.resolve()
                : Promise.reject(new Error(t('card.problem.nothing-to-find')));
            },
          }),
        ]}
      >
        <LinesField aria-label={t('card.patterns')} placeholder={t('card.one_per_line')} />
      </Form.Item>
    </>
  );
}

function MessagesField({ row, label }: ConfigProps & { label: string }) {
  const { t } = useI18n();
  return (
    <Form.Item
      name={[row, 'config', 'messages']}
      label={label}
      rules={[{ required: true, message: t('field.required') }]}
    >
      <InputNumber min={1} max={CARD_LIMITS.messages} precision={0} />
    </Form.Item>
  );
}

function RequiredConfig({ row }: ConfigProps) {
  const { t } = useI18n();
  const lineRules = useLineRules({ lines: CARD_LIMITS.words, characters: CARD_LIMITS.wordCharacters });
  return (
    <>
      <Form.Item
        name={[row, 'config', 'phrases']}
        label={t('card.phrases')}
        rules={[
          lineRules,
          { required: true, type: 'array', min: 1, message: t('card.problem.nothing-to-find') },
        ]}
      >
        <LinesField aria-label={t('card.phrases')} placeholder={t('card.one_per_line')} />
      </Form.Item>
      <Form.Item name={[row, 'config', 'place']} label={t('card.place')}>
        <Select
          options={(['start', 'end'] as const).map((value) => ({
            value,
            label: t(`card.place.${value}`),
          }))}
        />
      </Form.Item>
      <MessagesField row={row} label={t('card.messages')} />
    </>
  );
}

function ResponseTimeConfig({ row }: ConfigProps) {
  const { t } = useI18n();
  return (
    <Form.Item
      name={[row, 'config', 'secondsMax']}
      label={t('card.seconds_max')}
      rules={[{ required: true, message: t('field.required') }]}
    >
      <InputNumber min={1} max={CARD_LIMITS.secondsMax} precision={0} />
    </Form.Item>
  );
}

function SentimentConfig({ row }: ConfigProps) {
  const { t } = useI18n();
  return (
    <>
      <MessagesField row={row} label={t('card.sentiment_messages')} />
      <Form.Item
        name={[row, 'config', 'polarityMin']}
        label={t('card.polarity_min')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <InputNumber min={-1} max={1} step={0.1} />
      </Form.Item>
    </>
  );
}

/** Settings of a criterion, by its kind. */
export function CriterionConfigFields({ row, kind }: ConfigProps & { kind: CriterionKind }) {
  const { t } = useI18n();
  switch (kind) {
    case 'forbidden':
      return <ForbiddenConfig row={row} />;
    case 'required':
      return <RequiredConfig row={row} />;
    case 'response-time':
      return <ResponseTimeConfig row={row} />;
    case 'sentiment':
      return <SentimentConfig row={row} />;
    case 'manual':
      return <p className="soft">{t('card.manual_hint')}</p>;
  }
}
