import { expect } from 'chai';
import { superviseDatabase } from './supervisor.ts';

/** A database that dies and starts as the test says. */
function buildPatient(starts: ('ok' | 'fails')[]) {
  const patient = { pid: 1, isUp: true, startCount: 0 };
  return {
    patient,
    database: {
      get pid() {
        return patient.pid;
      },
      isRunning: () => patient.isUp,
      async restart() {
        patient.startCount += 1;
        if ((starts.shift() ?? 'ok') === 'fails') throw new Error('no room');
        patient.pid += 1;
        patient.isUp = true;
      },
    },
  };
}

describe('the supervisor of the embedded database', () => {
  const buildLog = () => {
    const lines: string[] = [];
    const keep = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
    return { lines, log: { warn: keep('warn'), error: keep('error') } };
  };

  it('starts it again, however often that fails first, and tells of it', async () => {
    const { patient, database } = buildPatient(['fails', 'fails', 'ok']);
    const { lines, log } = buildLog();
    const restarted = new Promise<void>((done) => {
      const supervisor = superviseDatabase(database, {
        log,
        pausesMs: [0],
        onRestarted: async () => {
          void supervisor.stop();
          done();
        },
      });
      patient.isUp = false;
    });
    await restarted;
    expect(patient.startCount).to.equal(3);
    expect(lines).to.deep.equal([
      'error database.died',
      'error database.restart_failed',
      'error database.restart_failed',
      'warn database.restarted',
    ]);
  });

  it('gives up after twenty starts that failed, and says so', async () => {
    const { patient, database } = buildPatient(Array.from({ length: 30 }, () => 'fails' as const));
    const lines: string[] = [];
    await new Promise<void>((done) => {
      const error = (message: string) => {
        lines.push(message);
        if (message === 'database.given_up') done();
      };
      superviseDatabase(database, {
        log: { warn: () => undefined, error },
        pausesMs: [0],
        onRestarted: async () => undefined,
      });
      patient.isUp = false;
    });
    expect(patient.startCount).to.equal(20);
    expect(lines.at(-1)).to.equal('database.given_up');
  });

  it('starts nothing after the stop', async () => {
    const { patient, database } = buildPatient([]);
    const supervisor = superviseDatabase(database, {
      log: buildLog().log,
      pausesMs: [0],
      onRestarted: async () => undefined,
    });
    await supervisor.stop();
    patient.isUp = false;
    await new Promise((done) => setImmediate(done));
    expect(patient.startCount).to.equal(0);
  });
});
