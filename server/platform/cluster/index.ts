export { createAlone, createCluster, type Cluster } from './cluster.ts';
export { createLinkProof } from './link-proof.ts';
export { listAddresses, listBeats } from './node.repo.ts';
export { BEAT_MS } from './members.ts';
