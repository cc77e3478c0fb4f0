import { EditOutlined, EyeOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useCan } from '../auth/index.ts';
import { FormDialog, ReasonDialog, SealedText } from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';
import {
  changedValues,
  FieldInputs,
  useFields,
  useLocalised,
  useRecordFieldActions,
  useRecordFields,
  useValueText,
  type FieldValues,
  type KnownField,
  type RecordFields,
  type RecordType,
} from '../tailoring/index.ts';

const PURPOSE_MAX = 200;

/** Clear values leave the memory of the page when their time is over. */
function useRevealedFields() {
  const [revealed, setRevealed] = useState<{ values: FieldValues; untilMs: number }>();
  useEffect(() => {
    if (!revealed) return undefined;
    const timer = setTimeout(() => setRevealed(undefined), Math.max(0, revealed.untilMs - Date.now()));
    return () => clearTimeout(timer);
  }, [revealed]);
  return [revealed?.values, setRevealed] as const;
}

function EditFields(props: { type: RecordType; id: string; record: RecordFields; onClose: () => void }) {
  const { type, id, record, onClose } = props;
  const { t } = useI18n();
  const fields = useFields(type);
  const actions = useRecordFieldActions(type, id);
  async function handleSubmit({ customFields = {} }: { customFields?: FieldValues }): Promise<void> {
    const changed = changedValues(record.values, customFields);
    if (Object.keys(changed).length > 0) await actions.save(record.version, changed);
    onClose();
  }
  return (
    <FormDialog<{ customFields?: FieldValues }>
      title={t('fields.edit')}
      okText={t('action.save')}
      initialValues={{ customFields: record.values }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <FieldInputs fields={fields} />
    </FormDialog>
  );
}

function FieldRows(props: {
  fields: readonly KnownField[];
  record: RecordFields;
  revealed: FieldValues | undefined;
}) {
  const { fields, revealed } = props;
  const { values, unreadable = [] } = props.record;
  const localised = useLocalised();
  const valueText = useValueText();
  return (
    <dl className="facts">
      {fields.map((field) => {
        const plain = revealed?.[field.key];
        return (
          <div key={field.key}>
            <dt>{localised(field.label)}</dt>
            <dd className={plain ? 'is-revealed keep-lines' : 'keep-lines'}>
              {unreadable.includes(field.key) ? (
                <SealedText text="" isUnreadable />
              ) : plain ? (
                valueText({ ...field, class: 'C1' }, plain)
              ) : (
                valueText(field, values[field.key])
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Own fields of a record: masked values, the way to change them, and to show personal ones for a purpose. */
export function RecordFieldsCard(props: {
  type: RecordType;
  id: string;
  isReadOnly?: boolean;
  className: string;
}) {
  const { type, id, isReadOnly = false } = props;
  const { t } = useI18n();
  const can = useCan();
  const fields = useFields(type);
  const { data: record } = useRecordFields(type, id, fields.length > 0);
  const actions = useRecordFieldActions(type, id);
  const [revealed, setRevealed] = useRevealedFields();
  const [dialog, setDialog] = useState<'edit' | 'reveal'>();
  if (fields.length === 0 || !record) return null;
  const shown = fields.filter(({ key, isArchived }) => !isArchived || record.values[key] !== undefined);
  const hidden = shown.filter((field) => field.class === 'C2' && record.values[field.key] !== undefined);
  return (
    <section className={props.className} aria-label={t('fields.title')}>
      <h2>{t('fields.title')}</h2>
      <FieldRows fields={shown} record={record} revealed={revealed} />
      <div className="side-tools">
        {hidden.length > 0 && can('requester:reveal') && !revealed && (
          <Button size="small" icon={<EyeOutlined />} onClick={() => setDialog('reveal')}>
            {t('requester.reveal')}
          </Button>
        )}
        {!isReadOnly && (
          <Button size="small" icon={<EditOutlined />} onClick={() => setDialog('edit')}>
            {t('fields.edit')}
          </Button>
        )}
      </div>
      {dialog === 'edit' && (
        <EditFields type={type} id={id} record={record} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'reveal' && (
        <ReasonDialog
          title={t('requester.reveal')}
          hint={t('requester.reveal_hint')}
          label={t('requester.purpose')}
          okText={t('requester.reveal')}
          charactersMax={PURPOSE_MAX}
          onSubmit={async (purpose) =>
            setRevealed(
              await actions.reveal(
                hidden.map(({ key }) => key),
                purpose,
              ),
            )
          }
          onClose={() => setDialog(undefined)}
        />
      )}
    </section>
  );
}
