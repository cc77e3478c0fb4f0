// A hospital on the MLLP server and the HL7 codec of node-hl7-server. Argument: the folder of other people's packages.
// Prints `listening PORT`, then each message it got as one JSON line.
const net = require('node:net');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const load = createRequire(join(process.argv[2], 'index.js'));

// It listens on every address, whatever it is told: here on the loopback alone, on a free port.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function onLoopback(_options, ready) {
  return listen.call(this, { host: '127.0.0.1', port: 0 }, ready);
};

const { Server } = load('node-hl7-server');
const FRAME_START = '\u000b';
const FRAME_END = '\u001c\r';
const patients = new Map([['K1', ['王', '小明', '13812345678']]]);
const done = new Map();

/** Its own acknowledgement, with segments of data behind it. */
function reply(response, request, segments, code = 'AA') {
  const answer = response._createAckMessage(code, request);
  for (const [name, fields] of segments) {
    const segment = answer.addSegment(name);
    for (const [place, value] of Object.entries(fields)) segment.set(place, value);
  }
  response._socket.write(Buffer.from(FRAME_START + answer.toString() + FRAME_END));
}

function find(response, request) {
  const number = request.get('QPD.3.2').toString();
  const known = patients.get(number);
  if (known === undefined) return reply(response, request, [['QAK', { 1: 'q', 2: 'NF' }]]);
  const [family, given, phone] = known;
  const fields = { 3: number, 5.1: family, 5.2: given, 13: phone };
  return reply(response, request, [
    ['QAK', { 1: 'q', 2: 'OK' }],
    ['PID', fields],
  ]);
}

/** Makes a patient once for each MSH-10; the first answer about a patient called LOST never leaves. */
function admit(response, request) {
  const id = request.get('MSH.10').toString();
  const isFirst = !done.has(id);
  const family = request.get('PID.5.1').toString();
  if (isFirst) {
    done.set(id, `P-${done.size + 1}`);
    patients.set(done.get(id), [family, request.get('PID.5.2').toString(), '']);
  }
  if (isFirst && family === 'LOST') return response._socket.destroy();
  return reply(response, request, [['PID', { 3: done.get(id) }]]);
}

const inbound = new Server({ bindAddress: '127.0.0.1' }).createInbound(
  { port: 2575 },
  async (input, response) => {
    const request = input.getMessage();
    const type = request.get('MSH.9.1').toString();
    console.log(JSON.stringify({ type, id: request.get('MSH.10').toString(), effects: done.size }));
    if (type === 'QBP') return find(response, request);
    if (type === 'ADT') return admit(response, request);
    return response.sendResponse(type === 'NMD' ? 'AA' : 'AR');
  },
);
inbound.on('listen', () => console.log(`listening ${inbound._socket.address().port}`));
