import { Alert, Button, ColorPicker, Input } from 'antd';
import { useId, useState, type ChangeEvent } from 'react';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { brandContrast, CONTRAST_MIN, logoUrl, useLocalised, type Localised } from '../../tailoring/index.ts';
import { LocalisedInput } from './localised-input.tsx';
import { SectionFrame, type Draft } from './section-frame.tsx';

interface Brand {
  name: Localised;
  primary: string;
  signInText: Localised | null;
  logo: string | null;
  widget: { primary: string };
}

const NAME_MAX = 40;
const SIGN_IN_MAX = 300;
const LOGO_BYTES_MAX = 64 * 1024;
const COLOUR = /^#[0-9a-f]{6}$/;

/** A colour by picker or by its code, with what its contrast comes to. */
function ColourField(props: {
  label: string;
  value: string;
  isReadOnly: boolean;
  onChange: (colour: string) => void;
}) {
  const { label, value, isReadOnly, onChange } = props;
  const { t, format } = useI18n();
  const id = useId();
  const isColour = COLOUR.test(value);
  const contrast = isColour ? brandContrast(value) : 0;
  const isEnough = contrast >= CONTRAST_MIN;
  return (
    <div className="brand-field">
      <label htmlFor={id}>{label}</label>
      <span className="colour-line">
        <ColorPicker
          value={isColour ? value : '#000000'}
          disabled={isReadOnly}
          disabledAlpha
          onChangeComplete={(colour) => onChange(colour.toHexString().slice(0, 7).toLowerCase())}
        />
        <Input
          id={id}
          className="colour-code"
          value={value}
          maxLength={7}
          disabled={isReadOnly}
          status={isEnough ? '' : 'error'}
          onChange={(event) => onChange(event.target.value.trim().toLowerCase())}
        />
        <span role="status" className={isEnough ? 'contrast-good' : 'contrast-bad'}>
          {t(isEnough ? 'brand.contrast_good' : 'brand.contrast_bad', {
            ratio: format.number(Math.floor(contrast * 100) / 100, 2),
            required: format.number(CONTRAST_MIN, 1),
          })}
        </span>
      </span>
    </div>
  );
}

function readAsBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}

/** The logo as a picture of the file; the server takes it apart before it keeps it. */
function LogoField({ draft }: { draft: Draft<Brand> }) {
  const { t } = useI18n();
  const id = useId();
  const [problem, setProblem] = useState<MessageKey>();
  const url = logoUrl(draft.value.logo);
  async function handleFile(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (!file) return;
    if (file.type !== 'image/png' || file.size > LOGO_BYTES_MAX) return setProblem('brand.logo_rule');
    setProblem(undefined);
    draft.change({ logo: await readAsBase64(file) });
  }
  return (
    <div className="brand-field">
      <label htmlFor={id}>{t('brand.logo')}</label>
      {url && <img className="logo-preview" src={url} alt={t('brand.logo')} />}
      {!draft.isReadOnly && (
        <span className="colour-line">
          <input id={id} type="file" accept="image/png" onChange={(event) => void handleFile(event)} />
          {url && <Button onClick={() => draft.change({ logo: null })}>{t('brand.logo_remove')}</Button>}
        </span>
      )}
      <p className="soft">{t('brand.logo_rule')}</p>
      {problem && <Alert type="error" showIcon title={t(problem)} />}
    </div>
  );
}

/** How console, sign-in page, and widget will look; colours that may not be saved are shown all the same. */
function Preview({ brand }: { brand: Brand }) {
  const { t } = useI18n();
  const localised = useLocalised();
  const url = logoUrl(brand.logo);
  const colour = (value: string) => (COLOUR.test(value) ? value : undefined);
  return (
    <aside className="panel brand-preview" aria-label={t('brand.preview')}>
      <h2>{t('brand.preview')}</h2>
      <div className="preview-console">
        <p className="preview-bar">
          {url ? <img src={url} alt="" /> : <span className="brand-mark" />} {localised(brand.name)}
        </p>
        <p className="preview-body">
          <span className="preview-button" style={{ background: colour(brand.primary) }}>
            {t('signin.submit')}
          </span>{' '}
          <span style={{ color: colour(brand.primary) }}>{t('brand.sample_link')}</span>
        </p>
        {brand.signInText && <p className="preview-body soft keep-lines">{localised(brand.signInText)}</p>}
      </div>
      <div className="preview-widget">
        <p className="preview-widget-head" style={{ background: colour(brand.widget.primary) }}>
          {t('brand.sample_chat')}
        </p>
        <p className="preview-widget-body">
          <span style={{ background: colour(brand.widget.primary) }}>{t('brand.sample_question')}</span>
        </p>
      </div>
    </aside>
  );
}

/** Name, colours, logo, and sign-in text. */
export function BrandSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<Brand> name="brand" hint={t('brand.hint')}>
      {(draft) => (
        <div className="brand-columns">
          <div>
            <LocalisedInput
              label={t('brand.name')}
              value={draft.value.name}
              charactersMax={NAME_MAX}
              isReadOnly={draft.isReadOnly}
              onChange={(name) => draft.change({ name })}
            />
            <ColourField
              label={t('brand.primary')}
              value={draft.value.primary}
              isReadOnly={draft.isReadOnly}
              onChange={(primary) => draft.change({ primary })}
            />
            <ColourField
              label={t('brand.widget_primary')}
              value={draft.value.widget.primary}
              isReadOnly={draft.isReadOnly}
              onChange={(primary) => draft.change({ widget: { primary } })}
            />
            <LogoField draft={draft} />
            <LocalisedInput
              label={t('brand.sign_in_text')}
              value={draft.value.signInText ?? { zh: '', en: '' }}
              charactersMax={SIGN_IN_MAX}
              isReadOnly={draft.isReadOnly}
              isLong
              onChange={(text) => draft.change({ signInText: text.zh || text.en ? text : null })}
            />
          </div>
          <Preview brand={draft.value} />
        </div>
      )}
    </SectionFrame>
  );
}
