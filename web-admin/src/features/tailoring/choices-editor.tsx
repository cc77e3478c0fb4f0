import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input } from 'antd';
import { moved, OrderedList } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { FieldChoice } from '../../tailoring/index.ts';

const CHOICES_MAX = 100;
const LABEL_MAX = 60;

/** A key no choice has yet; people may write another. */
function freeKey(choices: readonly FieldChoice[]): string {
  const taken = new Set(choices.map(({ key }) => key));
  let number = choices.length + 1;
  while (taken.has(`choice_${number}`)) number += 1;
  return `choice_${number}`;
}

/** Names and key of one choice. */
function ChoiceLine(props: {
  choice: FieldChoice;
  isSaved: boolean;
  onChange: (next: Partial<FieldChoice>) => void;
}) {
  const { choice, isSaved, onChange } = props;
  const { t } = useI18n();
  return (
    <span className="choice-line">
      {(['zh', 'en'] as const).map((lang) => (
        <Input
          key={lang}
          aria-label={`${t('fields.label')} ${t(`settings.lang.${lang}`)}`}
          placeholder={t(`settings.lang.${lang}`)}
          maxLength={LABEL_MAX}
          value={choice.label[lang]}
          onChange={(event) => onChange({ label: { ...choice.label, [lang]: event.target.value } })}
        />
      ))}
      <Input
        aria-label={t('fields.key')}
        maxLength={40}
        value={choice.key}
        disabled={isSaved}
        onChange={(event) => onChange({ key: event.target.value })}
      />
      {isSaved && (
        <Checkbox
          checked={choice.isArchived}
          onChange={(event) => onChange({ isArchived: event.target.checked })}
        >
          {t('fields.archived')}
        </Checkbox>
      )}
    </span>
  );
}

/** Choices of a field in their order. One that records may have is archived; a fresh one may be taken away again. */
export function ChoicesEditor(props: {
  value?: FieldChoice[];
  savedKeys: ReadonlySet<string>;
  onChange?: (choices: FieldChoice[]) => void;
}) {
  const { value: choices = [], savedKeys } = props;
  const { t } = useI18n();
  const put = (next: FieldChoice[]) => props.onChange?.(next);
  const change = (index: number, next: Partial<FieldChoice>) =>
    put(choices.map((choice, at) => (at === index ? { ...choice, ...next } : choice)));
  return (
    <>
      <OrderedList
        label={t('fields.choices')}
        items={choices.map((choice, index) => ({
          // By place: the key itself is being typed.
          key: String(index),
          name: choice.label.zh || choice.key,
          content: (
            <ChoiceLine
              choice={choice}
              isSaved={savedKeys.has(choice.key)}
              onChange={(next) => change(index, next)}
            />
          ),
          tools: !savedKeys.has(choice.key) && (
            <Button
              size="small"
              type="text"
              icon={<DeleteOutlined />}
              aria-label={`${t('action.delete')} ${choice.label.zh || choice.key}`}
              onClick={() => put(choices.filter((_choice, at) => at !== index))}
            />
          ),
        }))}
        onMove={(from, to) => put(moved(choices, from, to))}
      />
      <Button
        icon={<PlusOutlined />}
        disabled={choices.length >= CHOICES_MAX}
        onClick={() =>
          put([...choices, { key: freeKey(choices), label: { zh: '', en: '' }, isArchived: false }])
        }
      >
        {t('fields.choice_add')}
      </Button>
    </>
  );
}
