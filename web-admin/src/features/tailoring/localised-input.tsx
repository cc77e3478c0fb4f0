import { Input } from 'antd';
import { useId } from 'react';
import { useI18n } from '../../i18n/index.ts';
import type { Localised } from '../../tailoring/index.ts';

/** One text in both languages, with its count of characters. */
export function LocalisedInput(props: {
  label: string;
  value: Localised;
  charactersMax: number;
  isReadOnly: boolean;
  isLong?: boolean;
  onChange: (value: Localised) => void;
}) {
  const { label, value, charactersMax, isReadOnly, isLong = false, onChange } = props;
  const { t } = useI18n();
  const id = useId();
  const controls = (['zh', 'en'] as const).map((lang) => {
    const shared = {
      id: `${id}-${lang}`,
      value: value[lang],
      maxLength: charactersMax,
      disabled: isReadOnly,
      lang: lang === 'zh' ? 'zh-CN' : 'en',
      onChange: (event: { target: { value: string } }) => onChange({ ...value, [lang]: event.target.value }),
    };
    return (
      <div key={lang} className="localised-one">
        <label htmlFor={shared.id}>
          {label} <span className="soft">{t(`settings.lang.${lang}`)}</span>
        </label>
        {isLong ? <Input.TextArea {...shared} rows={2} /> : <Input {...shared} />}
      </div>
    );
  });
  return <div className="localised">{controls}</div>;
}
