#!/usr/bin/env node
// `npx vaultdesk VERB` in a checkout: the command line, built anew where a source has changed since. An installed server
// has it built.
import process from 'node:process';
import { buildServer } from '../../web-admin/build/build-server.mjs';

process.setSourceMapsEnabled(true);
await buildServer();
await import('../../dist/server/vaultdesk.mjs');
