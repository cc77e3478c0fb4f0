import { theme, type ThemeConfig } from 'antd';

export type ThemeName = 'light' | 'dark';

/**
 * Colours whose Ant Design defaults miss WCAG 2.2 AA (4.5 : 1): links, placeholders, descriptions, selected items.
 * The same values stand in app.css as variables for our own elements.
 */
const TOKENS: Record<ThemeName, NonNullable<ThemeConfig['token']>> = {
  light: {
    colorPrimary: '#0958d9',
    colorInfo: '#0958d9',
    colorLink: '#0958d9',
    colorError: '#cf1322',
    colorSuccess: '#237804',
    colorWarning: '#ad4e00',
    // Grounds derived from seeds this dark come out grey.
    colorSuccessBg: '#f0f9eb',
    colorSuccessBorder: '#95cf75',
    colorWarningBg: '#fff7e6',
    colorWarningBorder: '#e6b566',
    colorTextPlaceholder: 'rgba(0, 0, 0, 0.62)',
    colorTextDescription: 'rgba(0, 0, 0, 0.65)',
    colorTextTertiary: 'rgba(0, 0, 0, 0.65)',
    colorBgLayout: '#f3f5f8',
  },
  dark: {
    colorPrimary: '#1668dc',
    colorInfo: '#1668dc',
    colorLink: '#7fb0ff',
    colorError: '#ffa09d',
    colorSuccess: '#73d13d',
    colorWarning: '#ffc53d',
    colorTextPlaceholder: 'rgba(255, 255, 255, 0.62)',
    colorTextDescription: 'rgba(255, 255, 255, 0.68)',
    colorTextTertiary: 'rgba(255, 255, 255, 0.68)',
    colorBgBase: '#14181e',
    colorBgLayout: '#0f1318',
  },
};

const COMPONENTS: { dark: NonNullable<ThemeConfig['components']> } = {
  dark: {
    Tabs: { itemSelectedColor: '#7fb0ff', inkBarColor: '#7fb0ff', itemHoverColor: '#a6c8ff' },
    Menu: { itemSelectedColor: '#7fb0ff' },
  },
};

const SHARED = { borderRadius: 6, fontSize: 14 };

const FONTS =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", ' +
  '"Noto Sans SC", "Source Han Sans SC", sans-serif';

/**
 * The brand's colour in the places of the shipped one. In the dark theme it colours grounds alone, on which white
 * stands; links keep a lighter blue, since the brand's need not be readable on dark.
 */
function brandTokens(name: ThemeName, primary: string): NonNullable<ThemeConfig['token']> {
  if (primary === TOKENS.light.colorPrimary) return {};
  return name === 'dark'
    ? { colorPrimary: primary }
    : { colorPrimary: primary, colorInfo: primary, colorLink: primary };
}

/** Ant Design's configuration of a theme. The key is always set, so that variable blocks have stable names. */
export function createTheme(name: ThemeName, primary: string, isMotionReduced: boolean): ThemeConfig {
  const components = name === 'light' ? { Tabs: { itemSelectedColor: primary } } : COMPONENTS.dark;
  return {
    hashed: false,
    cssVar: { key: `ui-${name}` },
    algorithm: name === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...SHARED,
      fontFamily: FONTS,
      motion: !isMotionReduced,
      ...TOKENS[name],
      ...brandTokens(name, primary),
    },
    components,
  };
}
