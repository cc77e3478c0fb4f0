import { Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { END_ACTS, linesOf, type EndAct, type FlowDefinition } from './flow-data.ts';

const TEXT_MAX = 500;
const TITLE_MAX = 60;
const KEY_MAX = 40;

/** A text of several lines that is kept as a list; what is being typed stays as it is typed. */
export function LinesField(props: {
  label: string;
  hint?: string;
  lines: readonly string[];
  onChange: (lines: string[]) => void;
}) {
  const [text, setText] = useState(props.lines.join('\n'));
  return (
    <label className="flow-field">
      {props.label}
      {props.hint && <span className="soft">{props.hint}</span>}
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 12 }}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          props.onChange(linesOf(event.target.value));
        }}
      />
    </label>
  );
}

/** Key, language, title, and what starts the flow. Key and language are permanent. */
export function HeadFields(props: {
  definition: FlowDefinition;
  isNew: boolean;
  onChange: (part: Partial<FlowDefinition>) => void;
}) {
  const { t } = useI18n();
  const { definition, isNew, onChange } = props;
  const { key, locale, title, triggers } = definition;
  return (
    <>
      <label className="flow-field">
        {t('flow.title')}
        <Input
          value={title}
          maxLength={TITLE_MAX}
          onChange={(event) => onChange({ title: event.target.value })}
        />
      </label>
      <div className="flow-row">
        <label className="flow-field">
          {t('flow.key')}
          <Input
            value={key}
            maxLength={KEY_MAX}
            disabled={!isNew}
            placeholder="transfer-limit"
            onChange={(event) => onChange({ key: event.target.value.trim() })}
          />
        </label>
        <div className="flow-field">
          <span id="flow-locale">{t('article.locale')}</span>
          <Radio.Group
            aria-labelledby="flow-locale"
            value={locale}
            disabled={!isNew}
            onChange={(event) => onChange({ locale: event.target.value as FlowDefinition['locale'] })}
            options={[
              { value: 'zh-CN', label: t('article.locale.zh-CN') },
              { value: 'en', label: t('article.locale.en') },
            ]}
          />
        </div>
      </div>
      <LinesField
        label={t('flow.phrases')}
        hint={t('flow.phrases_hint')}
        lines={triggers.phrases}
        onChange={(phrases) => onChange({ triggers: { ...triggers, phrases } })}
      />
    </>
  );
}

/** What is read back, and what the flow ends with. */
export function EndFields(props: {
  definition: FlowDefinition;
  onChange: (definition: FlowDefinition) => void;
}) {
  const { t } = useI18n();
  const { definition, onChange } = props;
  const { confirm, end } = definition;
  function changeConfirm(text: string): void {
    const { confirm: _old, ...rest } = definition;
    onChange((text === '' ? rest : { ...definition, confirm: text }) as FlowDefinition);
  }
  return (
    <>
      <label className="flow-field">
        {t('flow.confirm')}
        <span className="soft">{t('flow.confirm_hint')}</span>
        <Input.TextArea
          autoSize
          maxLength={TEXT_MAX}
          value={confirm ?? ''}
          onChange={(event) => changeConfirm(event.target.value)}
        />
      </label>
      <div className="flow-row">
        <div className="flow-field">
          <span id="flow-end">{t('flow.end')}</span>
          <Select<EndAct>
            aria-labelledby="flow-end"
            value={end.act}
            options={END_ACTS.map((value) => ({ value, label: t(`flow.end.${value}`) }))}
            onChange={(act) => onChange({ ...definition, end: { ...end, act } })}
          />
        </div>
        {end.act === 'ticket' && (
          <label className="flow-field">
            {t('flow.subject')}
            <Input
              value={end.subject ?? ''}
              maxLength={TITLE_MAX}
              onChange={(event) => onChange({ ...definition, end: { ...end, subject: event.target.value } })}
            />
          </label>
        )}
      </div>
      <label className="flow-field">
        {t('flow.end_text')}
        <Input.TextArea
          autoSize
          maxLength={TEXT_MAX}
          value={end.text}
          onChange={(event) => onChange({ ...definition, end: { ...end, text: event.target.value } })}
        />
      </label>
    </>
  );
}
