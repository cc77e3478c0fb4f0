import { encodeFrame } from './frame.ts';
import type { SocketConnection } from './socket-server.ts';

/** Who hears what: connections by topic. Choosing the topic of a push is a security decision of its sender. */
export interface Audience {
  join(topic: string, connection: SocketConnection): void;
  leave(topic: string, connection: SocketConnection): void;
  leaveAll(connection: SocketConnection): void;
  /** Sends one frame, encoded once, to everyone on the topic but `except`. */
  publish(topic: string, frame: object, except?: unknown): void;
  /** The same for the connections of every process. */
  publishEverywhere(topic: string, frame: object, except?: unknown): void;
  isHeard(topic: string): boolean;
}

/** An empty audience. `tellOthers` hands a frame to the other processes, which publish it to their connections. */
export function createAudience(
  tellOthers: (topic: string, frame: object) => void = () => undefined,
): Audience {
  const topics = new Map<string, Set<SocketConnection>>();
  const joined = new Map<SocketConnection, Set<string>>();

  function leave(topic: string, connection: SocketConnection): void {
    const members = topics.get(topic);
    members?.delete(connection);
    if (members?.size === 0) topics.delete(topic);
    joined.get(connection)?.delete(topic);
  }

  function publish(topic: string, frame: object, except?: unknown): void {
    const members = topics.get(topic);
    if (!members) return;
    const encoded = encodeFrame(frame);
    for (const connection of members) if (connection !== except) connection.sendEncoded(encoded);
  }

  return {
    join(topic, connection) {
      if (!connection.isOpen) return;
      topics.set(topic, (topics.get(topic) ?? new Set()).add(connection));
      joined.set(connection, (joined.get(connection) ?? new Set()).add(topic));
    },
    leave,
    leaveAll(connection) {
      for (const topic of [...(joined.get(connection) ?? [])]) leave(topic, connection);
      joined.delete(connection);
    },
    publish,
    publishEverywhere(topic, frame, except) {
      publish(topic, frame, except);
      tellOthers(topic, frame);
    },
    isHeard: (topic) => topics.has(topic),
  };
}
