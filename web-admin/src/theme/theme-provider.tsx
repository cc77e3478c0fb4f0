import { App, ConfigProvider } from 'antd';
import enUS from 'antd/es/locale/en_US';
import zhCN from 'antd/es/locale/zh_CN';
import { useCallback, useLayoutEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useAppearance, useBrandColours } from '../tailoring/index.ts';
import { useI18n } from '../i18n/index.ts';
import { ThemeContext } from './theme-context.ts';
import { createTheme, type ThemeName } from './tokens.ts';

const STORAGE_KEY = 'vaultdesk.theme';

function readStoredName(): ThemeName {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    if (stored === 'light' || stored === 'dark') return stored;
  } catch {
    return 'light';
  }
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

const reducedMotion = (): MediaQueryList => window.matchMedia('(prefers-reduced-motion: reduce)');

function onMotionChange(changed: () => void): () => void {
  const query = reducedMotion();
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}

/** Whether the person's system asks for less motion; follows the system while the page is open. */
function useReducedMotion(): boolean {
  return useSyncExternalStore(onMotionChange, () => reducedMotion().matches);
}

/** Light and dark for Ant Design and for our own elements; the choice stays on this device. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const { locale } = useI18n();
  const [name, setState] = useState<ThemeName>(readStoredName);
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = name;
    document.documentElement.style.colorScheme = name;
  }, [name]);
  const setName = useCallback((next: ThemeName) => {
    setState(next);
    try {
      localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // Storage may be switched off by policy; the choice then lasts until the page is left.
      return;
    }
  }, []);
  const choice = useMemo(() => ({ name, setName }), [name, setName]);
  const { primary } = useAppearance();
  useBrandColours(primary, name);
  const isMotionReduced = useReducedMotion();
  const config = useMemo(() => createTheme(name, primary, isMotionReduced), [name, primary, isMotionReduced]);
  return (
    <ThemeContext.Provider value={choice}>
      <ConfigProvider
        theme={config}
        locale={locale === 'zh-CN' ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
      >
        <App className="app-root" message={{ maxCount: 3 }}>
          {children}
        </App>
      </ConfigProvider>
    </ThemeContext.Provider>
  );
}
