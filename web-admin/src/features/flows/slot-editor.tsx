import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Select } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { parseChoices, presentChoices, SLOT_TYPES, type FlowSlot } from './flow-data.ts';

const SLOTS_MAX = 12;
const NAME_MAX = 40;
const ASK_MAX = 500;

function ChoicesField({ slot, onChange }: { slot: FlowSlot; onChange: (slot: FlowSlot) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState(() => presentChoices(slot.choices));
  return (
    <label className="flow-field">
      {t('flow.choices')}
      <span className="soft">{t('flow.choices_hint')}</span>
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 10 }}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onChange({ ...slot, choices: parseChoices(event.target.value) });
        }}
      />
    </label>
  );
}

function SlotFields({ slot, onChange }: { slot: FlowSlot; onChange: (slot: FlowSlot) => void }) {
  const { t } = useI18n();
  const hasChoices = slot.type === 'choice' || slot.type === 'branch';
  return (
    <>
      <div className="flow-row">
        <label className="flow-field">
          {t('flow.slot_title')}
          <Input
            value={slot.title}
            maxLength={NAME_MAX}
            onChange={(event) => onChange({ ...slot, title: event.target.value })}
          />
        </label>
        <label className="flow-field">
          {t('flow.slot_name')}
          <Input
            value={slot.name}
            maxLength={NAME_MAX}
            onChange={(event) => onChange({ ...slot, name: event.target.value.trim() })}
          />
        </label>
        <div className="flow-field">
          <span>{t('flow.slot_type')}</span>
          <Select<string>
            aria-label={t('flow.slot_type')}
            value={slot.type}
            options={SLOT_TYPES.map((value) => ({
              value: value as string,
              label: t(`flow.type.${value}` as 'flow.type.text'),
            }))}
            onChange={(type) => onChange({ ...slot, type })}
          />
        </div>
      </div>
      <label className="flow-field">
        {t('flow.slot_ask')}
        <Input
          value={slot.ask ?? ''}
          maxLength={ASK_MAX}
          onChange={(event) => onChange({ ...slot, ask: event.target.value })}
        />
      </label>
      {hasChoices && <ChoicesField slot={slot} onChange={onChange} />}
      <Checkbox
        checked={slot.optional ?? false}
        onChange={(event) => onChange({ ...slot, optional: event.target.checked })}
      >
        {t('flow.slot_optional')}
      </Checkbox>
    </>
  );
}

/** What the flow has to know, in the order it is asked for. */
export function SlotEditor({
  slots,
  onChange,
}: {
  slots: FlowSlot[];
  onChange: (slots: FlowSlot[]) => void;
}) {
  const { t } = useI18n();
  const replace = (index: number, slot: FlowSlot) =>
    onChange(slots.map((one, at) => (at === index ? slot : one)));
  function swap(index: number, other: number): void {
    const [a, b] = [slots[index], slots[other]];
    if (a && b) onChange(slots.map((one, at) => (at === index ? b : at === other ? a : one)));
  }
  return (
    <fieldset className="flow-list">
      <legend>{t('flow.slots')}</legend>
      {slots.map((slot, index) => (
        <div key={index} className="flow-item">
          <div className="flow-item-tools">
            <strong>{index + 1}</strong>
            <Button
              size="small"
              icon={<ArrowUpOutlined />}
              aria-label={t('flow.up', { name: slot.title })}
              disabled={index === 0}
              onClick={() => swap(index, index - 1)}
            />
            <Button
              size="small"
              icon={<ArrowDownOutlined />}
              aria-label={t('flow.down', { name: slot.title })}
              disabled={index === slots.length - 1}
              onClick={() => swap(index, index + 1)}
            />
            <Button
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t('flow.remove', { name: slot.title })}
              disabled={slots.length === 1}
              onClick={() => onChange(slots.filter((_, at) => at !== index))}
            />
          </div>
          <SlotFields slot={slot} onChange={(next) => replace(index, next)} />
        </div>
      ))}
      <Button
        icon={<PlusOutlined />}
        disabled={slots.length >= SLOTS_MAX}
        onClick={() =>
          onChange([...slots, { name: `slot-${slots.length + 1}`, type: 'text', title: '', ask: '' }])
        }
      >
        {t('flow.add_slot')}
      </Button>
    </fieldset>
  );
}
