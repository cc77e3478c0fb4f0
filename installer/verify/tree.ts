import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import process from 'node:process';
import { exitOf, type Finding, type VerifyExit } from './findings.ts';
import { fingerprintOf, isSignedBy, parseFingerprint, readPublicKey } from './keys.ts';
import {
  FILES_MAX,
  hashFile,
  MANIFEST_FILE,
  parseManifest,
  SIGNATURE_FILE,
  type Manifest,
} from './manifest.ts';
import { parseRelease, type Release } from './release.ts';

/** More findings than this help nobody. */
const FINDINGS_MAX = 20;
/** Lists, signatures, keys, and release.json are small; what is larger is none. */
const SMALL_BYTES_MAX = 4 * 1024 * 1024;
const RELEASE_FILE = 'release.json';

/**
 * By what a bundle is checked. The key never comes from the bundle: at a first install a file from beside it, whose
 * `fingerprint` from the contract decides; later the installed key, which needs none.
 */
export interface Trust {
  /** PEM file of the public key. Undefined where there is none: then nothing passes. */
  publicKeyFile: string | undefined;
  /** As typed by people. Required unless the key file is the installed one. */
  fingerprint?: string | undefined;
  /** The key file was put there by an earlier install, as root. */
  isInstalledKey?: boolean;
}

/** What was found. */
export interface VerifyResult {
  /** Nothing found. */
  ok: boolean;
  /** At most 20, the most telling first. */
  findings: Finding[];
  /** What the bundle says of itself; believe it only when `ok`. */
  release: Release | undefined;
  /** The key it was checked with, for keeping as the installed key; undefined when none was to be trusted. */
  key: { pem: string; fingerprint: string } | undefined;
  /** 0, or the exit code of the first finding. */
  exit: 0 | VerifyExit;
}

/** Surroundings of a check, for tests. */
export interface VerifyOptions {
  trust: Trust;
  now?: () => Date;
  arch?: string;
}

/**
 * Checks an unpacked bundle, or an installed release: the signature over its list, each file against the list, nothing
 * beside it, no links, its architecture, and that the clock is not before it was built. Writes nothing. About a second for
 * 250 MB. Whoever copies the tree afterwards checks the copy.
 */
export async function verifyTree(folder: string, options: VerifyOptions): Promise<VerifyResult> {
  const { trust, now = () => new Date(), arch = process.arch } = options;
  const findings: Finding[] = [];
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) return conclude([{ code: 'manifest.missing', where: folder }]);
  const key = await openKey(root, trust, findings);
  const [list, signature, about] = await Promise.all(
    [MANIFEST_FILE, SIGNATURE_FILE, RELEASE_FILE].map((name) => readSmall(join(root, name))),
  );
  if (list === undefined) findings.push({ code: 'manifest.missing', where: MANIFEST_FILE });
  if (signature === undefined) findings.push({ code: 'manifest.missing', where: SIGNATURE_FILE });
  if (list && signature && key && !isSignedBy(key.object, list, signature.toString('utf8')))
    findings.push({ code: 'signature.wrong', where: `${SIGNATURE_FILE}, ${key.fingerprint}` });
  const manifest = list && parseManifest(list.toString('utf8'));
  if (manifest) findings.push(...(await treeFindings(root, manifest)));
  else if (list) findings.push({ code: 'manifest.invalid', where: MANIFEST_FILE });
  const release = about && parseRelease(about.toString('utf8'));
  if (release) findings.push(...systemFindings(release, { now: now(), arch }));
  else findings.push({ code: 'release.invalid', where: RELEASE_FILE });
  return conclude(findings, release, key);
}

interface OpenKey {
  object: NonNullable<ReturnType<typeof readPublicKey>>;
  pem: string;
  fingerprint: string;
}

