import { expect } from 'chai';
import { callsOutside } from './network.ts';
import { differences, type Ended } from './machine.ts';
import { expectNothingLeft, expectRefused, installer, putAnswers, tryInstall, type Stage } from './stage.ts';

/** One case; it may say a figure. */
export interface Case {
  name: string;
  run(stage: Stage): Promise<string | void> | string | void;
}

const GOOD = 'hostname: desk.bank.example\nnetworks: [10.0.0.0/8]\n';
const HOME = '/srv/stick/people.json';
const CHECKS_MIN = 25;
const PREFLIGHT_MAX_S = 10;
const EXPOSURE_MAX = 1.5;

/** Runs an install and does something when a step begins. */
async function installMeanwhile(stage: Stage, at: string, act: (end: () => void) => void): Promise<Ended> {
  const file = putAnswers(stage, GOOD);
  let isDone = false;
  const { machine, bundle, fingerprint } = stage;
  const command = [`${bundle}/install.sh`, 'install', '--answers', file, '--trust-fingerprint', fingerprint];
  const { ended } = machine.start(command, (said) => {
    if (isDone || !said.includes(at)) return;
    isDone = true;
    act(() =>
      machine.sh(
        'kill -TERM $(grep -la "[i]nstaller.mjs" /proc/[0-9]*/cmdline | cut -d/ -f3 | sort -n | head -1)',
      ),
    );
  });
  return ended;
}

function people({ machine }: Stage, code: string): { signedIn: number; hasCookie: boolean; console: number } {
  const node = '/opt/vaultdesk/current/node/bin/node';
  const args = ['/srv/stick/people.mjs', code, '/etc/vaultdesk/tls/ca.crt', 'desk.bank.example:8443', HOME];
  const { status, stdout, stderr } = machine.run([node, ...args]);
  expect(status, stderr).to.equal(0);
  return JSON.parse(stdout) as ReturnType<typeof people>;
}

const refusals: Case[] = [
  {
    name: 'refuses answers others may read, by exit 11 and the command that mends it',
    run: (stage) => expectRefused(stage, tryInstall(stage, GOOD, '644'), 11, 'answers.yaml', 'chmod 600'),
  },
  {
    name: 'refuses an unknown key, and names its line and the nearest known one',
    run: (stage) =>
      expectRefused(stage, tryInstall(stage, `${GOOD}prot: 8443\n`), 11, 'answers.yaml:3', 'prot', 'port'),
  },
  {
    name: 'refuses a password file others may read',
    run(stage) {
      stage.machine.sh('echo secret-canary > /srv/stick/pass; chmod 644 /srv/stick/pass');
      const answers = `${GOOD}database: {mode: postgres, url: "postgres://127.0.0.1:1/x", password_file: /srv/stick/pass}\n`;
      const ended = tryInstall(stage, answers);
      expect(ended.stdout + ended.stderr).to.not.contain('secret-canary');
      expectRefused(stage, ended, 11, 'password_file', '/srv/stick/pass', 'chmod 600');
    },
  },
  {
    name: 'says that a database is not reached, by exit 40',
    run(stage) {
      stage.machine.sh('chmod 600 /srv/stick/pass');
      const answers = `${GOOD}database: {mode: postgres, url: "postgres://127.0.0.1:1/x", password_file: /srv/stick/pass}\n`;
      expectRefused(stage, tryInstall(stage, answers), 40, 'database.reachable', 'ECONNREFUSED');
    },
  },
  {
    name: 'refuses the key of another certificate',
    run(stage) {
      const node = `${stage.bundle}/node/bin/node`;
      const make = `const {generateKeyPairSync:g}=require('crypto');process.stdout.write(g('rsa',{modulusLength:2048}).privateKey.export({type:'pkcs8',format:'pem'}))`;
      stage.machine.sh(
        `${node} -e "${make}" > /srv/stick/k.pem; chmod 600 /srv/stick/k.pem; cp /etc/ssl/certs/ca-certificates.crt /srv/stick/c.pem 2>/dev/null`,
      );
      const answers = `${GOOD}tls: {mode: pem, file: /srv/stick/k.pem, key_file: /srv/stick/k.pem}\n`;
      expectRefused(stage, tryInstall(stage, answers), 11, 'tls.key', 'holds no certificate');
    },
  },
  {
    name: 'refuses a bundle whose key is not the one on paper',
    run(stage) {
      const file = putAnswers(stage, GOOD);
      const other = `SHA256:${'0'.repeat(64)}`;
      const ended = installer(stage, 'install', '--answers', file, '--trust-fingerprint', other);
      expectRefused(stage, ended, 20, 'trust.other_key');
    },
  },
  {
    name: 'refuses a tampered file, and names it',
    run(stage) {
      const file = `${stage.bundle}/migrations/steps/0001-platform/postgres.sql`;
      stage.machine.sh(`cp -p ${file} /srv/stick/kept; echo '-- x' >> ${file}`);
      const ended = tryInstall(stage, GOOD);
      stage.machine.sh(`mv /srv/stick/kept ${file}`);
      expectRefused(stage, ended, 20, 'migrations/steps/0001-platform/postgres.sql');
    },
  },
  {
    name: 'refuses a port in use',
    async run(stage) {
      const node = `${stage.bundle}/node/bin/node`;
      const text = "require('net').createServer().listen(8443,()=>console.error('up'))";
      let isUp = false;
      const { child, ended } = stage.machine.start([node, '-e', text], () => (isUp = true));
      while (!isUp) await new Promise((done) => setTimeout(done, 50));
      const refused = tryInstall(stage, GOOD);
      stage.machine.sh('kill $(grep -la "[c]reateServer" /proc/[0-9]*/cmdline | cut -d/ -f3)');
      child.kill();
      await ended;
      expectRefused(stage, refused, 10, 'network.port', '8443', 'EADDRINUSE');
    },
  },
  {
    name: 'refuses a data folder that is not empty',
    run(stage) {
      stage.machine.sh('mkdir -p /var/lib/vaultdesk && echo x > /var/lib/vaultdesk/x');
      const ended = tryInstall(stage, GOOD);
      stage.machine.sh('rm -r /var/lib/vaultdesk');
      expectRefused(stage, ended, 10, 'leftovers.files', '/var/lib/vaultdesk');
    },
  },
  {
    name: 'asks nothing where there is no terminal',
    run: (stage) =>
      expectRefused(
        stage,
        installer(stage, 'install', '--trust-fingerprint', stage.fingerprint),
        2,
        '--answers',
      ),
  },
];

