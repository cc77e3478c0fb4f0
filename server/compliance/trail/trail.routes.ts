import {
  parseKeyFile,
  readAnchors,
  readStamps,
  verifyDatabaseTrail,
  type VerifyResult,
} from '../../../audit/index.ts';
import { AppError } from '../../kernel/index.ts';
import { defineRoute, sendDownload, type AnyRoute } from '../../platform/http/index.ts';
import { digestOf, makeDigest } from '../anchors/digest.ts';
import * as schemas from '../compliance.schema.ts';
import type { ComplianceDeps } from '../ports.ts';
import { countNewer } from '../search/event.view.ts';
import { clockState, trailWarnings } from './trail.health.ts';

/** Routes about the trail as a whole. */
export function trailRoutes(deps: ComplianceDeps): AnyRoute[] {
  return [statusRoute(deps), verifyRoute(deps), digestRoute(deps)];
}

function statusRoute(deps: ComplianceDeps): AnyRoute {
  const { sealer, epoch, auditKeys, outsideAnchors, clock, timeReading } = deps;
  return defineRoute({
    method: 'GET',
    path: '/api/v1/audit/status',
    summary: 'Newest head, anchors, and how many entries are newer than the head.',
    permission: 'audit:read',
    audit: 'audit.read',
    response: schemas.trailStatus,
    async handler(tx) {
      const { size, root, sealedAt, isForked, anchors, waitingLaneCount } = sealer.status();
      const all = [...anchors.map((one) => ({ ...one, failure: null })), ...outsideAnchors()];
      const health = await clockState(tx, timeReading());
      const anchoredMs = all.flatMap(({ at }) => (at === null ? [] : [at.getTime()]));
      return {
        ...{ size, root, isForked, epoch, waitingLanes: waitingLaneCount },
        lastSealAt: sealedAt?.toISOString() ?? null,
        lastAnchorAt: anchoredMs.length === 0 ? null : new Date(Math.max(...anchoredMs)).toISOString(),
        unsealed: await countNewer(tx, sealedAt),
        anchors: all.map(({ sink, size: anchoredSize, at, failure }) => ({
          sink,
          size: anchoredSize,
          at: at?.toISOString() ?? null,
          failure,
        })),
        keyFingerprint: parseKeyFile(auditKeys).keys.at(-1)?.fingerprint ?? '',
        warnings: trailWarnings(all, health, clock.now()),
        clock: {
          ...health,
          setAt: health.setAt?.toISOString() ?? null,
          syncedAt: health.syncedAt?.toISOString() ?? null,
        },
      };
    },
  });
}

interface Verification extends VerifyResult {
  ms: number;
}

/**
 * Runs the library's verifier over the database and the anchor folder. It reads the whole trail, so one runs at a
 * time in this process; whoever asks meanwhile gets `server.busy`.
 */
function verifyRoute(deps: ComplianceDeps): AnyRoute {
  let isRunning = false;

  async function verify(): Promise<Verification> {
    if (isRunning) throw new AppError('server.busy');
    isRunning = true;
    const startedMs = performance.now();
    try {
      const result = await verifyDatabaseTrail(deps.trail, () => ({
        keys: parseKeyFile(deps.auditKeys),
        anchors: [readAnchors(deps.anchorFolder)],
        sparseAnchors: [readStamps(deps.stampFolder)],
      }));
      return { ...result, ms: Math.round(performance.now() - startedMs) };
    } finally {
      isRunning = false;
    }
  }

  return defineRoute<unknown, unknown, unknown, Verification>({
    method: 'POST',
    path: '/api/v1/audit/verify',
    summary: 'Verifies the whole trail from its bodies: leaves, chains, seals, signatures, anchors.',
    permission: 'audit:verify',
    audit: 'audit.verify',
    response: schemas.verifyAnswer,
    errors: ['server.busy'],
    prepare: verify,
    async handler(tx, { prepared: result }) {
      const { status, size, root, events, firstBad } = result;
      tx.record({
        action: 'audit.verify',
        outcome: 'ok',
        details: { status, size, root, events, ...(firstBad === null ? {} : { firstBad: firstBad.kind }) },
      });
      return result;
    },
  });
}

function digestRoute({ trail, auditKeys, accountNames }: ComplianceDeps): AnyRoute {
  return defineRoute<{ day: string }>({
    method: 'GET',
    path: '/api/v1/audit/digests/:day',
    summary: 'The last signed head of a day (UTC) as PDF, to be printed and kept elsewhere.',
    permission: 'audit:read',
    audit: 'audit.digest',
    params: schemas.digestParams,
    response: {},
    streams: 'application/pdf',
    async handler(tx, { params: { day } }, context) {
      const digest = await digestOf(trail, day, auditKeys);
      if (digest === undefined) throw new AppError('request.not_found');
      const names = await accountNames([context.actor.id]);
      const lang = context.lang === 'en' ? 'en' : 'zh-CN';
      const bytes = makeDigest(digest, { lang, takenBy: names.get(context.actor.id) ?? context.actor.id });
      const { no, size } = digest.seal;
      const target = { type: 'seal', id: String(no) };
      tx.record({ action: 'audit.digest', outcome: 'ok', target, details: { day, size } });
      return sendDownload(context, {
        ...{
          tag: `${day}-${no}`,
          sizeBytes: bytes.length,
          type: 'application/pdf',
          name: `audit-${day}.pdf`,
        },
        async *read({ first, last }) {
          yield bytes.subarray(first, last + 1);
        },
      });
    },
  });
}
