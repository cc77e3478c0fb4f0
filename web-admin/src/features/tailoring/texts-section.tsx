import { Button } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import type { Localised } from '../../tailoring/index.ts';
import { LocalisedInput } from './localised-input.tsx';
import { SectionFrame } from './section-frame.tsx';

const KEYS = [
  'conversation.queued',
  'conversation.assigned',
  'conversation.handedOver',
  'conversation.closed',
  'robot.fallback',
  'robot.clarify',
  'widget.machineLabel',
  'widget.disclaimer',
] as const;
type Texts = Partial<Record<(typeof KEYS)[number], Localised>>;

const TEXT_MAX = 500;

/** Sentences customers read, worded by the installation. */
export function TextsSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<Texts> name="texts" hint={t('texts.hint')}>
      {({ value, replace, change, isReadOnly }) =>
        KEYS.map((key) => {
          const text = value[key];
          return (
            <section key={key} className="text-place" aria-label={t(`texts.${key}`)}>
              <h3>
                {t(`texts.${key}`)}{' '}
                {text === undefined ? (
                  !isReadOnly && (
                    <Button size="small" onClick={() => change({ [key]: { zh: '', en: '' } })}>
                      {t('texts.word')}
                    </Button>
                  )
                ) : (
                  <Button
                    size="small"
                    disabled={isReadOnly}
                    onClick={() => {
                      const { [key]: _gone, ...rest } = value;
                      replace(rest);
                    }}
                  >
                    {t('texts.as_shipped')}
                  </Button>
                )}
              </h3>
              {key === 'widget.machineLabel' && <p className="soft">{t('texts.label_rule')}</p>}
              {text === undefined ? (
                <p className="soft">{t('texts.is_shipped')}</p>
              ) : (
                <LocalisedInput
                  label={t(`texts.${key}`)}
                  value={text}
                  charactersMax={TEXT_MAX}
                  isReadOnly={isReadOnly}
                  isLong
                  onChange={(next) => change({ [key]: next })}
                />
              )}
            </section>
          );
        })
      }
    </SectionFrame>
  );
}
