/**
 * Private keys of SSH as files: whether one can be used at all, told before it is tried, as ssh itself only says that the host refused.
 *
 * Errors are of kind `Unauthorized`, name the file and what to do, and hold nothing of what is in it.
 */
import { open } from 'node:fs/promises';
import { GitError } from '../errors.ts';

/** Beyond the size of any key nothing is read. */
const LARGEST = 16 * 1024;
const MAKE_ONE = 'make one with: ssh-keygen -t ed25519 -N "" -f key';

export function badKey(file: string, what: string, problem: string, cause?: unknown): GitError {
  return new GitError('Unauthorized', `${what} ${file} ${problem}`, ...(cause === undefined ? [] : [{ cause }]));
}

/** The text of an unencrypted private key that nobody else may read. @param what begins the message of an error: `ssh key of …` */
export async function readKeyFile(file: string, what: string): Promise<string> {
  const { text, mode, uid } = await readSmall(file).catch((error: unknown) => {
    throw badKey(file, what, "can't be read; mount the Secret there, or correct the path", error);
  });
  const problem = problemOf(text);
  if (problem !== undefined) throw badKey(file, what, problem);
  // As ssh judges it: files that are mounted for us belong to somebody else, and are as open as the volume says.
  if (uid === process.getuid?.() && (mode & 0o077) !== 0)
    throw badKey(file, what, `may be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${file}`);
  return text;
}

async function readSmall(path: string): Promise<{ readonly text: string; readonly mode: number; readonly uid: number }> {
  const file = await open(path);
  try {
    const { mode, uid } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LARGEST), 0, LARGEST, 0);
    return { text: buffer.toString('latin1', 0, bytesRead), mode, uid };
  } finally {
    await file.close();
  }
}

function problemOf(text: string): string | undefined {
  if (/^(?:ssh|ecdsa)-\S+ /u.test(text)) return 'is a public key: name the file without .pub';
  if (!/^\s*-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY-----\s/u.test(text)) return `is no private key: ${MAKE_ONE}`;
  const cipher = openSshBody(text) === undefined ? pemCipher(text) : openSshCipher(text);
  return cipher === undefined || cipher === 'none'
    ? undefined
    : `has a passphrase (${cipher}), and nobody is there to type it: take it away with ssh-keygen -p -N "", and keep the key in a Secret`;
}

const pemCipher = (text: string): string | undefined =>
  /^DEK-Info: ([\w-]{1,40})/mu.exec(text)?.[1] ?? (text.includes('BEGIN ENCRYPTED PRIVATE KEY') ? 'PKCS #8' : undefined);

/** What is between the lines of armour of a key in the format of OpenSSH, decoded. */
export function openSshBody(text: string): Buffer | undefined {
  const body = /^\s*-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END OPENSSH PRIVATE KEY-----\s*$/u.exec(text)?.[1];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}

export const OPENSSH_MAGIC = 'openssh-key-v1\0';

function openSshCipher(text: string): string | undefined {
  const body = openSshBody(text) ?? Buffer.alloc(0);
  if (body.length < OPENSSH_MAGIC.length + 4) return undefined;
  const start = OPENSSH_MAGIC.length + 4;
  return body.toString('latin1', start, start + Math.min(64, body.readUInt32BE(OPENSSH_MAGIC.length)));
}
