/**
 * Signatures of commits in the format of OpenSSH (PROTOCOL.sshsig), which Git and its hosts verify against a list of keys.
 *
 * Only ed25519: its signatures are deterministic, so that the same commit has the same id on every try. The key is an unencrypted private key as
 * `ssh-keygen` writes it; it never leaves this process, and is in no argument, environment or message.
 */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { GitError } from '../errors.ts';
import { badKey, OPENSSH_MAGIC, openSshBody, readKeyFile } from './keyFile.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** As it stands in an allowed-signers file, decoded. */
  readonly publicKey: Buffer;
}

const TYPE = 'ssh-ed25519';

/** Read anew at each use, so that a rotated key counts at once. Errors are of kind `Unauthorized`. */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const key = parseSigningKey(await readKeyFile(file, WHAT));
  if (typeof key === 'string') throw badKey(file, WHAT, key);
  return key;
}

const WHAT = 'signing key';

/** A string says what is wrong with it. */
function parseSigningKey(text: string): SigningKey | string {
  const body = openSshBody(text);
  if (body?.subarray(0, OPENSSH_MAGIC.length).toString('latin1') !== OPENSSH_MAGIC) return `is not in the format of OpenSSH: ${MAKE_ONE}`;
  try {
    return readOpenSshKey(body.subarray(OPENSSH_MAGIC.length));
  } catch (error) {
    if (error instanceof RangeError) return 'is cut off';
    throw error;
  }
}

const MAKE_ONE = 'make one with: ssh-keygen -t ed25519 -N "" -f signing-key';

/** PROTOCOL.key of OpenSSH. */
function readOpenSshKey(bytes: Buffer): SigningKey | string {
  const outer = fieldsOf(bytes);
  outer.bytes(); // the cipher: none
  outer.bytes(); // the function that would make a key of a passphrase
  outer.bytes(); // and its options
  if (outer.number() !== 1) return 'holds several keys: use one with a single key';
  const publicKey = outer.bytes();
  const type = fieldsOf(publicKey).text();
  if (type !== TYPE) return `is of type ${type}: only ${TYPE} is used, since its signatures are the same each time; ${MAKE_ONE}`;
  const inner = fieldsOf(outer.bytes());
  if (inner.number() !== inner.number()) return 'is damaged';
  inner.text();
  const point = inner.bytes();
  const secret = inner.bytes();
  if (secret.length !== 64 || !secret.subarray(32).equals(point)) return 'is damaged';
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, secret.subarray(0, 32)]), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey };
}

/** RFC 8410: what goes before the 32 bytes of an ed25519 key. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

const SIGNATURE_MAGIC = 'SSHSIG';
const NAMESPACE = 'git';
const HASH = 'sha512';

/** The armoured signature of these bytes for Git, without a newline at its end. */
export function signForGit({ privateKey, publicKey }: SigningKey, content: Buffer): string {
  const digest = createHash(HASH).update(content).digest();
  const signed = Buffer.concat([Buffer.from(SIGNATURE_MAGIC), ...[NAMESPACE, '', HASH, digest].map(field)]);
  const signature = Buffer.concat([TYPE, sign(null, signed, privateKey)].map(field));
  const version = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([Buffer.from(SIGNATURE_MAGIC), version, ...[publicKey, NAMESPACE, '', HASH, signature].map(field)]);
  const lines = whole.toString('base64').match(/.{1,70}/gu) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----'].join('\n');
}

/** A commit as Git stores it, with the signature of it where Git looks for one: the last of its headers. */
export function withSignature(commit: Buffer, key: SigningKey): Buffer {
  const end = commit.indexOf('\n\n');
  if (end < 0) throw new GitError('Failed', 'a commit without a message is not signed');
  const header = `\ngpgsig ${signForGit(key, commit).replaceAll('\n', '\n ')}`;
  return Buffer.concat([commit.subarray(0, end), Buffer.from(header), commit.subarray(end)]);
}

/** RFC 4251, section 5: four bytes of length, and the bytes. */
function field(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

interface Fields {
  /** These throw a RangeError at the end of what there is. */
  readonly number: () => number;
  readonly bytes: () => Buffer;
  readonly text: () => string;
}

function fieldsOf(whole: Buffer): Fields {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > whole.length) throw new RangeError('end of the key');
    at += length;
    return whole.subarray(at - length, at);
  };
  const number = (): number => take(4).readUInt32BE();
  const bytes = (): Buffer => take(number());
  return { number, bytes, text: () => bytes().toString('latin1') };
}
