/**
 * Writes one audit chain: entries are durable when `record` has returned, in one order, each key once.
 *
 * Each write is a compare-and-swap, of the last segment's resource version or of the next segment's name: of two processes that write at once one is
 * refused, reads what the other has written, and adds to that. So a chain never forks. Whoever begins to write verifies what is there first; where that
 * is not whole, it is said in the chain, which goes on behind it.
 */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type ConfigMap, configMaps } from '../crds/configMaps.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict } from '../kube/errors.ts';
import type { Logger } from '../kube/logger.ts';
import type { NewObject } from '../kube/object.ts';
import type { Redactor } from '../redact/redactor.ts';
import { bodyOf } from './body.ts';
import { brokenEntry } from './broken.ts';
import { type ChainName, type Entry, FIRST, type NewEntry, writeLine } from './entry.ts';
import { type HeadText, writeHead } from './head.ts';
import { openChain, type Position } from './position.ts';
import { prune } from './prune.ts';
import { headMap, headName, segmentMap } from './segment.ts';

export interface Audit {
  /** Throws where it can't be written: what is not recorded may not happen. */
  readonly record: (entries: readonly NewEntry[]) => Promise<void>;
  /** The same of what has ended at a time; what ended before the chain began, or before what is left of it, is none of its business. */
  readonly recordPast: (entries: readonly NewEntry[], endedAt: string | undefined) => Promise<void>;
}

export interface AuditMetrics {
  readonly recorded: (entry: NewEntry) => void;
  readonly failed: () => void;
  /** @param isWhole what was found when it was opened */
  readonly stands: (seq: number, isWhole: boolean, isSigned: boolean) => void;
}

export interface AuditLimits {
  /** A segment that has grown to this is sealed, and the next one begun. */
  readonly segmentBytes: number;
  readonly segments: number;
  readonly retentionMs: number;
}

const DAY_MS = 24 * 3600 * 1000;
/** Together 50 MiB a chain, some hundred thousand effects. */
const DEFAULT_AUDIT_LIMITS: AuditLimits = { segmentBytes: 128 * 1024, segments: 400, retentionMs: 365 * DAY_MS };

export interface AuditDeps {
  readonly client: Pick<KubeClient, 'list' | 'get' | 'create' | 'replace' | 'delete'>;
  readonly namespace: string;
  readonly chain: ChainName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Pick<Redactor, 'text'>;
  /** Undefined: heads are not signed. Throws where there is to be one and it can't be read. */
  readonly signingKey: () => Promise<KeyObject | undefined>;
  readonly metrics: AuditMetrics;
  readonly limits?: Partial<AuditLimits>;
}

const CALL_TIMEOUT_MS = 4_000;
const MOST_TRIES = 5;

export function createAudit(deps: AuditDeps): Audit {
  const limits = { ...DEFAULT_AUDIT_LIMITS, ...deps.limits };
  const { metrics } = deps;
  let position: Position | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  const attempt = async (all: readonly NewEntry[], endedAt: string | undefined): Promise<void> => {
    const at = position ?? (await openHere(deps));
    position = undefined; // what is not known to have gone well is read anew
    const entries = endedAt === undefined || isSince(at.begunAt, endedAt) ? all : [];
    const fresh = entries.filter(({ key }, index) => !at.keys.has(key) && entries.findIndex((other) => other.key === key) === index);
    position = fresh.length === 0 ? await catchUp(deps, at) : await append(deps, limits, at, fresh);
    if (position.segment > at.segment)
      position = await prune(deps, limits, position, (last, removals) => append(deps, limits, last, removals));
    for (const entry of fresh) metrics.recorded(entry);
    metrics.stands(position.seq, position.isWhole, position.isSigned);
  };
  const write = async (entries: readonly NewEntry[], endedAt?: string): Promise<void> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(entries, endedAt);
      } catch (error) {
        if ((isConflict(error) || isAlreadyExists(error)) && tries < MOST_TRIES) continue;
        metrics.failed();
        throw new Error(`record ${entries.map(({ key }) => key).join(', ')} in the audit of the ${deps.chain}`, { cause: error });
      }
    }
  };
  const inTurn = (entries: readonly NewEntry[], endedAt?: string): Promise<void> => {
    if (entries.every(({ key }) => position?.keys.has(key) === true)) return Promise.resolve();
    const mine = tail.then(() => write(entries, endedAt));
    tail = mine.catch(() => undefined);
    return mine;
  };
  return { record: (entries) => inTurn(entries), recordPast: (entries, endedAt) => inTurn(entries, endedAt ?? new Date(0).toISOString()) };
}

const isSince = (begunAt: string | undefined, at: string): boolean => begunAt !== undefined && Date.parse(at) >= Date.parse(begunAt);

