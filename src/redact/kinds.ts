/**
 * What a secret is replaced with: `[redacted:<kind>]`, or `[redacted:<kind>#<fingerprint>]` where a fingerprint is wanted.
 *
 * The kinds are a closed list, so that text which only looks like a replacement cannot shield a secret inside it.
 */
import { createHmac } from 'node:crypto';

const KINDS = [
  'access-token',
  'anthropic-key',
  'api-key',
  'authorization',
  'aws-key-id',
  'azure-secret',
  'binary',
  'card-number',
  'circular',
  'connection-string',
  'cookie',
  'credential',
  'email',
  'gcp-key',
  'github-token',
  'gitlab-token',
  'high-entropy',
  'jwt',
  'known-secret',
  'line-too-long',
  'npm-token',
  'openai-key',
  'password',
  'password-hash',
  'private-key',
  'secret',
  'secret-data',
  'signature',
  'slack-token',
  'stripe-key',
  'telegram-token',
  'token',
  'too-deep',
  'unprocessable',
  'url-credential',
  'webhook-url',
] as const;
export type Kind = (typeof KINDS)[number];

/** Makes the replacement of `secret`. */
export type Mask = (kind: Kind, secret: string) => string;

export const PREFIX = '[redacted:';
export const LONGEST_REPLACEMENT = PREFIX.length + 32;
const FINGERPRINT = /^[0-9a-f]{8}$/u;
const kinds: ReadonlySet<string> = new Set(KINDS);

/**
 * Without a key the replacement says the kind alone: the same in every process, so that digests of redacted text and log
 * templates are stable, and nothing is told about the secret. With a key, 32 bits of an HMAC tell equal secrets from unequal.
 */
export function createMask(fingerprintKey?: Uint8Array): Mask {
  if (fingerprintKey === undefined) return (kind) => `${PREFIX}${kind}]`;
  return (kind, secret) => `${PREFIX}${kind}#${createHmac('sha256', fingerprintKey).update(secret).digest('hex').slice(0, 8)}]`;
}

/** Where the replacement that begins at `at` ends; -1 if none begins there. */
export function replacementEnd(text: string, at: number): number {
  if (!text.startsWith(PREFIX, at)) return -1;
  const close = text.slice(at, at + LONGEST_REPLACEMENT).indexOf(']');
  if (close < 0) return -1;
  const [kind = '', fingerprint, ...rest] = text.slice(at + PREFIX.length, at + close).split('#');
  const ours = kinds.has(kind) && rest.length === 0 && (fingerprint === undefined || FINGERPRINT.test(fingerprint));
  return ours ? at + close + 1 : -1;
}
