import { describeCopy, openedBy } from '../support/copy-suite.ts';
import { buildDatabase as buildPostgres } from '../support/database.ts';
import { buildDatabase as buildSim, oracleDriver } from './database.ts';

const postgres = () => openedBy(buildPostgres);
const oracle = () => openedBy(buildSim, oracleDriver);

describeCopy('from PostgreSQL to the Oracle stand-in', postgres, oracle);
describeCopy('from the Oracle stand-in to PostgreSQL', oracle, postgres);
