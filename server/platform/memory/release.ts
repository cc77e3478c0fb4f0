import { MessageChannel } from 'node:worker_threads';

/** Smaller buffers come from shared pools, or are not worth the call. */
const RELEASE_BYTES_MIN = 8 * 1024;

const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Frees the memory behind a buffer now instead of at some collection: V8 looks after memory outside its heap only when
 * 64 MiB of it have piled up. The buffer is empty afterwards, so only its one owner may do so, and never while the
 * system may still write it out. Does nothing with a view of a part of something.
 *
 * What is transferred leaves its sender, and a closed port keeps nothing: that is all there is to it.
 */
export function release(bytes: Buffer): void {
  const { buffer, byteOffset, length } = bytes;
  if (length < RELEASE_BYTES_MIN || byteOffset !== 0 || length !== buffer.byteLength) return;
  nowhere.postMessage(undefined, [buffer as ArrayBuffer]);
}
