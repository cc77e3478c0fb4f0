// `npm run test:peers`: the product against other people's programs, which .ci/peers installs. Nothing is skipped here, but
// what the suites themselves name at their end.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const STAND_IN = new URL('../oracle-sim/use-stand-in.mjs', import.meta.url).href;
/** What `npm run test:oracle` does on a server, on a few specs, each of which gets the emptied schema of the one before. */
const REHEARSED = [
  'server/test/two-databases.spec.ts',
  'server/test/schema.spec.ts',
  'server/platform/egress/egress-rules.spec.ts',
  'server/platform/persistence/fitness.spec.ts',
];
const REHEARSAL = {
  ORACLE_URL: 'oracle://vaultdesk:unused@h2/rehearsal',
  NODE_OPTIONS: `--import ${STAND_IN}`,
};
const SUITES = [
  { title: 'Every text for Oracle through its grammar, anew', args: ['server/test/oracle-sql/run.ts'] },
  {
    title: 'Oracle dialect on H2, and the answers of both databases',
    args: ['server/test/oracle-sim/run.ts', '--required'],
  },
  {
    title: 'A run on a real Oracle, rehearsed on the stand-in',
    args: ['server/test/oracle-real/run.ts', ...REHEARSED],
    env: REHEARSAL,
  },
  {
    title: 'The bus over Redis',
    args: ['node_modules/mocha/bin/mocha.js', '--spec', 'server/platform/bus/redis-feed.spec.ts'],
    // Where there is no server `npm test` passes it over and says so; here that is a failure.
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: 'Master keys in a hardware module (SoftHSM)',
    args: [
      ...['node_modules/mocha/bin/mocha.js', '--spec', 'server/test/pkcs11.spec.ts'],
      ...['--spec', 'server/test/move-keys.spec.ts'],
    ],
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: 'OData 2 and 4 of SAP CAP',
    args: ['node_modules/mocha/bin/mocha.js', '--spec', 'server/connectors/odata/odata-peer.spec.ts'],
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: 'FHIR R4 of Medplum',
    args: ['node_modules/mocha/bin/mocha.js', '--spec', 'server/connectors/fhir/fhir-peer.spec.ts'],
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: 'HL7 v2 of node-hl7-server',
    args: ['node_modules/mocha/bin/mocha.js', '--spec', 'server/connectors/hl7v2/hl7v2-peer.spec.ts'],
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: 'SOAP of the package soap',
    args: ['node_modules/mocha/bin/mocha.js', '--spec', 'server/connectors/soap/soap-peer.spec.ts'],
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: 'ISO 8583 of iso_8583',
    args: ['node_modules/mocha/bin/mocha.js', '--spec', 'server/connectors/iso8583/iso8583-peer.spec.ts'],
    env: { VAULTDESK_TEST_PEERS: 'required' },
  },
  {
    title: "Sign-in through other people's identity providers, plain and encrypted",
    args: ['server/test/sso-peers/run.ts'],
  },
  { title: 'Its result file', args: ['server/test/oracle-real/run.ts', '--check'] },
];

const lines = [];
let failed = 0;
for (const { title, args, env } of SUITES) {
  process.stdout.write(`\n== ${title}\n`);
  const startedMs = Date.now();
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) failed += 1;
  lines.push(
    `${status === 0 ? 'ok    ' : 'FAILED'} ${title} (${Math.round((Date.now() - startedMs) / 1_000)} s)`,
  );
}
process.stdout.write(
  `\n${lines.join('\n')}\n${SUITES.length - failed} passed, ${failed} failed, 0 skipped\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
