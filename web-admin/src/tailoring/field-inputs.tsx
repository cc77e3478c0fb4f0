import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useI18n } from '../i18n/index.ts';
import { useLocalised } from './appearance.ts';
import type { Field, FieldChoice, KnownField } from './fields.ts';

const TEXT_MAX = 200;
const LONG_TEXT_MAX = 4_000;
const DAY = 'YYYY-MM-DD';

/** The control of one field; antd's form hands `value` and `onChange` in. */
function Control({ field, ...rest }: { field: Field; id?: string }) {
  const { t } = useI18n();
  const localised = useLocalised();
  const optionsOf = (choices: readonly FieldChoice[]) =>
    choices
      .filter(({ isArchived }) => !isArchived)
      .map(({ key, label }) => ({ value: key, label: localised(label) }));
  switch (field.type) {
    case 'text':
      return <Input {...rest} maxLength={TEXT_MAX} autoComplete="off" />;
    case 'long-text':
      return <Input.TextArea {...rest} rows={3} maxLength={LONG_TEXT_MAX} />;
    case 'number':
      return (
        <InputNumber
          {...rest}
          className="field-control"
          {...(field.min === null ? {} : { min: field.min })}
          {...(field.max === null ? {} : { max: field.max })}
        />
      );
    case 'date':
      return <DatePicker {...rest} className="field-control" />;
    case 'choice':
      return <Select {...rest} allowClear={!field.isRequired} options={optionsOf(field.choices)} />;
    case 'choices':
      return <Select {...rest} mode="multiple" allowClear options={optionsOf(field.choices)} />;
    case 'yes-no':
      return (
        <Select
          {...rest}
          allowClear={!field.isRequired}
          options={[
            { value: true, label: t('common.yes') },
            { value: false, label: t('common.no') },
          ]}
        />
      );
  }
}

/** Form items of own fields under the name `customFields`; archived ones are not asked for. */
export function FieldInputs({ fields }: { fields: readonly KnownField[] }) {
  const { t } = useI18n();
  const localised = useLocalised();
  return fields
    .filter(({ isArchived }) => !isArchived)
    .map((field) => (
      <Form.Item
        key={field.key}
        name={['customFields', field.key]}
        label={localised(field.label)}
        rules={field.isRequired ? [{ required: true, message: t('field.required') }] : []}
        {...(field.type === 'date' ? DAY_AS_TEXT : {})}
      >
        <Control field={field} />
      </Form.Item>
    ));
}

/** Days travel as `YYYY-MM-DD`; the picker wants its own kind. */
const DAY_AS_TEXT = {
  getValueProps: (value: unknown) => ({
    value: typeof value === 'string' && isDay(value) ? dayjs(value, DAY) : null,
  }),
  getValueFromEvent: (value: dayjs.Dayjs | null) => value?.format(DAY) ?? null,
};

/** A masked day is no day. */
function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}
