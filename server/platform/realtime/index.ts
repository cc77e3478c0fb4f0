export { createAudience, type Audience } from './audience.ts';
export { encodeFrame, type EncodedFrame } from './frame.ts';
export type { SocketLimits } from './gate.ts';
export {
  CLOSE,
  createSocketServer,
  LATER,
  type SocketConnection,
  type SocketEndpoint,
  type SocketHandlers,
  type SocketServer,
} from './socket-server.ts';
