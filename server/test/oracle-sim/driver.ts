import type { oracleCredentials } from '../../platform/persistence/index.ts';
import { connectSim, oracledbSim } from './oracledb-sim.ts';

/** All of node-oracledb that the product asks for, over H2; `use-stand-in.mjs` puts it in the place of the package. */
export default {
  ...oracledbSim,
  getConnection: ({ connectString }: ReturnType<typeof oracleCredentials>) => connectSim(connectString),
};