function conclude(found: Finding[], release?: Release, key?: OpenKey): VerifyResult {
  const findings = found.slice(0, FINDINGS_MAX);
  const more = found.length - findings.length;
  if (more > 0) findings.push({ code: 'tree.more', where: `+ ${more}` });
  return {
    ok: findings.length === 0,
    findings,
    release,
    key: key && { pem: key.pem, fingerprint: key.fingerprint },
    exit: findings[0] ? exitOf(findings[0]) : 0,
  };
}

/** The key to check with; what is wrong with it goes to `findings`. */
async function openKey(root: string, trust: Trust, findings: Finding[]): Promise<OpenKey | undefined> {
  const { publicKeyFile: file, fingerprint: typed, isInstalledKey = false } = trust;
  const refuse = (code: Finding['code'], where: string): undefined => {
    findings.push({ code, where });
    return undefined;
  };
  const wanted = typed === undefined ? undefined : parseFingerprint(typed);
  if (typed !== undefined && wanted === undefined) return refuse('trust.fingerprint_form', typed);
  if (file === undefined) return refuse('trust.none', 'vaultdesk-release.pub');
  if (wanted === undefined && !isInstalledKey) return refuse('trust.none', '--trust-fingerprint');
  const text = await readSmall(file);
  if (text === undefined) return refuse('trust.none', file);
  if (isInside(root, await realpath(file))) return refuse('trust.inside', file);
  const pem = text.toString('utf8');
  const object = readPublicKey(pem);
  if (object === undefined) return refuse('trust.key_invalid', file);
  const fingerprint = fingerprintOf(object);
  if (wanted !== undefined && wanted !== fingerprint) {
    // Its fingerprint is not told: it would be typed in next, and then it fits.
    return refuse('trust.other_key', basename(file));
  }
  return { object, pem, fingerprint };
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

function systemFindings(release: Release, here: { now: Date; arch: string }): Finding[] {
  const findings: Finding[] = [];
  if (release.arch !== here.arch)
    findings.push({ code: 'system.architecture', where: `linux-${release.arch}, linux-${here.arch}` });
  if (here.now.getTime() < Date.parse(release.builtAt))
    findings.push({ code: 'system.clock', where: `${here.now.toISOString()} < ${release.builtAt}` });
  return findings;
}

/** Content of a small plain file; undefined when it is missing, no plain file, or large. */
async function readSmall(path: string): Promise<Buffer | undefined> {
  try {
    const state = await lstat(path);
    return state.isFile() && state.size <= SMALL_BYTES_MAX ? await readFile(path) : undefined;
  } catch {
    return undefined;
  }
}

/** What the tree and its list do not agree on. */
async function treeFindings(root: string, manifest: Manifest): Promise<Finding[]> {
  const { files, others } = await walk(root);
  const findings = [...others.values()];
  for (const [path, wanted] of manifest) {
    if (!files.delete(path)) {
      if (!others.has(path)) findings.push({ code: 'tree.missing', where: path });
      continue;
    }
    const found = await hashFile(join(root, path)).catch(() => undefined);
    if (found === undefined) findings.push({ code: 'tree.unreadable', where: path });
    else if (found !== wanted) findings.push({ code: 'tree.changed', where: path });
  }
  files.delete(MANIFEST_FILE);
  files.delete(SIGNATURE_FILE);
  for (const where of files) findings.push({ code: 'tree.extra', where });
  return findings;
}

/** Plain files of a tree, and by its path what is neither a file nor a folder that can be read. */
async function walk(root: string): Promise<{ files: Set<string>; others: Map<string, Finding> }> {
  const files = new Set<string>();
  const others = new Map<string, Finding>();
  const open = [''];
  // A tree of more than twice the files of any bundle is not walked to its end: it has failed already.
  for (let folder = open.pop(); folder !== undefined && files.size <= 2 * FILES_MAX; folder = open.pop()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) others.set(folder, { code: 'tree.unreadable', where: folder });
    for (const entry of entries ?? []) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) open.push(path);
      else if (entry.isFile()) files.add(path);
      else others.set(path, { code: 'tree.link', where: path });
    }
  }
  return { files, others };
}
