import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a made archive; the fields after `bytes` let it lie. */
export interface ZipEntry {
  name: string;
  bytes: Buffer;
  isStored?: boolean;
  /** Size the directory claims. */
  claimedBytes?: number;
  isEncrypted?: boolean;
  /** Takes the packed bytes of the entry before it. */
  sharesBytes?: boolean;
}

/** Makes a ZIP file as APPNOTE 6.3 says, or one that lies as the entries tell. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  let sharedOffset = 0;
  for (const entry of entries) {
    const packed = entry.isStored === true ? entry.bytes : deflateRawSync(entry.bytes);
    const name = Buffer.from(entry.name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(entry.isEncrypted === true ? 1 : 0, 2);
    fields.writeUInt16LE(entry.isStored === true ? 0 : 8, 4);
    fields.writeUInt32LE(checksum(entry.bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(entry.claimedBytes ?? entry.bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    if (entry.sharesBytes !== true) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed]);
      parts.push(local);
      sharedOffset = offset;
      offset += local.length;
    }
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(sharedOffset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, rest, name]));
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** The sum of an entry; nothing of ours checks it, other programs do. */
function checksum(bytes: Buffer): number {
  return typeof crc32 === 'function' ? crc32(bytes) : 0;
}

/** The smallest document of a kind that office programs would recognise. */
export function makeOffice(folder: 'word' | 'xl' | 'ppt', extra: readonly ZipEntry[] = []): Buffer {
  return makeZip([
    { name: '[Content_Types].xml', bytes: Buffer.from('<Types/>') },
    { name: `${folder}/document.xml`, bytes: Buffer.from('<document/>'.repeat(100)) },
    ...extra,
  ]);
}
