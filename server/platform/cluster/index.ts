export { createAlone, createCluster, type Cluster } from './cluster.ts';
