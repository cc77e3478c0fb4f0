export {
  DEVELOPMENT_KEY,
  exitOf,
  presentFinding,
  VERIFY_FINDINGS,
  type Finding,
  type Lang,
  type VerifyCode,
  type VerifyExit,
} from './findings.ts';
export { fingerprintOf, isSignedBy, parseFingerprint, readPublicKey } from './keys.ts';
export {
  byBytes,
  FILES_MAX,
  formatManifest,
  hashFile,
  isManifestPath,
  MANIFEST_FILE,
  parseManifest,
  SIGNATURE_FILE,
  type Manifest,
} from './manifest.ts';
export {
  ARCHITECTURES,
  formatRelease,
  parseRelease,
  type Architecture,
  type KeyKind,
  type Release,
} from './release.ts';
export { verifyTree, type Trust, type VerifyOptions, type VerifyResult } from './tree.ts';
export { INSTALLED_KEY_FILE, PUBLIC_KEY_FILE, trustFor } from './trust.ts';
