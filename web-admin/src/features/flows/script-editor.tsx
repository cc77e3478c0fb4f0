import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import type { FlowScript } from './flow-data.ts';
import { LinesField } from './flow-fields.tsx';

const SCRIPTS_MAX = 50;
const TITLE_MAX = 120;
const ENDS = ['completed', 'cancelled', 'handoff'] as const;

/** Dialogues that must pass before the flow is published: what the customer says, line by line, and how it has to end. */
export function ScriptEditor(props: { scripts: FlowScript[]; onChange: (scripts: FlowScript[]) => void }) {
  const { t } = useI18n();
  const { scripts, onChange } = props;
  const replace = (index: number, script: FlowScript) =>
    onChange(scripts.map((one, at) => (at === index ? script : one)));
  return (
    <fieldset className="flow-list">
      <legend>{t('flow.scripts', { count: scripts.length })}</legend>
      <p className="soft">{t('flow.scripts_hint')}</p>
      {scripts.map((script, index) => (
        <div key={index} className="flow-item">
          <div className="flow-row">
            <label className="flow-field">
              {t('flow.script_title')}
              <Input
                value={script.title}
                maxLength={TITLE_MAX}
                onChange={(event) => replace(index, { ...script, title: event.target.value })}
              />
            </label>
            <div className="flow-field">
              <span>{t('flow.script_end')}</span>
              <Select<string>
                aria-label={t('flow.script_end')}
                value={script.end}
                options={ENDS.map((value) => ({ value: value as string, label: t(`flow.ended.${value}`) }))}
                onChange={(end) => replace(index, { ...script, end })}
              />
            </div>
            <Button
              icon={<DeleteOutlined />}
              aria-label={t('flow.remove', { name: script.title })}
              onClick={() => onChange(scripts.filter((_, at) => at !== index))}
            />
          </div>
          <LinesField
            key={scripts.length}
            label={t('flow.script_turns')}
            lines={script.turns}
            onChange={(turns) => replace(index, { ...script, turns })}
          />
        </div>
      ))}
      <Button
        icon={<PlusOutlined />}
        disabled={scripts.length >= SCRIPTS_MAX}
        onClick={() => onChange([...scripts, { title: '', turns: [], end: 'completed' }])}
      >
        {t('flow.add_script')}
      </Button>
    </fieldset>
  );
}
