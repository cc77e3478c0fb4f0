// A card host on the codec of the package iso_8583. Argument: the folder of other people's packages. Prints `listening
// PORT`. Its own fields are those of its package; it always writes both bitmaps.
const net = require('node:net');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const Iso = createRequire(join(process.argv[2], 'index.js'))('iso_8583');

const CARDS = { 6222020200001111: '1002156C000000123456' + '1001156D000000000037' };

function answerTo(asked) {
  const answer = { ...asked };
  answer[0] = asked[0] === '0800' ? '0810' : asked[0] === '0100' ? '0110' : '0210';
  if (asked[0] === '0800') return { ...answer, 39: '00' };
  const balances = CARDS[asked[2]];
  if (balances === undefined) return { ...answer, 39: asked[2].endsWith('9') ? '96' : '14' };
  return { ...answer, 39: '00', 54: balances };
}

const server = net.createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const size = 2 + rest.readUInt16BE(0);
      const asked = new Iso().getIsoJSON(rest.subarray(0, size));
      rest = rest.subarray(size);
      console.log(JSON.stringify(asked));
      const stray = new Iso({ ...answerTo(asked), 11: '000000' }).getBufferMessage();
      const answer = new Iso(answerTo(asked)).getBufferMessage();
      if (!Buffer.isBuffer(answer)) return void socket.destroy();
      // Another terminal's answer first, then ours, one byte at a time.
      socket.write(stray);
      for (const byte of answer) socket.write(Buffer.of(byte));
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
