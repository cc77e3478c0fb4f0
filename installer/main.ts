import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { askAnswers, openTerminal } from './answers/ask.ts';
import { readAnswers, type Answers } from './answers/read.ts';
import { formatAnswers } from './answers/write.ts';
import { readCall, USAGE, type Call } from './arguments.ts';
import { asFault, EXIT, InstallFault, oneLine, presentFault } from './fault.ts';
import { install } from './install/install.ts';
import { isRoot, layoutOf, recordOf } from './install/layout.ts';
import { holdLock } from './install/lock.ts';
import { checksAsJson, exitOfFindings, preflight, presentCheck } from './preflight/index.ts';
import { say, sayInstalled, sayJson, sayLine } from './say.ts';
import { readRecord, uninstall } from './uninstall/uninstall.ts';
import {
  DEVELOPMENT_KEY,
  parseRelease,
  presentFinding,
  trustFor,
  verifyTree,
  type Release,
  type VerifyResult,
} from './verify/index.ts';

/** The unpacked bundle, or the installed release: the folder this program is in. */
const BUNDLE = fileURLToPath(new URL('../', import.meta.url)).replace(/\/$/, '');
/** Where the answers of a terminal are kept. */
const TYPED_ANSWERS = 'vaultdesk-answers.yaml';

async function main(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  if (call === undefined) {
    process.stdout.write(USAGE);
    return EXIT.ok;
  }
  if (call.verb === 'verify') return (await checkBundle(call)).exit;
  if (call.verb === 'uninstall') return runUninstall(call);
  return call.verb === 'preflight' ? runPreflight(call) : runInstall(call);
}

async function checkBundle(call: Call): Promise<VerifyResult> {
  const { lang, isJson, fingerprint, keyFile, prefix } = call;
  const installedKeyFile = prefix === undefined ? undefined : join(prefix, 'etc', 'release.pub');
  const trust = trustFor(BUNDLE, { fingerprint, keyFile, ...(installedKeyFile ? { installedKeyFile } : {}) });
  const result = await verifyTree(BUNDLE, { trust });
  const { ok, findings, release } = result;
  for (const finding of findings) process.stderr.write(`${presentFinding(finding, lang)}\n`);
  if (ok && release?.keyKind === 'development') process.stderr.write(`${DEVELOPMENT_KEY[lang]}\n`);
  if (call.verb !== 'verify') return result;
  if (isJson) sayJson({ ok, findings, release });
  else if (ok)
    sayLine(lang, { zh: `安装包完整：${release?.version}`, en: `The bundle is whole: ${release?.version}` });
  return result;
}

async function takeAnswers(call: Call): Promise<Answers> {
  if (call.answers !== undefined) return readAnswers(call.answers);
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new InstallFault('usage.no_answers', '--answers');
  const talk = openTerminal();
  try {
    const answers = await askAnswers(talk, call.lang, process.cwd());
    const file = resolve(TYPED_ANSWERS);
    if (!existsSync(file)) {
      writeFileSync(file, formatAnswers(answers), { mode: 0o600, flag: 'wx' });
      sayLine(call.lang, { zh: `应答已写入 ${file}`, en: `The answers are in ${file}` });
    }
    return answers;
  } finally {
    talk.close();
  }
}

async function look(call: Call, answers: Answers, release: Release) {
  const layout = layoutOf(answers, call.prefix);
  return preflight({ answers, layout, bundle: BUNDLE, release, now: new Date() });
}

async function runPreflight(call: Call): Promise<number> {
  // Who signed it is another question; what it is made for is needed here.
  const release = parseRelease(readFileSync(join(BUNDLE, 'release.json'), 'utf8'));
  if (release === undefined) throw new InstallFault('preflight.failed', 'release.json');
  const answers = await takeAnswers(call);
  const startedMs = performance.now();
  const findings = await look(call, answers, release);
  const seconds = Number(((performance.now() - startedMs) / 1_000).toFixed(1));
  if (call.isJson)
    sayJson({ checks: checksAsJson(findings, call.lang), exit: exitOfFindings(findings), seconds });
  else for (const finding of findings) process.stdout.write(`${presentCheck(finding, call.lang)}\n`);
  return exitOfFindings(findings) === 0 ? EXIT.ok : EXIT.preflight;
}

async function runInstall(call: Call): Promise<number> {
  const { prefix, lang, isJson } = call;
  if (isRoot() !== (prefix === undefined))
    throw new InstallFault('install.root', isRoot() ? 'root' : 'not root');
  const unlock = await holdLock(prefix);
  try {
    if (existsSync(recordOf(prefix))) throw new InstallFault('install.already', recordOf(prefix));
    const { ok, exit, release, key } = await checkBundle(call);
    if (!ok || release === undefined || key === undefined) return exit;
    const answers = await takeAnswers(call);
    const findings = await look(call, answers, release);
    for (const each of findings.filter(({ result }) => result !== 'pass')) say(presentCheck(each, lang));
    const failed = exitOfFindings(findings);
    if (failed !== 0) {
      const named = findings.filter(({ result }) => result === 'fail').map(({ id }) => id);
      process.stderr.write(`${presentFault(new InstallFault('preflight.failed', named.join(', ')), lang)}\n`);
      return failed;
    }
    const startedMs = performance.now();
    const onStep = (name: string) => void (isJson || say(`… ${name}`));
    const made = await install({ bundle: BUNDLE, release, key, answers, prefix, onStep });
    sayInstalled(made, { lang, isJson, seconds: (performance.now() - startedMs) / 1_000 });
    return EXIT.ok;
  } finally {
    await unlock();
  }
}

async function runUninstall({ prefix, isPurge, lang, isJson }: Call): Promise<number> {
  if (isRoot() !== (prefix === undefined))
    throw new InstallFault('install.root', isRoot() ? 'root' : 'not root');
  const unlock = await holdLock(prefix);
  try {
    const kept = uninstall(
      readRecord(recordOf(prefix)),
      isPurge,
      (name) => void (isJson || say(`… ${name}`)),
    );
    if (isJson) sayJson({ kept });
    else if (kept.length > 0)
      sayLine(lang, { zh: `保留：${kept.join('、')}`, en: `Kept: ${kept.join(', ')}` });
    return EXIT.ok;
  } finally {
    await unlock();
  }
}

/** The language, where the arguments themselves are wrong. */
const langOf = (args: readonly string[]) => (args[args.indexOf('--lang') + 1] === 'zh' ? 'zh' : 'en');

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const fault = asFault(error);
  const args = process.argv.slice(2);
  process.stderr.write(`${presentFault(fault, langOf(args))}\n`);
  if (fault.cause instanceof InstallFault)
    process.stderr.write(`${presentFault(fault.cause, langOf(args))}\n`);
  if (fault.code === 'usage.wrong') process.stderr.write(`\n${oneLine(fault.where)}\n${USAGE}`);
  process.exitCode = fault.exit;
}
