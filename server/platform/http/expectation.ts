import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * Lets requests with `Expect` reach the application before anybody is asked to send a body: what is refused by its head
 * (10 GB announced, a wrong type, nobody signed in) is refused before the first byte of it (RFC 9110 §10.1.1).
 */
export function holdContinue(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.set(request, response);
    server.emit('request', request, response);
  });
  // Any other expectation is refused by a step of the application, with a line in the log.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}

/** Asks for the body, where the sender waits to be asked. */
export function inviteBody(request: IncomingMessage): void {
  waiting.get(request)?.writeContinue();
  waiting.delete(request);
}
