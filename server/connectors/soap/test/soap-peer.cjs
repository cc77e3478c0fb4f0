// Accounts of a bank on the SOAP server of the package soap. Arguments: the folder of other people's packages, and the
// password of WS-Security. Prints `listening PORT`.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const [, , modules, password] = process.argv;
const soap = createRequire(join(modules, 'index.js'))('soap');

const ACCOUNTS = [
  { number: '6222020200001111', kind: '1', balance: '12345678901234567890.10', state: '正常' },
  { number: '6222020200002222', kind: '2', balance: '0.37', state: '正常' },
];
const done = new Map();

function fault(code, text, detail) {
  return { Fault: { faultcode: code, faultstring: text, detail, statusCode: 500 } };
}

const port = {
  ping: () => ({ code: '0000' }),
  list({ customer }) {
    if (customer === 'nobody') return { code: '1001' };
    if (customer === 'later') return { code: '9009' };
    if (customer === 'fails') throw fault('soap:Server', 'out of order', { code: '' });
    if (customer === 'wrong') throw fault('soap:Client', 'no such customer', { code: 'E42' });
    return { code: '0000', account: customer === 'one' ? ACCOUNTS.slice(0, 1) : ACCOUNTS };
  },
  register({ serial, subject }, _respond, _headers, request) {
    const isFirst = !done.has(serial);
    if (isFirst) done.set(serial, `R-${done.size + 1}`);
    if (isFirst && subject === 'lost') request.socket.destroy();
    return { code: '0000', id: done.get(serial) };
  },
};

/** The digest of WS-Security UsernameToken Profile 1.1 §3.1, computed on this side too; each nonce is taken once. */
const nonces = new Set();
function isKnown(security) {
  const token = security?.UsernameToken;
  const nonce = token?.Nonce?.$value ?? token?.Nonce;
  const created = token?.Created;
  if (token?.Username !== 'vaultdesk' || nonces.has(nonce) || security.Timestamp === undefined) return false;
  nonces.add(nonce);
  const hash = createHash('sha1')
    .update(Buffer.from(nonce, 'base64'))
    .update(created + password);
  return (token.Password.$value ?? token.Password) === hash.digest('base64');
}

const server = createServer((_request, response) => response.writeHead(404).end());
server.listen(0, '127.0.0.1', () => {
  const wsdl = readFileSync(join(__dirname, 'account.wsdl'), 'utf8');
  const listening = soap.listen(server, '/services/account', { AccountService: { AccountPort: port } }, wsdl);
  listening.authenticate = isKnown;
  console.log(`listening ${server.address().port}`);
});
