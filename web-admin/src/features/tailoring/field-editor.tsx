import { Button, Drawer, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import {
  FIELD_MASKS,
  FIELD_TYPES,
  type Field,
  type FieldMask,
  type FieldType,
} from '../../tailoring/index.ts';
import { ChoicesEditor } from './choices-editor.tsx';

const KEY = /^[a-z][a-z0-9_]{0,39}$/;
const LABEL_MAX = 60;
const PATTERN_MAX = 200;
const NUMBER_MAX = 99_999_999_999;

const NEW_FIELD: Field = {
  key: '',
  type: 'text',
  label: { zh: '', en: '' },
  class: 'C1',
  mask: null,
  isRequired: false,
  isArchived: false,
  isInList: false,
  choices: [],
  pattern: null,
  min: null,
  max: null,
};

/** What the form holds, without what its type has no use for. */
function tidy(values: Field): Field {
  const isChoice = values.type === 'choice' || values.type === 'choices';
  return {
    ...NEW_FIELD,
    ...values,
    label: { zh: values.label.zh.trim(), en: values.label.en.trim() },
    mask: values.class === 'C2' ? maskFor(values.type, values.mask) : null,
    choices: isChoice ? values.choices : [],
    pattern: values.type === 'text' ? values.pattern?.trim() || null : null,
    min: values.type === 'number' ? (values.min ?? null) : null,
    max: values.type === 'number' ? (values.max ?? null) : null,
  };
}

/** Only texts have masks by their kind; of anything else nothing is shown. */
function maskFor(type: FieldType, mask: FieldMask | null): FieldMask {
  return type === 'text' ? (mask ?? 'all') : 'all';
}

function TypeFields({ isSaved, savedChoices }: { isSaved: boolean; savedChoices: ReadonlySet<string> }) {
  const { t } = useI18n();
  const form = Form.useFormInstance<Field>();
  const type = Form.useWatch('type', form);
  const level = Form.useWatch('class', form);
  return (
    <>
      <Form.Item name="type" label={t('fields.type')} extra={isSaved ? t('fields.fixed') : undefined}>
        <Select
          disabled={isSaved}
          options={FIELD_TYPES.map((value) => ({ value, label: t(`fields.type.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="class" label={t('fields.class')} extra={t('fields.class_help')}>
        <Select
          disabled={isSaved}
          options={(['C1', 'C2'] as const).map((value) => ({ value, label: t(`fields.class.${value}`) }))}
        />
      </Form.Item>
      {level === 'C2' && type === 'text' && (
        <Form.Item name="mask" label={t('fields.mask')}>
          <Select options={FIELD_MASKS.map((value) => ({ value, label: t(`fields.mask.${value}`) }))} />
        </Form.Item>
      )}
      {(type === 'choice' || type === 'choices') && (
        <Form.Item
          name="choices"
          label={t('fields.choices')}
          rules={[
            {
              validator: async (_rule, choices: Field['choices']) => {
                const keys = choices.map(({ key }) => key);
                const isFit = choices.every(
                  ({ key, label }) => KEY.test(key) && label.zh.trim() && label.en.trim(),
                );
                if (choices.length === 0 || !isFit || new Set(keys).size < keys.length)
                  throw new Error(t('fields.choices_rule'));
              },
            },
          ]}
        >
          <ChoicesEditor savedKeys={savedChoices} />
        </Form.Item>
      )}
      {type === 'text' && (
        <Form.Item name="pattern" label={t('fields.pattern')} extra={t('fields.pattern_help')}>
          <Input maxLength={PATTERN_MAX} spellCheck={false} autoComplete="off" />
        </Form.Item>
      )}
      {type === 'number' &&
        (['min', 'max'] as const).map((bound) => (
          <Form.Item key={bound} name={bound} label={t(`fields.${bound}`)}>
            <InputNumber className="field-control" min={-NUMBER_MAX} max={NUMBER_MAX} />
          </Form.Item>
        ))}
    </>
  );
}

/** Both names, and the key that programs use. */
function NameFields({ isKeyFixed, takenKeys }: { isKeyFixed: boolean; takenKeys: readonly string[] }) {
  const { t } = useI18n();
  const required = { required: true, whitespace: true, message: t('field.required') };
  return (
    <>
      <Form.Item
        name={['label', 'zh']}
        label={`${t('fields.label')} ${t('settings.lang.zh')}`}
        rules={[required]}
      >
        <Input maxLength={LABEL_MAX} lang="zh-CN" />
      </Form.Item>
      <Form.Item
        name={['label', 'en']}
        label={`${t('fields.label')} ${t('settings.lang.en')}`}
        rules={[required]}
      >
        <Input maxLength={LABEL_MAX} lang="en" />
      </Form.Item>
      <Form.Item
        name="key"
        label={t('fields.key')}
        extra={t('fields.key_help')}
        rules={[
          { required: true, pattern: KEY, message: t('fields.key_rule') },
          {
            validator: async (_rule, key: string) => {
              if (takenKeys.includes(key)) throw new Error(t('fields.key_taken'));
            },
          },
        ]}
      >
        <Input maxLength={40} disabled={isKeyFixed} spellCheck={false} autoComplete="off" />
      </Form.Item>
    </>
  );
}

/** One field: what it is called, holds, and how it is protected. Nothing is saved before the section is. */
export function FieldEditor(props: {
  field: Field | undefined;
  /** Records may have it: key, type, and class stay, and it is archived instead of removed. */
  isSaved: boolean;
  savedChoices: ReadonlySet<string>;
  takenKeys: readonly string[];
  isReadOnly: boolean;
  onDone: (field: Field) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { field, isSaved, takenKeys, isReadOnly } = props;
  const { t } = useI18n();
  const [form] = Form.useForm<Field>();
  const switches = ['isRequired', 'isInList', ...(isSaved ? ['isArchived' as const] : [])] as const;
  return (
    <Drawer
      open
      size="large"
      title={t(field ? 'fields.edit_one' : 'fields.new')}
      onClose={props.onClose}
      footer={
        !isReadOnly && (
          <div className="section-bar">
            <Button type="primary" onClick={form.submit}>
              {t('fields.take')}
            </Button>
            {field && !isSaved && (
              <Button danger onClick={props.onRemove}>
                {t('action.delete')}
              </Button>
            )}
          </div>
        )
      }
    >
      <Form<Field>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={isReadOnly}
        initialValues={field ?? NEW_FIELD}
        onFinish={(values) => props.onDone(tidy({ ...(field ?? NEW_FIELD), ...values }))}
      >
        <NameFields isKeyFixed={isSaved || isReadOnly} takenKeys={takenKeys} />
        <TypeFields isSaved={isSaved} savedChoices={props.savedChoices} />
        {switches.map((name) => (
          <Form.Item key={name} name={name} label={t(`fields.${name}`)} valuePropName="checked">
            <Switch />
          </Form.Item>
        ))}
      </Form>
    </Drawer>
  );
}
