import { Zip, ZipDeflate } from 'fflate';

/** Writes an archive piece by piece; each call gives the bytes made since the last one. */
export interface ZipWriter {
  /** Begins a file; the one before ends. Names are paths with `/`. */
  begin(name: string): Buffer;
  /** Writes to the file that was begun last. */
  write(bytes: Uint8Array): Buffer;
  /** The rest of the archive; the writer is used up afterwards. */
  close(): Buffer;
}

const DEFLATE_LEVEL = 6;
const NOTHING = new Uint8Array(0);

/** An archive whose files carry one time, so that the same content gives the same bytes. */
export function createZip(modifiedAt: Date): ZipWriter {
  let made: Uint8Array[] = [];
  let open: ZipDeflate | undefined;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    made.push(chunk);
  });
  const take = () => {
    const bytes = Buffer.concat(made);
    made = [];
    return bytes;
  };
  const end = () => {
    open?.push(NOTHING, true);
    open = undefined;
  };
  return {
    begin(name) {
      end();
      open = new ZipDeflate(name, { level: DEFLATE_LEVEL });
      open.mtime = modifiedAt;
      zip.add(open);
      return take();
    },
    write(bytes) {
      if (open === undefined) throw new Error('A file of the archive must be begun first.');
      open.push(bytes);
      return take();
    },
    close() {
      end();
      zip.end();
      return take();
    },
  };
}
