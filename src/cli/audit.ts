/** `kubectl sre audit`: what was done and refused, for people; `audit export`, for programs; `audit verify`, whether that is all and nothing but what was written. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fingerprintOf } from '../audit/head.ts';
import { effectsWithoutEntry } from '../audit/keys.ts';
import { readChains } from '../audit/segment.ts';
import { missingHashes, type Verification, verifyChain } from '../audit/verify.ts';
import { remediationPlans } from '../crds/kinds.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import type { Page } from '../text/page.ts';
import { CliError, listAll } from './find.ts';
import { entryLines, verificationLines } from './render/audit.ts';
import { sinceOf } from './since.ts';
import type { Terminal } from './terminal.ts';

export interface AuditCommand {
  readonly client: KubeClient;
  readonly terminal: Terminal;
  readonly operator: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const SHOWN = 20;

type Asked =
  | { readonly command: 'audit' | 'audit export'; readonly since: string | undefined }
  | ({ readonly command: 'audit verify' } & Verify);

export function audit(deps: AuditCommand, asked: Asked): Promise<void> {
  if (asked.command === 'audit verify') return verifyAudit(deps, asked);
  const since = sinceOf(asked.since, deps.now);
  return asked.command === 'audit' ? showAudit(deps, since) : exportAudit(deps, since);
}

async function showAudit(deps: AuditCommand, since: number | undefined): Promise<void> {
  const { terminal, now } = deps;
  const entries = await entriesSince(deps, since ?? 0);
  const shown = since === undefined ? entries.slice(-SHOWN) : entries;
  if (shown.length === 0) return terminal.print(since === undefined ? 'Nothing is recorded yet.' : 'Nothing was recorded since then.');
  const page: Page = { style: terminal.style, width: terminal.width, now };
  terminal.print(...shown.flatMap((entry) => entryLines(entry, page)));
  const before = entries.length - shown.length;
  if (before > 0)
    terminal.print('', terminal.style.dim(`${before} before that: kubectl sre audit --since 7d, or kubectl sre audit export`));
}

/** A line of JSON an entry, in the order of time; within a chain, in its own. */
async function exportAudit(deps: AuditCommand, since: number | undefined): Promise<void> {
  const entries = await entriesSince(deps, since ?? 0);
  if (entries.length > 0) deps.terminal.print(...entries.map((entry) => JSON.stringify(entry)));
}

interface Verify {
  /** Files of public keys (PEM) whose signatures count. */
  readonly publicKeys: readonly string[];
  /** Hashes that were kept elsewhere. */
  readonly expected: readonly string[];
}

async function verifyAudit(deps: AuditCommand, { publicKeys, expected }: Verify): Promise<void> {
  const { terminal, operator, client, now } = deps;
  const fingerprints = publicKeys.map(readPublicKey);
  const verified = (await chains(deps)).map((chain) => verifyChain(chain, { fingerprints }));
  if (verified.length === 0)
    throw new CliError(
      `there is no audit in namespace ${operator}: nothing was recorded yet, or all of it was deleted; --operator says where else Agent-SRE lives`,
    );
  const plans = await listAll({ client, namespace: undefined, operator }, remediationPlans);
  const elsewhere = [
    ...missingHashes(verified, expected).map((hash) => `the hash that you kept is in no chain any more: ${hash}`),
    ...effectsWithoutEntry(
      plans,
      verified.find(({ chain }) => chain === 'executor'),
      now,
    ),
  ];
  terminal.print(
    ...verificationLines(
      verified,
      elsewhere,
      { isTrusted: fingerprints.length > 0 },
      { style: terminal.style, width: terminal.width, now },
    ),
  );
  const problems = verified.reduce((sum, chain) => sum + chain.problems.length, elsewhere.length);
  if (problems > 0) throw new CliError(`the audit is not whole: ${problems === 1 ? '1 problem' : `${problems} problems`}`);
}

async function entriesSince(deps: AuditCommand, since: number): Promise<Verification['entries'][number][]> {
  const all = (await chains(deps)).flatMap((chain) => [...verifyChain(chain).entries]);
  return all
    .filter(({ at }) => Date.parse(at) >= since)
    .toSorted((a, b) => (a.chain === b.chain ? a.seq - b.seq : Date.parse(a.at) - Date.parse(b.at)));
}

async function chains({ client, operator }: AuditCommand): ReturnType<typeof readChains> {
  try {
    return await readChains(client, operator);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new CliError(`you may not read the audit; that takes the ClusterRole agent-sre-auditor, bound in namespace ${operator}`, {
      cause: error,
    });
  }
}

function readPublicKey(file: string): string {
  try {
    return fingerprintOf(createPublicKey(readFileSync(file)));
  } catch (cause) {
    throw new CliError(
      `--public-key ${file} holds no key that can be read; of a private key it is made with: openssl pkey -in KEY -pubout`,
      { cause },
    );
  }
}
