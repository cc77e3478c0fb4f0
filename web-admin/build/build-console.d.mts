/** What a build left behind. */
export interface ConsoleBuild {
  outDir: string;
  files: number;
  ms: number;
}

export function buildConsole(options?: {
  outDir?: string;
  logLevel?: 'silent' | 'error' | 'warn' | 'info';
}): Promise<ConsoleBuild>;
