import { createContext, useContext } from 'react';
import type { ThemeName } from './tokens.ts';

export interface ThemeChoice {
  name: ThemeName;
  setName(name: ThemeName): void;
}

export const ThemeContext = createContext<ThemeChoice>({ name: 'light', setName: () => undefined });

/** The chosen theme, for charts and the switch; everything else takes its colours from variables. */
export function useThemeChoice(): ThemeChoice {
  return useContext(ThemeContext);
}
