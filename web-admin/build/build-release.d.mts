/** Builds the programs of a release into `outDir`/server; answers the sources, relative to the project. */
export function buildRelease(options: { outDir: string }): Promise<{ sources: string[] }>;
