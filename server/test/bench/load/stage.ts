import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../figure.ts';
import { Instance } from '../../support/instance.ts';
import { Agents } from './agents.ts';
import { Fleet } from './fleet.ts';

/** Plain HTTP on the loopback, as behind a proxy: the generators' own TLS would be measured otherwise. */
const SETTINGS = 'tls:\n  mode: front\ntrustedProxies:\n  - 127.0.0.1\n';
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

/** Starts the server alone. */
export async function startInstance(): Promise<{ instance: Instance; url: string }> {
  const instance = new Instance();
  mkdirSync(instance.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(instance.home, 'config.yaml'), SETTINGS);
  say('starting the server');
  await instance.start();
  return { instance, url: instance.url.replace('https:', 'http:') };
}

/** Starts the server and brings `customerCount` conversations to the agents, so that the robot is silent. */
export async function openStage(customerCount: number): Promise<Stage> {
  const { instance, url } = await startInstance();
  const fleet = new Fleet();
  const agents = new Agents(url);
  const close = async () => {
    fleet.close();
    agents.close();
    await instance.dispose();
  };
  try {
    await agents.open(instance, AGENTS);
    say(`opening ${customerCount} conversations`);
    const conversations = await fleet.open(url, customerCount);
    say('assigning them to the agents');
    await agents.take(conversations);
    return { instance, url, fleet, agents, close };
  } catch (error) {
    await close();
    throw error;
  }
}
