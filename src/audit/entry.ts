/**
 * One entry of an audit chain, as a line of JSON: who did what, why they might, and what came of it.
 *
 * A line names the hash of the line before it and carries its own, over exactly its bytes: there is one way to write an entry, and any other bytes
 * are a change.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A chain a process: none writes into the chain of another. */
export const CHAINS = ['executor', 'investigator', 'gateway'] as const;
export type ChainName = (typeof CHAINS)[number];

const OUTCOMES = ['Intended', 'Done', 'Refused', 'Failed', 'Noted'] as const;

const subject = z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string(), uid: z.string() });

const entry = z.object({
  chain: z.enum(CHAINS),
  /** From 1, without a gap. */
  seq: z.int().min(1),
  /** When it was written, RFC 3339. */
  at: z.string(),
  /** Hash of the entry before it; `none` for the first. */
  previous: z.string(),
  /** What makes it that entry and no other: the same key is written once, whoever tries again. */
  key: z.string(),
  event: z.string(),
  outcome: z.enum(OUTCOMES),
  /** A person, `policy:<name>`, or the process itself. */
  who: z.string(),
  subject: subject.optional(),
  /** Of the plan: what an approval covers. */
  digest: z.string().optional(),
  /** Where the evidence is: the Investigation, and what it rests on. */
  evidence: z.array(z.string()).optional(),
  policy: z.object({ name: z.string(), decision: z.string(), reason: z.string() }).optional(),
  /** Whose approvals counted. */
  approvals: z.array(z.string()).optional(),
  message: z.string(),
  detail: z.record(z.string(), z.string()).optional(),
  hash: z.string(),
});
export type Entry = z.infer<typeof entry>;
/** What is told to an audit; the chain adds its place in it. */
export type NewEntry = Omit<Entry, 'chain' | 'seq' | 'at' | 'previous' | 'hash'>;

export const FIRST = 'none';

export function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export function writeLine(body: Omit<Entry, 'hash'>): { readonly line: string; readonly hash: string } {
  const hash = hashOf(JSON.stringify(body));
  return { line: JSON.stringify({ ...body, hash }), hash };
}

export type ReadLine = { readonly entry: Entry; readonly changed: boolean } | { readonly entry: undefined };

/** The entry in a line; `changed` where it is not as it was written. Nothing, where it cannot be read at all. */
export function readLine(line: string): ReadLine {
  try {
    const parsed = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const { hash, ...body } = parsed;
    const changed = JSON.stringify({ ...body, hash }) !== line || hash !== hashOf(JSON.stringify(body));
    return { entry: entry.parse(parsed), changed };
  } catch {
    return { entry: undefined };
  }
}