async function openHere(deps: AuditDeps): Promise<Position> {
  const { logger, chain } = deps;
  const opened = await openChain(deps);
  if (opened.position.segment === 0 && opened.position.headVersion === undefined) return begin(deps, opened.position);
  if (opened.unsaid.length === 0) return opened.position;
  logger.error({ chain, problems: opened.unsaid }, 'the audit is not whole; that is recorded in it, and it goes on');
  return append(deps, DEFAULT_AUDIT_LIMITS, opened.position, [brokenEntry(opened.unsaid)]);
}

/** The head comes first: where there are entries, there is one, and a head that is missing was taken away. */
async function begin({ client, namespace, chain, signingKey }: AuditDeps, at: Position): Promise<Position> {
  const head = writeHead({ chain, segment: 0, seq: 0, hash: FIRST }, await signingKey());
  const { metadata } = await put(client, headMap(namespace, chain, head), undefined);
  return { ...at, headVersion: metadata.resourceVersion };
}

async function append(deps: AuditDeps, limits: AuditLimits, at: Position, fresh: readonly NewEntry[]): Promise<Position> {
  const { chain, clock } = deps;
  const key = await deps.signingKey();
  const now = new Date(clock.now()).toISOString();
  const segment = at.open === undefined ? at.segment + 1 : at.segment;
  let { seq, hash } = at;
  const lines = fresh.map((entry) => {
    seq += 1;
    const written = writeLine({ chain, seq, at: now, previous: hash, ...bodyOf(entry, deps.redactor.text) } satisfies Omit<Entry, 'hash'>);
    hash = written.hash;
    return `${written.line}\n`;
  });
  const text = `${at.open?.text ?? ''}${lines.join('')}`;
  const head = writeHead({ chain, segment, seq, hash }, key);
  const isSealed = Buffer.byteLength(text) >= limits.segmentBytes;
  const resourceVersion = await store(deps, segment, { text, head, isSealed }, at.open?.resourceVersion);
  const keys = new Set([...at.keys, ...fresh.map((entry) => entry.key)]);
  const open = isSealed ? undefined : { text, resourceVersion };
  const headVersion = await moveHead(deps, head, at.headVersion);
  const begunAt = at.begunAt ?? now;
  return {
    ...at,
    segment,
    seq,
    hash,
    keys,
    open,
    begunAt,
    headVersion,
    isHeadBehind: headVersion === undefined,
    isSigned: key !== undefined,
  };
}

/** Once it is known that the head lags behind, and there is nothing else to write. */
async function catchUp(deps: AuditDeps, at: Position): Promise<Position> {
  if (!at.isHeadBehind) return at;
  const { segment, seq, hash } = at;
  const head = writeHead({ chain: deps.chain, segment, seq, hash }, await deps.signingKey());
  const headVersion = await moveHead(deps, head, at.headVersion);
  return { ...at, headVersion, isHeadBehind: headVersion === undefined };
}

/** @returns the segment's resource version */
async function store(
  { client, namespace, chain }: AuditDeps,
  index: number,
  content: Parameters<typeof segmentMap>[3],
  resourceVersion: string | undefined,
): Promise<string> {
  const { metadata } = await put(client, segmentMap(namespace, chain, index, content), resourceVersion);
  return metadata.resourceVersion;
}

/**
 * The entries are durable by now, and their segment is signed: a head that lags behind is caught up with at the next write. Undefined: it has to be
 * read again.
 */
async function moveHead(
  { client, namespace, chain, logger }: AuditDeps,
  head: HeadText,
  known: string | undefined,
): Promise<string | undefined> {
  try {
    const key = { namespace, name: headName(chain) };
    const version = known ?? (await client.get(configMaps, key, { timeoutMs: CALL_TIMEOUT_MS }))?.metadata.resourceVersion;
    const { metadata } = await put(client, headMap(namespace, chain, head), version);
    return metadata.resourceVersion;
  } catch (err) {
    logger.warn({ err, chain }, 'the head of the audit lags behind; the next entry takes it along');
    return undefined;
  }
}

/** Creates it, or replaces just the version that was seen. */
function put(client: AuditDeps['client'], map: NewObject<ConfigMap>, resourceVersion: string | undefined): Promise<ConfigMap> {
  const limits = { timeoutMs: CALL_TIMEOUT_MS };
  if (resourceVersion === undefined) return client.create(configMaps, map, limits);
  const metadata = { ...map.metadata, resourceVersion } as ConfigMap['metadata'];
  return client.replace(configMaps, { ...map, apiVersion: 'v1', kind: 'ConfigMap', metadata }, limits);
}
