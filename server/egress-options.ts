import { readFile } from 'node:fs/promises';
import { StartError } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import { parseAllowLine, type EgressAllowance } from './platform/egress/index.ts';

/** The ways out as the configuration says; throws StartError `config.invalid`. */
export async function egressOptions({ egress }: Config) {
  return {
    configured: egress.allow.map(readAllowLine),
    trusted: await readAuthorities(egress.caFile),
    proxy: readPlace(egress.proxy),
    directNetworks: egress.directNetworks,
  };
}

function readAllowLine(line: string): EgressAllowance {
  const allowance = parseAllowLine(line);
  if (allowance !== undefined) return allowance;
  throw new StartError({
    code: 'config.invalid',
    sentence: `"egress.allow" has the line ${JSON.stringify(line.slice(0, 200))}, whose place cannot be read.`,
    remedy: 'Write OWNER PROTOCOL HOST:PORT; docs/operations/egress.md lists protocols and spellings.',
  });
}

async function readAuthorities(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  try {
    return [await readFile(file, 'utf8')];
  } catch (cause) {
    throw new StartError({
      code: 'config.invalid',
      sentence: `The file of "egress.caFile" cannot be read.`,
      remedy: 'Name a PEM file that the account of the server may read.',
      cause,
    });
  }
}

function readPlace(text: string | undefined): { host: string; port: number } | undefined {
  if (text === undefined) return undefined;
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
