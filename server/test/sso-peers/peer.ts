/** An identity provider of somebody else, started. */
export interface Peer {
  name: string;
  metadata: string;
  /** Who signs in there. */
  person: string;
  /** What of our map it needs besides; pysaml2 encrypts by 3DES alone. */
  map: Record<string, unknown>;
  /** Tells it who we are. */
  introduce(metadata: string, options: { isEncrypted: boolean; certificate: string }): Promise<void>;
  /** Where it begins a logout by itself; undefined when it cannot. */
  leave?(ourEntityId: string): string;
  stop(): void;
}
