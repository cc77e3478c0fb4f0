/**
 * Builds the widget, and the demonstration page beside it, into `outDir`. Answers compressed sizes in bytes by file, and the
 * sources that are in it.
 */
export function buildWidget(options?: {
  outDir?: string;
}): Promise<{ sizes: Record<string, number>; sources: string[] }>;
