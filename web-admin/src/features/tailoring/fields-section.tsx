import { PlusOutlined } from '@ant-design/icons';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import { moved, OrderedList } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useLocalised, type Field, type FieldsOf, type RecordType } from '../../tailoring/index.ts';
import { FieldEditor } from './field-editor.tsx';
import { SectionFrame, type Draft } from './section-frame.tsx';

const RECORD_TYPES: readonly RecordType[] = ['ticket', 'requester', 'conversation'];
const FIELDS_MAX = 50;

type Fields = FieldsOf<Field>;

function FieldList({ draft, type }: { draft: Draft<Fields>; type: RecordType }) {
  const { t } = useI18n();
  const localised = useLocalised();
  const [editedIndex, setEditedIndex] = useState<number>();
  const fields = draft.value[type];
  const savedKeys = new Set(draft.saved[type].map(({ key }) => key));
  const put = (next: Field[]) => draft.change({ [type]: next });
  const edited = editedIndex === undefined ? undefined : fields[editedIndex];
  return (
    <>
      {fields.length === 0 && <p className="soft">{t('fields.none')}</p>}
      <OrderedList
        label={t(`fields.of.${type}`)}
        isReadOnly={draft.isReadOnly}
        items={fields.map((field, index) => ({
          key: field.key,
          name: localised(field.label),
          content: (
            <button type="button" className="row-button" onClick={() => setEditedIndex(index)}>
              {localised(field.label)}
              <span className="soft second-line">
                <code>{field.key}</code> · {t(`fields.type.${field.type}`)} · {field.class}
                {field.isRequired && ` · ${t('fields.required')}`}
                {field.isArchived && ` · ${t('fields.archived')}`}
              </span>
            </button>
          ),
        }))}
        onMove={(from, to) => put(moved(fields, from, to))}
      />
      {!draft.isReadOnly && (
        <Button
          icon={<PlusOutlined />}
          disabled={fields.length >= FIELDS_MAX}
          onClick={() => setEditedIndex(fields.length)}
        >
          {t('fields.add', { count: fields.length, max: FIELDS_MAX })}
        </Button>
      )}
      {editedIndex !== undefined && (
        <FieldEditor
          field={edited}
          isSaved={edited !== undefined && savedKeys.has(edited.key)}
          savedChoices={
            new Set(draft.saved[type].find(({ key }) => key === edited?.key)?.choices.map(({ key }) => key))
          }
          takenKeys={fields.filter((one) => one !== edited).map(({ key }) => key)}
          isReadOnly={draft.isReadOnly}
          onDone={(field) => {
            put(edited ? fields.map((one) => (one === edited ? field : one)) : [...fields, field]);
            setEditedIndex(undefined);
          }}
          onRemove={() => {
            put(fields.filter((one) => one !== edited));
            setEditedIndex(undefined);
          }}
          onClose={() => setEditedIndex(undefined)}
        />
      )}
    </>
  );
}

/** The designer of own fields, by type of record. */
export function FieldsSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<Fields> name="fields" hint={t('fields.hint')}>
      {(draft) => (
        <Tabs
          items={RECORD_TYPES.map((type) => ({
            key: type,
            label: t(`fields.of.${type}`),
            children: <FieldList draft={draft} type={type} />,
          }))}
        />
      )}
    </SectionFrame>
  );
}
