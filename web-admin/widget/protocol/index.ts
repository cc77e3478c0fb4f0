export { createProtocolClient } from './client.ts';
export type {
  ClientOptions,
  ClientPorts,
  Failure,
  ProtocolClient,
  SocketEvents,
  SocketPort,
} from './client.ts';
export { parseMessage, SUBPROTOCOL, TEXT_CHARACTERS_MAX } from './frames.ts';
export type {
  ChatFile,
  ChatMessage,
  ClarifyOption,
  ClientFrame,
  ConversationState,
  RobotMark,
  Sender,
  ServerFrame,
} from './frames.ts';
export { cleanText } from './text.ts';
export { TIMING } from './state.ts';
export type { Input, Link, Outgoing, ProtocolState, Session } from './state.ts';
