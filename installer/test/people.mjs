// Runs inside the machine: makes the first three administrators over HTTPS, signs one in, and prints what came of it.
// usage: node people.mjs CODE|- CA HOST:PORT STATE.json; with `-` the people of the state file sign in again.
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import process from 'node:process';

const [code, caFile, address, stateFile] = process.argv.slice(2);
const [host, port] = address.split(':');
const ca = readFileSync(caFile);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function otpOf(secret, step) {
  let bits = '';
  for (const letter of secret) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function ask(path, body) {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json' } : { accept: 'text/html' };
    const options = {
      host: '127.0.0.1',
      port,
      path,
      ca,
      servername: host,
      agent: false,
      method: body ? 'POST' : 'GET',
    };
    const sent = request({ ...options, headers: { ...headers, host: address } }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, text, cookie: answer.headers['set-cookie']?.[0] }),
      );
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

const step = () => Math.floor(Date.now() / 30_000);
async function nextStep(used) {
  while (step() <= used) await new Promise((done) => setTimeout(done, 500));
  return step();
}

let people = [];
if (code === '-') people = JSON.parse(readFileSync(stateFile, 'utf8'));
else {
  for (const role of ['system-admin', 'security-admin', 'audit-admin']) {
    const { totpSecret } = JSON.parse((await ask('/api/v1/setup', { code })).text);
    const person = {
      role,
      username: `lin.${role}`,
      password: `Sturdy-Lantern-${role}-41`,
      totpSecret,
      used: step(),
    };
    const { username, password } = person;
    const body = {
      code,
      role,
      username,
      displayName: role,
      password,
      totpSecret,
      otp: otpOf(totpSecret, person.used),
    };
    const made = await ask('/api/v1/setup/credentials', body);
    if (made.status !== 200) throw new Error(`${role}: ${made.status} ${made.text}`);
    people.push(person);
  }
}
const [person] = people;
person.used = await nextStep(person.used);
const otp = otpOf(person.totpSecret, person.used);
const signedIn = await ask('/api/v1/session', { username: person.username, password: person.password, otp });
writeFileSync(stateFile, JSON.stringify(people), { mode: 0o600 });
const console = await ask('/');
process.stdout.write(
  JSON.stringify({ signedIn: signedIn.status, hasCookie: Boolean(signedIn.cookie), console: console.status }),
);
