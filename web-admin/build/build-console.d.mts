/** What a build left behind. */
export interface ConsoleBuild {
  outDir: string;
  files: number;
  /** Absolute paths of every module that is in it, packages included; some with a query behind them. */
  sources: string[];
  ms: number;
}

export function buildConsole(options?: {
  outDir?: string;
  logLevel?: 'silent' | 'error' | 'warn' | 'info';
}): Promise<ConsoleBuild>;
