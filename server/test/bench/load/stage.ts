import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../figure.ts';
import { Instance } from '../../support/instance.ts';
import { Agents, makeAgents } from './agents.ts';
import { Fleet } from './fleet.ts';

/** Plain HTTP on the loopback, as behind a proxy: the generators' own TLS would be measured otherwise. */
const FRONT = 'tls:\n  mode: front\ntrustedProxies:\n  - 127.0.0.1\n';
const AGENTS = ['agent', 'agent2'];

/** A server as `npm start` makes it, customers at their sockets, and agents who receive what they write. */
export interface Stage {
  instance: Instance;
  /** `http://127.0.0.1:PORT`. */
  url: string;
  fleet: Fleet;
  agents: Agents;
  close(): Promise<void>;
}

/** How a server of a benchmark differs from the plain one. */
export interface StageOptions {
  workers?: number;
  /** The server speaks TLS itself. */
  isTls?: boolean;
  /** Lines of config.yaml. */
  settings?: string;
}

/** Starts the server alone. */
export async function startInstance(
  options: StageOptions = {},
): Promise<{ instance: Instance; url: string }> {
  const { workers = 1, isTls = false, settings = '' } = options;
  const instance = new Instance(workers === 1 ? {} : { VAULTDESK_WORKERS: String(workers) });
  mkdirSync(instance.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(instance.home, 'config.yaml'), (isTls ? '' : FRONT) + settings);
  say(`starting the server${isTls ? ', which speaks TLS itself' : ''}`);
  await instance.start();
  return { instance, url: isTls ? instance.url : instance.url.replace('https:', 'http:') };
}

/**
 * Starts the server and brings `customerCount` conversations to the agents, so that the robot is silent; with no
 * agents they stay with the robot.
 */
export async function openStage(customerCount: number, agentCount = AGENTS.length): Promise<Stage> {
  const { instance, url } = await startInstance();
  const fleet = new Fleet();
  const agents = new Agents(url);
  const close = async () => {
    fleet.close();
    agents.close();
    await instance.dispose();
  };
  try {
    const usernames = agentCount > AGENTS.length ? await makeAgents(instance, agentCount) : AGENTS;
    await agents.open(instance, usernames.slice(0, agentCount));
    say(`opening ${customerCount} conversations`);
    const conversations = await fleet.open(url, customerCount);
    if (agentCount > 0) {
      say(`assigning them to ${agentCount} agents`);
      await agents.take(conversations);
    }
    return { instance, url, fleet, agents, close };
  } catch (error) {
    await close();
    throw error;
  }
}
