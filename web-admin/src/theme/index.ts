export { useThemeChoice } from './theme-context.ts';
export { ThemeProvider } from './theme-provider.tsx';
export type { ThemeName } from './tokens.ts';
