import { readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { say, type Figure } from './figure.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SUFFIX = '.bench.ts';

/** A benchmark file: it yields its figures as they become known. */
interface Benchmark {
  run(): AsyncIterable<Figure>;
}

function listNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/** `npm run bench [name] [-- --full | --quick]`: answers the exit code; 2 for a name that there is not. */
async function main(args: readonly string[]): Promise<number> {
  const names = listNames();
  const wanted = args.filter((arg) => arg !== '--full' && arg !== '--quick');
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined || wanted.length > 1) {
    say(`usage: npm run bench [NAME] [-- --full | --quick]\nNAME: ${names.join(', ')}`);
    return 2;
  }
  let isWhole = true;
  for (const name of wanted.length > 0 ? wanted : names) {
    const startedMs = performance.now();
    say(`${name} …`);
    try {
      const { run } = (await import(`./${name}${SUFFIX}`)) as Benchmark;
      for await (const figure of run()) process.stdout.write(`${JSON.stringify(figure)}\n`);
      say(`${name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
    } catch (error) {
      isWhole = false;
      say(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return isWhole ? 0 : 1;
}

// The benchmarks have stopped what they started; an idle keep-alive socket must not hold the process.
process.exit(await main(process.argv.slice(2)));
