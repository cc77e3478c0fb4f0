import { MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useI18n, type Locale } from '../i18n/index.ts';
import { useThemeChoice } from '../theme/index.ts';

/** Switches between Chinese and English; the label names the other language in that language. */
export function LanguageSwitch({ onSwitch }: { onSwitch?: (locale: Locale) => void }) {
  const { locale, setLocale } = useI18n();
  const other: Locale = locale === 'zh-CN' ? 'en' : 'zh-CN';
  function handleClick(): void {
    setLocale(other);
    onSwitch?.(other);
  }
  return (
    <Button type="text" className="bar-button" lang={other} onClick={handleClick}>
      {other === 'en' ? 'English' : '中文'}
    </Button>
  );
}

/** Switches between light and dark. */
export function ThemeSwitch() {
  const { t } = useI18n();
  const { name, setName } = useThemeChoice();
  const label = t(name === 'light' ? 'shell.theme_dark' : 'shell.theme_light');
  return (
    <Button
      type="text"
      className="bar-button"
      aria-label={label}
      title={label}
      icon={name === 'light' ? <MoonOutlined /> : <SunOutlined />}
      onClick={() => setName(name === 'light' ? 'dark' : 'light')}
    />
  );
}
