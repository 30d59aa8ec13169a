/**
 * Where a chain ends, as text, and the signature under it (ed25519).
 *
 * The text follows from the chain, byte for byte, but for the key that signed it; the signature covers that, too. A head without a signature proves
 * nothing against somebody who may write the chain: they can write another one.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { CHAINS } from './entry.ts';

const head = z.strictObject({
  chain: z.enum(CHAINS),
  /** 0, with `seq` 0: the chain has begun, and has no entry yet. */
  segment: z.int().min(0),
  seq: z.int().min(0),
  hash: z.string(),
  /** SubjectPublicKeyInfo, base64; absent: it is not signed. */
  publicKey: z.string().optional(),
});
export type Head = z.infer<typeof head>;

/** As it is stored. */
export interface HeadText {
  readonly text: string;
  readonly signature?: string | undefined;
}

export function writeHead(position: Omit<Head, 'publicKey'>, key: KeyObject | undefined): HeadText {
  const { chain, segment, seq, hash } = position;
  if (key === undefined) return { text: JSON.stringify({ chain, segment, seq, hash }) };
  const text = JSON.stringify({ chain, segment, seq, hash, publicKey: encoded(createPublicKey(key)) });
  return { text, signature: sign(null, Buffer.from(text), key).toString('base64') };
}

export type SeenHead =
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'forged'; readonly head: Head }
  | { readonly kind: 'unsigned'; readonly head: Head }
  | { readonly kind: 'signed'; readonly head: Head; readonly fingerprint: string };

export function readHead({ text, signature }: HeadText): SeenHead {
  const parsed = parse(text);
  if (parsed === undefined) return { kind: 'unreadable' };
  if (parsed.publicKey === undefined)
    return signature === undefined ? { kind: 'unsigned', head: parsed } : { kind: 'forged', head: parsed };
  const fingerprint = verifiedBy(parsed.publicKey, text, signature ?? '');
  return fingerprint === undefined ? { kind: 'forged', head: parsed } : { kind: 'signed', head: parsed, fingerprint };
}

/** `SHA256:…`, as ssh-keygen and others say it, of the SubjectPublicKeyInfo. */
export function fingerprintOf(key: KeyObject): string {
  const digest = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return `SHA256:${digest.replace(/={1,2}$/u, '')}`;
}

const encoded = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

function parse(text: string): Head | undefined {
  try {
    const parsed = head.parse(JSON.parse(text));
    return JSON.stringify(parsed) === text ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function verifiedBy(publicKey: string, text: string, signature: string): string | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
    const bytes = Buffer.from(signature, 'base64');
    const isOneWay = encoded(key) === publicKey && bytes.toString('base64') === signature;
    return isOneWay && key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), key, bytes) ? fingerprintOf(key) : undefined;
  } catch {
    return undefined;
  }
}

export const positionOf = ({ chain, segment, seq, hash }: Head): Omit<Head, 'publicKey'> => ({ chain, segment, seq, hash });
