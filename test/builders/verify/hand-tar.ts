/** A tar written by hand: POSIX.1-2017 pax, "ustar Interchange Format". Every field can be made wrong. */
export interface HandTarEntry {
  readonly name: string;
  readonly bytes?: Uint8Array | string;
  /** `0` file, `1` and `2` links, `5` folder, `x` attributes, `L` long name. */
  readonly type?: string;
  readonly linkname?: string;
  /** Another size than that of the bytes. */
  readonly size?: number;
  readonly prefix?: string;
  readonly magic?: string;
}

const BLOCK = 512;

export function handTar(entries: readonly HandTarEntry[], end = Buffer.alloc(2 * BLOCK)): Buffer {
  return Buffer.concat([...entries.flatMap(tarEntry), end]);
}

/** An attribute record: its length counts itself. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${String(length)} ${key}=${value}\n`;
}

function tarEntry({ name, bytes = '', type = '0', linkname = '', size, prefix = '', magic = 'ustar\0' }: HandTarEntry): Buffer[] {
  const content = Buffer.from(bytes);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(linkname, 157, 100);
  header.write(magic, 257);
  header.write('00', 263);
  header.write(prefix, 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}
