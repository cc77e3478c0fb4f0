import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { InstallFault } from '../fault.ts';
import { presentFault } from '../fault.ts';
import { askAnswers, type Talk } from './ask.ts';
import { ANSWER_KEYS } from './keys.ts';
import { readAnswers } from './read.ts';
import { formatAnswers, renderSchema } from './write.ts';

describe('the answer file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vd-answers-'));
    put('pass', 'canary-7', 0o600);
    put('chain.pem', 'x', 0o644);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function put(name: string, text: string, mode: number): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }
  const read = (text: string, mode = 0o600) => readAnswers(put('a.yaml', text, mode));
  function refused(text: string, mode?: number): string {
    try {
      read(text, mode);
    } catch (error) {
      expect((error as InstallFault).exit).to.equal(11);
      return presentFault(error as InstallFault, 'en');
    }
    return 'taken';
  }

  it('fills in what is not said', () => {
    const answers = read('hostname: desk.bank.example\n');
    expect([answers.number('port'), answers.text('tls.mode'), answers.text('database.mode')]).to.deep.equal([
      ...[8443, 'local-ca', 'embedded'],
    ]);
    expect([answers.maybe('workers'), answers.has('database.user')]).to.deep.equal([undefined, false]);
  });

  it('takes nested and dotted keys, and counts paths from its own folder', () => {
    const database = 'database: {mode: postgres, url: "postgres://db/x", password_file: pass}';
    expect(read(`hostname: a\n${database}\n`).text('database.password_file')).to.equal(join(folder, 'pass'));
    expect(read('hostname: a\ntls.mode: csr\n').text('tls.mode')).to.equal('csr');
  });

  const faults: [text: string, ...words: string[]][] = [
    ['hostname: a\nprot: 1\n', 'a.yaml:2 prot → port', 'answers.unknown_key'],
    ['hostname: a\ntls: {mod: csr}\n', 'tls.mod → tls.mode'],
    ['hostname: a\ndatabase:\n  pasword_file: x\n', 'a.yaml:3', 'database.password_file'],
    ['port: 1\n', 'answers.missing', 'hostname'],
    ['hostname: a\nport: 0\n', 'a.yaml:2 port: a whole number', 'answers.value'],
    ['hostname: a b\n', 'answers.value'],
    ['hostname: a\nnetworks: [10.0.0.0/33]\n', 'answers.value'],
    ['hostname: a\ntimezone: Mars/Base\n', 'answers.value'],
    ['hostname: a\ntls: {mode: pem, file: chain.pem}\n', 'answers.missing', 'tls.key_file'],
    ['hostname: a\ntls: {mode: pem, file: chain.pem, key_file: gone}\n', 'answers.unreadable', 'gone'],
    ['hostname: a\ntls: {mode: pem, file: chain.pem, key_file: chain.pem}\n', 'answers.open', 'mode 0644'],
    ['hostname: a\ntls: {file: chain.pem}\n', 'answers.contradiction', 'tls.mode (p12'],
    ['hostname: a\nsaml: {metadata_file: chain.pem}\n', 'answers.missing', 'saml.map_file'],
    [
      'hostname: a\ndatabase: {mode: postgres, url: "postgres://u:canary-7@h/d", password_file: pass}\n',
      'answers.value',
    ],
    ['hostname: a\nhostname: b\n', 'a.yaml:2', 'answers.form'],
    ['hostname: &x a\nuser: *x\n', 'alias'],
    ['- hostname\n', 'answers.form'],
    ['hostname: {a: b}\n', 'answers.value'],
  ];
  for (const [text, ...words] of faults)
    it(`refuses ${JSON.stringify(text)}`, () => {
      const told = refused(text);
      for (const word of words) expect(told).to.contain(word);
      expect(told).to.not.contain('canary').and.not.contain('\n');
    });

  for (const mode of [0o644, 0o640, 0o604])
    it(`refuses a file of mode ${mode.toString(8)}`, () => {
      expect(refused('hostname: a\n', mode)).to.contain('chmod 600');
    });

  it('has a schema made of the same table, which takes the example', () => {
    const schema = readFileSync(new URL('./answers.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(schema)).to.deep.equal(JSON.parse(renderSchema()));
    const validate = new Ajv({ strict: false }).compile(JSON.parse(schema) as object);
    const example = parse(readFileSync(new URL('./example.yaml', import.meta.url), 'utf8')) as object;
    expect(validate(example), JSON.stringify(validate.errors)).to.equal(true);
    expect(validate({ ...example, prot: 1 })).to.equal(false);
  });

  it('is written by questions, asks again what was wrong, and holds no secret', async () => {
    const given: Record<string, string[]> = {
      hostname: ['', 'desk bank', 'desk.bank.example'],
      'database.mode': ['postgres'],
      'database.url': ['postgres://db/x'],
      'database.password_file': ['gone', 'chain.pem', 'pass'],
    };
    const said: string[] = [];
    const talk: Talk = {
      ask: async (question) => given[/\(([a-z._]+);/.exec(question)?.[1] ?? '']?.shift() ?? '',
      say: (line) => void said.push(line),
      close: () => undefined,
    };
    const answers = await askAnswers(talk, 'zh', folder);
    const codes = said.map((line) => /\[(.+)\]$/.exec(line)?.[1]);
    expect(codes).to.deep.equal(['missing', 'value', 'unreadable', 'open'].map((code) => `answers.${code}`));
    const text = formatAnswers(answers);
    expect(text).to.not.contain('canary-7');
    expect(read(text).entries()).to.have.deep.members(answers.entries());
  });

  it('asks for every key in both languages', () => {
    for (const [key, { sentence }] of Object.entries(ANSWER_KEYS)) {
      expect(sentence.zh, key).to.match(/\p{Script=Han}/u);
      expect(sentence.en, key).to.match(/^[A-Z]/);
    }
  });
});