const failures: Case[] = [
  {
    name: 'takes everything back when the disk fills during the install',
    async run(stage) {
      const fill = 'fallocate -l $(( $(df --output=avail -B1 / | tail -1) - 20000000 )) /srv/stick/filler';
      const ended = await installMeanwhile(stage, '… folders', () => void stage.machine.sh(fill));
      stage.machine.sh('rm -f /srv/stick/filler');
      expect(ended.stderr).to.match(/VD-E10 .*\[install\.disk_full\]/);
      expectRefused(stage, ended, 10);
    },
  },
  {
    name: 'takes everything back when it is interrupted, and refuses a second run beside it',
    async run(stage) {
      let second: Ended | undefined;
      const ended = await installMeanwhile(stage, '… schema', (end) => {
        second = installer(
          stage,
          'install',
          '--answers',
          '/srv/stick/answers.yaml',
          '--trust-fingerprint',
          stage.fingerprint,
        );
        end();
      });
      expect(second?.status, second?.stderr).to.equal(14);
      expectRefused(stage, ended, 1, 'install.interrupted');
    },
  },
];

let code = '';

const life: Case[] = [
  {
    name: 'looks at the machine, and writes nothing',
    run(stage) {
      const file = putAnswers(stage, GOOD);
      const { stdout, status, stderr } = installer(stage, 'preflight', '--answers', file, '--json');
      expect(status, stderr).to.equal(0);
      const { checks, seconds } = JSON.parse(stdout) as { checks: { id: string }[]; seconds: number };
      expect(new Set(checks.map(({ id }) => id)).size)
        .to.equal(checks.length)
        .and.be.at.least(CHECKS_MIN);
      expect(seconds).to.be.below(PREFLIGHT_MAX_S);
      expectNothingLeft(stage);
      return `${checks.length} checks in ${seconds} s`;
    },
  },
  {
    name: 'installs under umask 077, with /tmp noexec, from a medium that is read only',
    run(stage) {
      const { machine, bundle, fingerprint } = stage;
      putAnswers(stage, GOOD);
      const medium = `mount -o remount,noexec /tmp; mount --bind ${bundle} ${bundle} && mount -o remount,ro,bind ${bundle}`;
      machine.sh(medium);
      const startedMs = performance.now();
      const install = `${bundle}/install.sh install --answers /srv/stick/answers.yaml --trust-fingerprint ${fingerprint} --json`;
      const { status, stdout, stderr } = machine.sh(`umask 077; ${install}`);
      const ms = performance.now() - startedMs;
      machine.sh(`umount ${bundle}`);
      expect(status, stderr).to.equal(0);
      ({ code } = (JSON.parse(stdout) as { setup: { code: string } }).setup);
      return `${(ms / 1_000).toFixed(1)} s, under strace`;
    },
  },
  {
    name: 'lets three people make their accounts over HTTPS, and one of them sign in',
    run(stage) {
      expect(people(stage, code)).to.deep.equal({ signedIn: 200, hasCookie: true, console: 200 });
    },
  },
  {
    name: 'runs nothing of it as root, and each unit is closed',
    run({ machine }) {
      const owners = machine.sh(
        'for p in $(grep -la "[c]urrent/server/vaultdesk.mjs\\|[p]ostgres/bin/postgres" /proc/[0-9]*/cmdline | cut -d/ -f3); do stat -c %U /proc/$p; done',
      );
      expect(
        new Set(
          owners.stdout
            .trim()
            .split('\n')
            .filter((name) => name !== ''),
        ),
      ).to.not.include('root');
      const scores = ['vaultdesk.service', 'vaultdesk-db.service'].map((unit) => {
        const { stdout } = machine.sh(`systemd-analyze security --no-pager ${unit} | tail -1`);
        return Number(/: ([\d.]+) /.exec(stdout)?.[1] ?? 10);
      });
      for (const score of scores) expect(score).to.be.at.most(EXPOSURE_MAX);
      const units = '/etc/systemd/system/vaultdesk.service /etc/systemd/system/vaultdesk-db.service';
      const judged = machine.sh(`systemd-analyze verify ${units}`);
      expect([judged.status, judged.stderr.trim()]).to.deep.equal([0, '']);
      return `exposure ${scores.join(' and ')}`;
    },
  },
  {
    name: 'keeps secrets from other accounts, and out of the list of processes',
    run({ machine }) {
      for (const path of [
        '/etc/vaultdesk/keys',
        '/etc/vaultdesk/secrets',
        '/etc/vaultdesk/tls/server.key',
        '/etc/vaultdesk/config.yaml',
        '/var/lib/vaultdesk',
        '/var/lib/vaultdesk-db',
      ])
        expect(
          machine.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'cat', path]).stderr,
          path,
        ).to.contain('denied');
      const other = ['setpriv', '--reuid=vaultdesk', '--regid=vaultdesk', '--init-groups'];
      expect(machine.run([...other, 'ls', '/var/lib/vaultdesk-db']).stderr).to.contain('denied');
      expect(machine.run([...other, 'cat', '/etc/vaultdesk/tls/server.key']).stderr).to.contain('denied');
      expect(
        machine.sh(
          `grep -rla ${code} /etc/vaultdesk /var/lib/vaultdesk /var/log /proc/[0-9]*/cmdline 2>/dev/null`,
        ).stdout,
      ).to.equal('');
    },
  },
  {
    name: 'says by exit 12 that it is installed already',
    run(stage) {
      const { status, stderr } = tryInstall(stage, GOOD);
      expect([status, stderr.includes('[install.already]')]).to.deep.equal([12, true]);
    },
  },
  {
    name: 'is there again after the machine died, with its accounts',
    async run(stage) {
      await stage.machine.die();
      await stage.machine.boot();
      const end = performance.now() + 120_000;
      const ask = 'vaultdesk status --json';
      while (!stage.machine.sh(ask).stdout.includes('"ready"') && performance.now() < end);
      expect(people(stage, '-')).to.deep.equal({ signedIn: 200, hasCookie: true, console: 200 });
    },
  },
  {
    name: 'keeps data, keys, and settings at an uninstall without --purge; with it leaves nothing',
    run(stage) {
      const { status, stderr } = stage.machine.sh('vaultdesk uninstall --purge');
      expect(status, stderr).to.equal(0);
      expectNothingLeft(stage);
    },
  },
  {
    name: 'installs without a service manager below a folder, for an ordinary account, and runs',
    run({ machine, bundle, fingerprint }) {
      const before = machine.state();
      machine.sh('useradd --create-home --home-dir /srv/desk desk');
      const as = 'setpriv --reuid=desk --regid=desk --clear-groups';
      machine.sh('cp /srv/stick/answers.yaml /srv/desk/; chown desk /srv/desk/answers.yaml');
      const install = `${bundle}/install.sh install --no-systemd --prefix /srv/desk/vd --answers /srv/desk/answers.yaml --trust-fingerprint ${fingerprint}`;
      const made = machine.sh(`cd /; ${as} ${install}`);
      expect(made.status, made.stderr).to.equal(0);
      const run = `cd /; ${as} /srv/desk/vd/bin/vaultdesk-db & db=$!; sleep 1; timeout 60 ${as} /srv/desk/vd/bin/vaultdesk run & run=$!; for i in $(seq 300); do ${as} /srv/desk/vd/bin/vaultdesk status && break; sleep 0.3; done; kill $run; wait $run; kill -INT $db; wait $db`;
      const ran = machine.sh(run);
      expect(ran.stdout, ran.stderr).to.contain('ready https://desk.bank.example:8443');
      const gone = machine.sh(`cd /; ${as} /srv/desk/vd/bin/vaultdesk uninstall --purge`);
      expect(gone.status, gone.stderr).to.equal(0);
      machine.sh(
        'userdel --remove desk; rm -f /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid- /etc/.pwd.lock',
      );
      expect(differences(before, machine.state()).filter((line) => line.includes('vd'))).to.deep.equal([]);
    },
  },
  {
    name: 'called nobody but itself, as every system call shows',
    run({ machine, bundle, folder }) {
      const { seen, outside } = callsOutside(folder);
      expect(outside.slice(0, 5)).to.deep.equal([]);
      expect(seen).to.be.greaterThan(1_000);
      machine.run([
        `${bundle}/node/bin/node`,
        '-e',
        "require('net').connect(80, '192.0.2.1').on('error', () => {})",
      ]);
      expect(callsOutside(folder).outside, 'a planted call').to.have.length.at.least(1);
      return `${seen} calls looked at`;
    },
  },
];

/** In this order: what is refused, what fails half-way, and one life from the first look to nothing left. */
export const CASES: readonly Case[] = [...refusals, ...failures, ...life];
