/** How much the sockets of one process may take up. */
export interface SocketLimits {
  /** Open sockets; those who signed in first may have a tenth more, so that a crowd does not lock out the staff. */
  connectionsMax: number;
  /** Sockets that have not said hello yet. */
  silentMax: number;
  /** The same of one address. */
  silentPerAddressMax: number;
  /** Whoever has not said hello by then is closed with 4408. */
  helloMs: number;
  /** A larger frame is refused by name. */
  frameBytesMax: number;
  /** Frames of one socket that wait for the ones before them; then the socket is not read. */
  framesWaitingMax: number;
  /** Bytes of all waiting frames; above it no socket is read that has one waiting. */
  waitingBytesMax: number;
  /** Bytes a receiver may leave unread before it is cut off, to come back and catch up. */
  unreadBytesMax: number;
}

const SIGNED_IN_SHARE = 1.1;

/** The right of one socket to be there. */
export interface Pass {
  /** It said hello: it makes room for another silent one. */
  greet(): void;
  leave(): void;
}

/** Counts who is there, and what of theirs waits. */
export interface Gate {
  /** A pass, or nothing when it is full; to be taken before anything is looked up for the newcomer. */
  enter(address: string, isSignedIn: boolean): Pass | undefined;
  /** Frames of these bytes came in, or (less than 0) were dealt with. */
  count(bytes: number): void;
  readonly waitingBytes: number;
  readonly isOverMark: boolean;
}

/** An empty gate. Only the addresses that `isLimited` names are counted one by one. */
export function createGate(limits: SocketLimits, isLimited: (address: string) => boolean): Gate {
  const silentOf = new Map<string, number>();
  let [open, silent, waitingBytes] = [0, 0, 0];
  const isFull = (address: string, isSignedIn: boolean) =>
    isSignedIn
      ? open >= limits.connectionsMax * SIGNED_IN_SHARE
      : open >= limits.connectionsMax ||
        silent >= limits.silentMax ||
        (silentOf.get(address) ?? 0) >= limits.silentPerAddressMax;
  const countSilent = (address: string, by: number) => {
    silent += by;
    if (!isLimited(address)) return;
    const left = (silentOf.get(address) ?? 0) + by;
    if (left === 0) silentOf.delete(address);
    else silentOf.set(address, left);
  };
  return {
    enter(address, isSignedIn) {
      if (isFull(address, isSignedIn)) return undefined;
      let [isSilent, isThere] = [!isSignedIn, true];
      open += 1;
      if (isSilent) countSilent(address, 1);
      const greet = () => {
        if (isSilent) countSilent(address, -1);
        isSilent = false;
      };
      return {
        greet,
        leave() {
          greet();
          if (isThere) open -= 1;
          isThere = false;
        },
      };
    },
    count(bytes) {
      waitingBytes += bytes;
    },
    get waitingBytes() {
      return waitingBytes;
    },
    get isOverMark() {
      return waitingBytes > limits.waitingBytesMax;
    },
  };
}
