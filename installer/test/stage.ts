import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PUBLIC_KEY_FILE } from '../verify/index.ts';
import { differences, type Ended, type Machine } from './machine.ts';

/** What the cases work on, one after the other. */
export interface Stage {
  machine: Machine;
  /** Outside the machine; traces are in it. */
  folder: string;
  /** The unpacked bundle, inside. */
  bundle: string;
  fingerprint: string;
  /** State of the machine before anything was installed. */
  before: string[];
}

/** The newest bundle below `dist` with the key it is checked by; undefined when there is none. */
export function bundleFiles(
  dist: string,
): { name: string; files: string[]; fingerprint: string } | undefined {
  let names: string[];
  try {
    names = readdirSync(dist);
  } catch {
    return undefined;
  }
  const archive = names.findLast((name) => /^vaultdesk-.*-linux-x64\.tar\.gz$/.test(name));
  if (archive === undefined || !names.includes(PUBLIC_KEY_FILE)) return undefined;
  const name = archive.replace(/\.tar\.gz$/, '');
  const args = ['xzOf', join(dist, archive), `${name}/release.json`];
  const { stdout } = spawnSync('tar', args, { encoding: 'utf8' });
  const { keyFingerprint } = JSON.parse(stdout) as { keyFingerprint: string };
  return { name, files: [join(dist, archive), join(dist, PUBLIC_KEY_FILE)], fingerprint: keyFingerprint };
}

/** Writes an answer file in the machine and gives its path. */
export function putAnswers({ machine }: Stage, text: string, mode = '600'): string {
  machine.run(
    ['/bin/sh', '-c', `cat > /srv/stick/answers.yaml; chmod ${mode} /srv/stick/answers.yaml`],
    text,
  );
  return '/srv/stick/answers.yaml';
}

/** `./install.sh VERB …` in the machine. */
export function installer(stage: Stage, ...args: string[]): Ended {
  return stage.machine.run([`${stage.bundle}/install.sh`, ...args]);
}

/** `./install.sh install` with the fingerprint and these answers. */
export function tryInstall(stage: Stage, answers: string, mode?: string): Ended {
  const file = putAnswers(stage, answers, mode);
  return installer(stage, 'install', '--answers', file, '--trust-fingerprint', stage.fingerprint);
}

/** It ended with this exit code, said these words, in one line without a stack trace, and left nothing behind. */
export function expectRefused(stage: Stage, ended: Ended, exit: number, ...words: string[]): void {
  expect(ended.status, `exit; it said:\n${ended.stderr}`).to.equal(exit);
  for (const word of words) expect(ended.stderr).to.contain(word);
  expect(ended.stderr).to.not.match(/^\s+at .*:\d+:\d+/m);
  expectNothingLeft(stage);
}

/** Files, owners, modes, accounts, and units are as they were. */
export function expectNothingLeft({ machine, before }: Stage): void {
  expect(differences(before, machine.state())).to.deep.equal([]);
  expect(machine.sh('ls -d /run/vaultdesk* 2>/dev/null').stdout).to.equal('');
}
