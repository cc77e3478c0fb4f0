import { catchUp, createFolderAnchor, type AnchorProgress, type AuditStorage } from '../../../audit/index.ts';
import { AppError } from '../../kernel/index.ts';
import type { OutsideAnchor } from './anchoring.ts';

/** A volume over the network may hang: after this the delivery counts as failed, and goes on by itself. */
const ATTEMPT_MS = 10_000;

/**
 * Heads to a folder on another host or of a volume that is only appended to: every head, as in `anchors/` of the home
 * folder. After a failure or a restart it goes on where the folder stands.
 */
export function createVolumeAnchor(deps: {
  folder: string;
  trail: AuditStorage;
  everyMs: number;
  attemptMs?: number;
}): OutsideAnchor {
  const { folder, trail, everyMs, attemptMs = ATTEMPT_MS } = deps;
  const sink = createFolderAnchor(folder);
  let progress: AnchorProgress | undefined;
  let running: Promise<void> | undefined;

  async function write(): Promise<void> {
    try {
      const last = progress === undefined ? await sink.last() : undefined;
      progress ??= { sink, sealNo: last?.sealNo ?? 0, size: 0, at: null };
      await catchUp(progress, trail);
    } catch (cause) {
      // What stands there now is unknown: the next delivery looks.
      progress = undefined;
      throw new AppError('egress.unreachable', { cause });
    } finally {
      running = undefined;
    }
  }

  return {
    ...{ name: `folder:${folder}`, everyMs },
    async deliver() {
      running ??= write();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_done, fail) => {
        timer = setTimeout(() => fail(new AppError('egress.timeout')), attemptMs);
      });
      try {
        await Promise.race([running, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
