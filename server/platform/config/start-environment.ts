import process from 'node:process';

/** What this process was started as and with. */
export interface StartEnvironment {
  uid: number | undefined;
  nodeOptions: string;
  /** NODE_TLS_REJECT_UNAUTHORIZED. */
  rejectUnauthorized: string | undefined;
  /** Switches given to Node itself. */
  programSwitches: readonly string[];
}

/** How this process was started; Node's own variables among it, which win over any setting. */
export function startEnvironment(): StartEnvironment {
  return {
    uid: process.geteuid?.(),
    nodeOptions: process.env.NODE_OPTIONS ?? '',
    rejectUnauthorized: process.env.NODE_TLS_REJECT_UNAUTHORIZED,
    programSwitches: process.execArgv,
  };
}
