export { createAudience, type Audience } from './audience.ts';
export { encodeFrame, type EncodedFrame } from './frame.ts';
export {
  CLOSE,
  createSocketServer,
  type SocketConnection,
  type SocketEndpoint,
  type SocketHandlers,
  type SocketServer,
} from './socket-server.ts';
