// A program that speaks clamd's INSTREAM over the socket given, judging by one well-known harmless string.
// Second argument: honest | hang | early | garbage | die | silent-close.
import { createServer } from 'node:net';
import process from 'node:process';

const [, , place, mode] = process.argv;
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const COMMAND = Buffer.from('zINSTREAM\0');

/** Takes the command and whole pieces from the front of the buffer; gives what is left. */
function take(session, buffer, answer) {
  let rest = buffer;
  if (!session.isOpen) {
    if (rest.length < COMMAND.length) return rest;
    if (!rest.subarray(0, COMMAND.length).equals(COMMAND)) return answer('UNKNOWN COMMAND');
    session.isOpen = true;
    rest = rest.subarray(COMMAND.length);
  }
  while (rest.length >= 4) {
    const length = rest.readUInt32BE(0);
    if (length === 0)
      return answer(session.text.includes(EICAR) ? 'stream: Eicar-Signature FOUND' : 'stream: OK');
    if (rest.length < 4 + length) return rest;
    session.text += rest.toString('latin1', 4, 4 + length);
    rest = rest.subarray(4 + length);
    if (mode === 'early') return answer('stream: OK');
    if (mode === 'die') process.exit(9);
    if (mode === 'silent-close') return answer(undefined);
  }
  return rest;
}

const server = createServer((socket) => {
  const session = { isOpen: false, text: '' };
  let buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const answer = (text) => {
    if (mode === 'hang') return Buffer.alloc(0);
    if (text === undefined) socket.destroy();
    else if (mode === 'early') socket.pause().write(`${text}\0`);
    else socket.end(mode === 'garbage' ? 'all is well, trust me\0' : `${text}\0`);
    return Buffer.alloc(0);
  };
  socket.on('data', (bytes) => {
    buffer = take(session, Buffer.concat([buffer, bytes]), answer);
  });
});
const target = /^\d+$/.test(place) ? { host: '127.0.0.1', port: Number(place) } : { path: place };
server.listen(target, () => process.stdout.write(`${server.address()?.port ?? place}\n`));
